"""A path that a person typed, or wrote into a setting: judged once, before any system call sees it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kitops_jupyter.errors import PathInvalid
from kitops_jupyter.redaction import is_address_with_user, may_have_password

# Linux's limits, in bytes (limits.h); others count characters, and have no limit that is the same everywhere.
_NAME_LIMIT, _PATH_LIMIT = 255, 4095
_SHOWN = 60


def typed_path(text: str | os.PathLike[str], *, what: str = "") -> Path:
    """The path, with `~` and `~user` replaced by the home of a user that is known; any other `~name` is a plain name.

    `what` names the setting in messages. Relative paths stay so. Raises PathInvalid for what no file can be named:
    NUL, characters that the file system's encoding lacks, names or paths that are too long, a bare `~` without a home;
    and for an address with a user part, without repeating it.
    """
    typed = os.fspath(text)
    if is_address_with_user(typed):
        raise PathInvalid(
            f"{what}{': ' if what else ''}a URL with a user name or a password is not a path",
            hint="name a folder or a file; kit login REGISTRY takes a password",
        )
    if "\0" in typed:
        raise _refused(typed, what, "has a NUL character", "remove the character")
    try:
        encoded = os.fsencode(typed)
    except UnicodeEncodeError as problem:
        reason = f"has the character {typed[problem.start]!a}, which file names here cannot contain"
        raise _refused(typed, what, reason, "remove the character") from None
    expanded = os.path.expanduser(typed)  # noqa: PTH111 (it leaves an unknown name alone, Path raises RuntimeError)
    if expanded == typed and typed.replace("\\", "/").split("/")[0] == "~":
        raise _refused(typed, what, "begins with ~, but your home folder is unknown", "write the full path")
    longest = max(encoded.split(b"/"), key=len)
    if sys.platform == "linux" and (len(longest) > _NAME_LIMIT or len(encoded) > _PATH_LIMIT):
        is_name = len(longest) > _NAME_LIMIT
        length, limit = (len(longest), _NAME_LIMIT) if is_name else (len(encoded), _PATH_LIMIT)
        reason = f"has {'a name of' if is_name else ''} {length} bytes, expected at most {limit}".replace("  ", " ")
        raise _refused(typed, what, reason, "use a shorter one")
    return Path(expanded)


def home_folder() -> Path | None:
    """The home of whoever runs this; None where neither HOME nor the list of users has one."""
    try:
        return Path.home()
    except (RuntimeError, KeyError):
        return None


def current_folder() -> Path:
    """The folder that relative paths begin in. Raises PathInvalid where somebody removed it."""
    try:
        return Path.cwd()
    except OSError as problem:
        raise PathInvalid(
            f"the current folder cannot be used: {problem.strerror}", hint="cd to a folder that exists"
        ) from problem


def _refused(typed: str, what: str, reason: str, hint: str) -> PathInvalid:
    if may_have_password(typed):
        return PathInvalid(f"{what}{': ' if what else ''}the path {reason}", hint=hint)
    shown = ascii(typed) if len(typed) <= _SHOWN else f"{typed[:_SHOWN]!a}..."
    return PathInvalid(f"{what}{': ' if what else ''}the path {shown} {reason}", hint=hint)
