"""Credential helpers: programs that keep secrets, docker's way.

They get what they need on their standard input, never on a command line. They may be slow, or ask the person: the wait
is bounded, and can be cancelled.
Source: docker's credential helper protocol.
"""

from __future__ import annotations

import re
import shutil

from kitops_jupyter import processes
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import RegistryError

TIMEOUT_S = 30  # a keychain may ask the person for a password
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")


class HelperFailed(RegistryError):
    """A credential helper that could not be run or did not answer."""

    code = "credential_helper"


def helper_program(helper: object) -> str:
    """The program of a helper. Raises HelperFailed for a name that could be a path or an option."""
    if not isinstance(helper, str) or not _NAME.match(helper):
        raise HelperFailed(f"{str(helper)[:40]!r} is not the name of a credential helper")
    return f"docker-credential-{helper}"


def is_installed(helper: object) -> bool:
    """Whether the helper's program is found. Raises HelperFailed for what is not a name."""
    return shutil.which(helper_program(helper)) is not None


def ask_helper(helper: object, server: str) -> tuple[str, str] | None:
    """The user name and secret that the helper has for a server; None when it has nothing. Raises HelperFailed."""
    output = run_helper(helper, "get", server)
    if output is None:
        return None
    try:
        answer = parse_json(output)
        username, secret = answer["Username"], answer["Secret"]
        if not isinstance(username, str) or not isinstance(secret, str):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise HelperFailed(f"{helper_program(helper)} did not answer with a credential") from None
    return username, secret


def run_helper(helper: object, verb: str, text: str, *, timeout_s: float = TIMEOUT_S) -> str | None:
    """Its standard output; None when it says that there is nothing for this server. Raises HelperFailed, Cancelled."""
    program = helper_program(helper)
    try:
        status, answer = processes.run([shutil.which(program) or program, verb], text=text.encode(), within_s=timeout_s)
    except TimeoutError:
        hint = f"it may be waiting for input; try:  echo HOST | {program} {verb}"
        raise HelperFailed(f"{program} {verb} did not answer in {timeout_s:.0f} s", hint=hint) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise HelperFailed(f"{program} cannot be run: {reason}", hint=f"check that {program} is installed") from None
    output = answer.decode("utf-8", "replace").strip()
    if status == 0:
        return output
    if "not found" in output.lower():
        return None
    # Its words are not shown: the output of a failing helper may contain the secret.
    raise HelperFailed(f"{program} {verb} failed (exit {status})", hint=f"try: echo HOST | {program} {verb}")
