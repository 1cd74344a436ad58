"""Who we are to a registry: credentials found in kit's file, docker's and podman's files, and credential helpers.

A file is docker's `config.json` format. The first file that knows the registry wins; within one file, its
`credHelpers`, then `auths`, then `credsStore`, as docker does. Nothing here is ever printed: reprs are masked,
and a helper gets what it needs on its standard input.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kitops_jupyter.disk import parse_json, read_bytes, why
from kitops_jupyter.errors import RegistryError
from kitops_jupyter.registry.identity.helpers import ask_helper, helper_program, is_installed

_FILE_LIMIT_BYTES = 8 << 20
_FILE_HINT = "correct the file, or move it away and log in again with kit login REGISTRY"
_DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")
_DOCKER_HUB_KEY = "https://index.docker.io/v1/"


@dataclass(frozen=True, slots=True)
class Credential:
    """A user and password, or an identity token that a token server takes in exchange, or a bearer token as it is."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The value of a Basic `Authorization` header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")


def _unheard(note: str) -> None:
    pass


def find(
    host: str, files: Sequence[Path], *, repository: str = "", note: Callable[[str], None] = _unheard
) -> Credential | None:
    """The credential for a registry, or None. Raises HelperFailed when a configured helper breaks.

    `repository` lets podman's keys with a path (`quay.io/team`) match; the longest match wins. `note` receives what
    was passed over: a helper that is not installed, an entry that cannot be read.
    """
    for path in files:
        config = read_config(path)
        names = _names(host, repository)
        told = functools.partial(_told, note, path)
        found = (
            _from_helpers(names, config.get("credHelpers"), told)
            or _from_auths(names, config.get("auths"), told)
            or _from_store(host, config.get("credsStore"), told)
        )
        if found:
            return found
    return None


def _told(note: Callable[[str], None], path: Path, what: str) -> None:
    note(f"{what} ({path})")


def server_key(host: str) -> str:
    """The name under which docker's format keeps a registry: its host, and a URL for Docker Hub."""
    return _DOCKER_HUB_KEY if host in _DOCKER_HUB else host


def read_config(path: Path) -> dict[str, Any]:
    """The file as JSON; an absent one is empty. Raises RegistryError for one that cannot be read."""
    try:
        found = parse_json(read_bytes(path, _FILE_LIMIT_BYTES) or b"{}")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        reason = why(error) if isinstance(error, OSError) else "it is not JSON"  # its words could repeat a secret
        raise RegistryError(f"{path}: credentials cannot be read: {reason}", hint=_FILE_HINT) from None
    if not isinstance(found, dict):
        raise RegistryError(f"{path}: credentials cannot be read: expected a JSON object", hint=_FILE_HINT)
    return found


def _names(host: str, repository: str) -> list[str]:
    """The keys that can stand for this registry, the most specific first."""
    hosts = list(_DOCKER_HUB) if host in _DOCKER_HUB else [host]
    parts = repository.split("/") if repository else []
    paths = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return [f"{name}/{path}" for name in hosts for path in paths] + hosts


def _normal(key: str) -> str:
    """A key without scheme and API version: `https://h/v1/` is `h`."""
    return re.sub(r"/v[12]$", "", key.partition("://")[2].rstrip("/") if "://" in key else key.rstrip("/"))


def _by_name(names: Sequence[str], table: object) -> Iterator[Any]:
    """The table's values for these names, in the names' order, exact keys first."""
    if not isinstance(table, Mapping):
        return
    normal = {_normal(key): value for key, value in table.items() if isinstance(key, str)}
    for name in names:
        if name in table:
            yield table[name]
        elif name in normal:
            yield normal[name]


def _from_auths(names: Sequence[str], table: object, note: Callable[[str], None]) -> Credential | None:
    for entry in _by_name(names, table):
        if isinstance(entry, dict) and (found := _entry(entry, note)):
            return found
    return None


def _entry(entry: Mapping[str, Any], note: Callable[[str], None]) -> Credential | None:
    """One entry of `auths`; text fields only, anything else is as if absent."""

    def text(key: str) -> str:
        value = entry.get(key)
        return value if isinstance(value, str) else ""

    username, password = text("username"), text("password")
    if auth := text("auth"):
        try:  # without line breaks, as Go decodes it: base64 makes some without -w0
            plain = base64.b64decode(re.sub(r"[\r\n]", "", auth), validate=True).decode()
        except ValueError:
            note("the registry's auth entry is not base64 of USER:PASSWORD")
            return None
        username, _, password = plain.rstrip("\0").partition(":")
    found = Credential(username, password, text("identitytoken"), text("registrytoken"))
    return found if found != Credential(username) else None


def _from_helpers(names: Sequence[str], table: object, note: Callable[[str], None]) -> Credential | None:
    for name in names:
        for helper in _by_name([name], table):
            return _asked(helper, server_key(name), note)
    return None


def _from_store(host: str, helper: object, note: Callable[[str], None]) -> Credential | None:
    return _asked(helper, server_key(host), note) if helper else None


def _asked(helper: object, server: str, note: Callable[[str], None]) -> Credential | None:
    """What the helper has for a server; None if it has nothing, or is not installed."""
    if not is_installed(helper):
        note(f"{helper_program(helper)} is missing")
        return None
    found = ask_helper(helper, server)
    if found is None:
        return None
    username, secret = found
    return Credential(identity_token=secret) if username == "<token>" else Credential(username, secret)
