"""Credentials kept and forgotten: in the keychain where there is one, else in kit's file, for its owner's eyes only.

The file is `credentials.json` in the home, in docker's format; kit reads it too. docker's and podman's own files are
only ever read.
"""

from __future__ import annotations

import base64
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from kitops_jupyter.disk import write_bytes
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import StorageFull, Usage
from kitops_jupyter.registry.identity.credentials import Credential, read_config, server_key
from kitops_jupyter.registry.identity.helpers import HelperFailed, helper_program, is_installed, run_helper

LOCK_TIMEOUT_S = 10.0
_KEYCHAINS = {"darwin": ("osxkeychain",), "win32": ("wincred",)}
_LINUX_KEYCHAINS = ("pass", "secretservice")


def keep(path: Path, host: str, credential: Credential) -> str:
    """Store a credential for later; where it is now, for people. Raises HelperFailed, StorageFull, Usage.

    A helper that the file names is used; a file without anything gets the system's keychain if that works, as kit does.
    """
    if ":" in credential.username or not credential.username:
        raise Usage("a user name must not be empty nor contain a colon")
    with _locked(path):
        config = read_config(path)
        helper = _configured_helper(config, host)
        if helper:
            _give(helper, host, credential)
            return helper_program(helper)
        found = None if config.get("auths") else _keychain()
        if found:
            try:
                _give(found, host, credential)
            except HelperFailed:
                pass  # a desktop's keychain on a machine without a desktop
            else:
                _write(path, {**config, "credsStore": found})
                return helper_program(found)
        pair = base64.b64encode(f"{credential.username}:{credential.password}".encode()).decode("ascii")
        auths = config.get("auths")
        kept = {**(auths if isinstance(auths, dict) else {}), server_key(host): {"auth": pair}}
        _write(path, {**config, "auths": kept})
        return str(path)


def forget(path: Path, host: str) -> bool:
    """Remove what is stored for a registry; whether there was anything. Raises HelperFailed, StorageFull."""
    with _locked(path):
        config = read_config(path)
        auths = config.get("auths")
        auths = dict(auths) if isinstance(auths, dict) else {}
        was_there = any([auths.pop(name, None) is not None for name in {host, server_key(host)}])  # noqa: C419
        helper = _configured_helper(config, host)
        if helper:
            was_there |= run_helper(helper, "get", server_key(host)) is not None
            run_helper(helper, "erase", server_key(host))
        if was_there:
            _write(path, {**config, "auths": auths})
        return was_there


def _configured_helper(config: dict[str, Any], host: str) -> str:
    helpers = config.get("credHelpers")
    named = helpers.get(host) if isinstance(helpers, dict) else None
    helper = named or config.get("credsStore") or ""
    if helper:
        helper_program(helper)  # raises for what is not a name
    return str(helper)


def _give(helper: str, host: str, credential: Credential) -> None:
    """To the helper's standard input: never on a command line, where everybody can read it."""
    entry = {"ServerURL": server_key(host), "Username": credential.username, "Secret": credential.password}
    if run_helper(helper, "store", json.dumps(entry)) is None:
        raise HelperFailed(f"{helper_program(helper)} stored nothing")


def _keychain() -> str | None:
    """The system's keychain helper, if it is installed."""
    for name in _KEYCHAINS.get(sys.platform, _LINUX_KEYCHAINS):
        if is_installed(name) and (name != "pass" or shutil.which("pass")):
            return name
    return None


def _locked(path: Path) -> Lock:
    """The lock of the file; entered by the caller."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFull(f"{path.parent}: cannot be made ({error.strerror})") from None
    return Lock(path.with_suffix(".json.lock"), timeout_s=LOCK_TIMEOUT_S)


def _write(path: Path, config: dict[str, Any]) -> None:
    """Replace the file, or the file that it links to, in one step. Nobody else can read it at any moment."""
    text = json.dumps(config, indent=2) + "\n"
    try:
        write_bytes(path.resolve(), text.encode(), mode=0o600, durable=True)
    except OSError as error:
        raise StorageFull(f"{path}: cannot be written ({error.strerror})") from None
