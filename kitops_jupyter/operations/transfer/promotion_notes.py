"""What promotions from here moved, noted before they do, so that they can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import read_json, why
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import ManifestInvalid, NotFound, StoreCorrupt
from kitops_jupyter.operations.write_file import write_text
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings


@dataclass(frozen=True, slots=True)
class Moved:
    """One tag: what it named before (None: nothing), and what it names after that (None: it is taken away)."""

    tag: str
    before: Digest | None
    after: Digest | None


def note(settings: Settings, name: Reference, moves: Sequence[Moved]) -> None:
    """Write down what the tags name before a promotion to `name` moves any. Raises StoreCorrupt."""
    _change(settings, lambda noted: {**noted, name.full_name: [[move.tag, move.before, move.after] for move in moves]})


def forget(settings: Settings, name: Reference) -> None:
    """The promotion to `name` is undone. Raises StoreCorrupt."""
    _change(settings, lambda noted: {key: moves for key, moves in noted.items() if key != name.full_name})


def recall(settings: Settings, name: Reference) -> list[Moved]:
    """What the last promotion from here to `name` moved, in that order. Raises NotFound, StoreCorrupt."""
    noted = _read(settings).get(name.full_name)
    if not noted:
        raise NotFound(f"no promotion to {name.tag} was made from here", hint="kit promote REF --to TAG")
    try:
        return [_moved(*move) for move in noted]
    except (TypeError, ManifestInvalid):
        raise _unusable(settings, f"it has no list of moved tags for {name.full_name}") from None


def promoted_from_here(settings: Settings, repository: Reference) -> dict[str, Digest]:
    """The tags of this repository that a promotion from here moved and no undo put back, each with what it got.

    Raises StoreCorrupt.
    """
    found: dict[str, Digest] = {}
    for key in _read(settings):
        store_name, _, tag = key.rpartition(":")
        if store_name == repository.store_name:
            moves = recall(settings, repository.with_tag(tag))
            found |= {move.tag: move.after for move in moves if move.tag == tag and move.after}
    return found


def _change(settings: Settings, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    with Lock(settings.home / ".promotions.lock"):
        before = _read(settings)
        if (after := change(before)) != before:
            write_text(_path(settings), json.dumps(after, indent=1))


def _path(settings: Settings) -> Path:
    return settings.home / "promotions.json"


def _read(settings: Settings) -> dict[str, Any]:
    """What was noted, by kit and tag. Raises StoreCorrupt if the file has other content; it is not replaced then."""
    try:
        parsed = read_json(_path(settings))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as problem:
        raise _unusable(settings, why(problem)) from problem
    if not isinstance(parsed, dict):
        raise _unusable(settings, f"expected an object, got {type(parsed).__name__}")
    return parsed


def _unusable(settings: Settings, reason: str) -> StoreCorrupt:
    path = _path(settings)
    return StoreCorrupt(
        f"{path} cannot be used: {reason}", hint="move it away; the promotions in it can no longer be undone"
    )


def _moved(tag: object, before: object, after: object) -> Moved:
    """A move as it was noted. Raises TypeError, ManifestInvalid."""
    if not (isinstance(tag, str) and isinstance(after, str) and isinstance(before, str | None)):
        raise TypeError
    return Moved(tag, Digest(before) if before else None, Digest(after))
