"""`registries.json` in the home: what the named registries are, as the settings read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kitops_jupyter.disk import read_json, why
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import Usage
from kitops_jupyter.operations.write_file import write_text
from kitops_jupyter.settings import RegistrySettings, Settings


def written(entry: RegistrySettings) -> dict[str, Any]:
    """An entry as the file has it: its address, and else what is not as usual."""
    paths = {"ca": entry.ca, "client_cert": entry.client_cert, "client_key": entry.client_key}
    return {
        "url": entry.url,
        "plain_http": entry.plain_http,
        **({} if entry.tls_verify else {"tls_verify": False}),
        **{name: str(path) for name, path in paths.items() if path},
        **({"token_hosts": list(entry.token_hosts)} if entry.token_hosts else {}),
    }


def change_registries(settings: Settings, change: Callable[[dict[str, Any]], None]) -> Settings:
    """Replace the file by what `change` makes of it; the settings as they are then. Raises Usage, StorageFull."""
    path = settings.home / "registries.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with Lock(path.with_name(".registries.lock")):
        entries = _entries(path)
        change(entries)
        write_text(path, json.dumps(entries, indent=2) + "\n")
    return Settings.load(home=settings.home)


def _entries(path: Path) -> dict[str, Any]:
    """The entries of the file. Raises Usage if it cannot be read; it is not replaced then."""
    try:
        entries = read_json(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise Usage(f"{path} cannot be used: {why(problem)}", hint="correct it, or move it away") from problem
    if not isinstance(entries, dict):
        raise Usage(f"{path}: expected an object, got {type(entries).__name__}", hint="correct it, or move it away")
    return entries
