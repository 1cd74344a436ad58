"""The registries that have a name here: `registries.json` in the home."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kitops_jupyter import targets
from kitops_jupyter.address import Address
from kitops_jupyter.disk import read_json, why
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import NotFound, Unreachable, Usage
from kitops_jupyter.operations.write_file import write_text
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class KnownRegistry:
    """A registry that the settings name, or that a kit here came from."""

    name: str
    url: str
    plain_http: bool
    is_named: bool


def known_registries(settings: Settings) -> list[KnownRegistry]:
    """All of them; contacts nothing."""
    found = {
        name: KnownRegistry(name, entry.url, entry.plain_http or entry.url.startswith("http://"), True)
        for name, entry in settings.registries.items()
    }
    for name in targets.store(settings).repositories():
        reference = Reference.from_store_name(name)
        if not reference.is_local:
            host = reference.registry
            found.setdefault(host, KnownRegistry(host, "", False, False))
    return [found[name] for name in sorted(found)]


def add_registry(name: str, url: str, *, plain_http: bool, settings: Settings) -> Settings:
    """Give a registry a name, or change where it is; the settings as they are then. Raises Usage."""
    if not _NAME.fullmatch(name):
        raise Usage(f"{name[:100]!r} is not a name for a registry", hint="letters, digits, dots and dashes")
    if url:
        try:
            Address.parse(url if "//" in url else f"https://{url}")
        except Unreachable:
            raise Usage(
                f"{name}: its address is HOST, HOST:PORT, http://... or https://..., without a user or a password"
            ) from None
    entry = {"url": url, "plain_http": plain_http}

    def change(entries: dict[str, Any]) -> None:
        known = entries.get(name)
        entries[name] = {**(known if isinstance(known, dict) else {}), **entry}

    return _changed(settings, change)


def remove_registry(name: str, *, settings: Settings) -> Settings:
    """Forget the name. Raises NotFound."""

    def change(entries: dict[str, Any]) -> None:
        if entries.pop(name, None) is None:
            raise NotFound(f"no registry is named {name[:100]!r}")

    return _changed(settings, change)


def _changed(settings: Settings, change: Callable[[dict[str, Any]], None]) -> Settings:
    path = settings.home / "registries.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with Lock(path.with_name(".registries.lock")):
        entries = _entries(path)
        change(entries)
        write_text(path, json.dumps(entries, indent=2) + "\n")
    return Settings.load(home=settings.home)


def _entries(path: Path) -> dict[str, Any]:
    """What the file holds. Raises Usage for one that cannot be read: it is not replaced."""
    try:
        entries = read_json(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise Usage(f"{path} cannot be used: {why(problem)}", hint="correct it, or move it away") from problem
    if not isinstance(entries, dict):
        raise Usage(f"{path}: expected an object, got {type(entries).__name__}", hint="correct it, or move it away")
    return entries
