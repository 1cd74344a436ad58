"""What a kit says of how it came to be: code, what ran, the kits that it came from. One annotation of our own.

No layer and no config has any of it: the same files give the same digests wherever they are packed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args

from kitops_jupyter import gojson
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import ManifestInvalid, printable
from kitops_jupyter.manifest.annotations import FACTS
from kitops_jupyter.manifest.reading import Manifest, load_object
from kitops_jupyter.session import Way

FACTS_LIMIT = 64 << 10  # characters of the annotation; a manifest has 4 MiB, and lists read many of them
LIST_LIMIT = 200  # cells with a line of their own, parents
TEXT_LIMIT = 300  # characters of a branch, a remote, a name

_WAYS: tuple[Way, ...] = get_args(Way)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class CodeState:
    """The git commit that the folder was at.

    `is_dirty`: whether files that git tracks differ from the commit, None if that is not known; `changed_files` is
    their number. `remote` has no user, password, query or path of a machine. `has_patch`: the kit has the differences.
    """

    commit: str
    branch: str = ""
    remote: str = ""
    is_dirty: bool | None = None
    changed_files: int = 0
    has_patch: bool = False

    @property
    def told(self) -> str:
        """For people: `1a2b3c4d5e6f (main), 2 files changed, with the patch`."""
        count = self.changed_files
        dirt = f", {count} {'file' if count == 1 else 'files'} changed" if self.is_dirty else ""
        unknown = ", changes unknown" if self.is_dirty is None else ""
        patch = ", with the patch" if self.has_patch else ""
        return f"{self.commit[:12]}{f' ({self.branch})' if self.branch else ''}{dirt}{unknown}{patch}"

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        dirty = {} if self.is_dirty is None else {"dirty": self.is_dirty}
        said = {
            "branch": self.branch,
            "remote": self.remote,
            "changedFiles": self.changed_files,
            "patch": self.has_patch,
        }
        return {"commit": self.commit, **dirty, **{name: value for name, value in said.items() if value}}


@dataclass(frozen=True, slots=True)
class CellsRan:
    """How the code cells of a packed notebook stood to what its kernel ran; cells without text do not count.

    Each cell is one of `as_saved` (it ran with the text that the file has), `edited` since it ran, `failed` and
    `never_ran`. `out_of_order` are those that ran before a cell above them. `gone` cells ran, and are not in the file:
    what they left in memory nobody sees. `differing` names cells by their ids: no source, no output.
    """

    notebook: str
    cells: int
    as_saved: int
    edited: int = 0
    failed: int = 0
    never_ran: int = 0
    out_of_order: int = 0
    gone: int = 0
    differing: tuple[tuple[str, str], ...] = ()

    @property
    def told(self) -> str:
        """For people: `12 of 14 cells ran as saved, 1 edited since, 1 never ran`."""
        counts = [
            (self.edited, "edited since"),
            (self.failed, "failed"),
            (self.never_ran, "never ran"),
            (self.out_of_order, "out of order"),
            (self.gone, "that ran deleted since"),
        ]
        whole = f"{self.as_saved} of {self.cells} cells ran as saved" if self.as_saved != self.cells else ""
        said = whole or f"all {self.cells} cells ran as saved"
        return ", ".join([said, *(f"{count} {state}" for count, state in counts if count)])

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        counts = {
            "edited": self.edited,
            "failed": self.failed,
            "neverRan": self.never_ran,
            "outOfOrder": self.out_of_order,
            "gone": self.gone,
        }
        return {
            "notebook": self.notebook,
            "cells": self.cells,
            "asSaved": self.as_saved,
            **{name: count for name, count in counts.items() if count},
            **({"differing": dict(self.differing[:LIST_LIMIT])} if self.differing else {}),
        }


@dataclass(frozen=True, slots=True)
class ParentKit:
    """A kit that was in the kernel before the pack, and how it came there."""

    reference: str
    digest: Digest
    way: Way

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"reference": self.reference, "digest": str(self.digest), "way": self.way}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was recorded of a pack; each part may be missing."""

    code: CodeState | None = None
    ran: CellsRan | None = None
    parents: tuple[ParentKit, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def to_json(self) -> dict[str, Any]:
        """As it is kept, and as `kit inspect` prints it."""
        said: dict[str, Any] = {"code": self.code.to_json()} if self.code else {}
        said |= {"ran": self.ran.to_json()} if self.ran else {}
        return said | ({"parents": [kit.to_json() for kit in self.parents[-LIST_LIMIT:]]} if self.parents else {})

    def to_text(self) -> str:
        """The annotation; "" without facts."""
        return gojson.dumps(self.to_json()) if self else ""


NO_FACTS = Facts()


def facts_of(manifest: Manifest) -> Facts:
    """The facts of anyone's kit, safe to show: bounded, printable, and without what has another shape than ours."""
    text = manifest.annotations.get(FACTS, "")
    if not text or len(text) > FACTS_LIMIT:
        return NO_FACTS
    try:
        parsed = load_object(text.encode("utf-8", "replace"), "facts")
    except ManifestInvalid:
        return NO_FACTS
    return Facts(_code(_object(parsed.get("code"))), _ran(_object(parsed.get("ran"))), _parents(parsed.get("parents")))


def _code(said: Mapping[str, Any]) -> CodeState | None:
    commit, dirty = said.get("commit"), said.get("dirty")
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        return None
    is_dirty = dirty if isinstance(dirty, bool) else None
    return CodeState(
        commit,
        _text(said.get("branch")),
        _text(said.get("remote")),
        is_dirty,
        _count(said, "changedFiles"),
        said.get("patch") is True,
    )


def _ran(said: Mapping[str, Any]) -> CellsRan | None:
    if not _count(said, "cells"):
        return None
    differing = [(_text(name), _text(state)) for name, state in _object(said.get("differing")).items()]
    return CellsRan(
        _text(said.get("notebook")),
        _count(said, "cells"),
        _count(said, "asSaved"),
        _count(said, "edited"),
        _count(said, "failed"),
        _count(said, "neverRan"),
        _count(said, "outOfOrder"),
        _count(said, "gone"),
        tuple(differing[:LIST_LIMIT]),
    )


def _parents(said: Any) -> tuple[ParentKit, ...]:
    return tuple(filter(None, map(_parent, said[:LIST_LIMIT]))) if isinstance(said, list) else ()


def _parent(value: Any) -> ParentKit | None:
    said = _object(value)
    way = next((way for way in _WAYS if way == said.get("way")), None)
    try:
        return ParentKit(_text(said.get("reference")), Digest(said.get("digest", "")), way) if way else None
    except ManifestInvalid:
        return None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return printable(value[:TEXT_LIMIT]) if isinstance(value, str) else ""


def _count(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000_000 else 0
