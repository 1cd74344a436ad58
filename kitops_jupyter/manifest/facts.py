"""What a kit says of how it came to be: code, what ran, the kits that it came from. One annotation of our own.

No layer and no config has any of it: the same files give the same digests wherever they are packed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.errors import ManifestInvalid, printable
from kitops_jupyter.manifest.annotations import FACTS
from kitops_jupyter.manifest.reading import Manifest, load_object

FACTS_LIMIT = 64 << 10  # characters of the annotation; a manifest has 4 MiB, and lists read many of them
TEXT_LIMIT = 300  # characters of a branch, a remote, a name

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class CodeState:
    """The git commit that the folder was at.

    `is_dirty`: whether files that git tracks differ from the commit, None if that is not known; `changed_files` is
    their number. `remote` has no user, password, query or path of a machine.
    """

    commit: str
    branch: str = ""
    remote: str = ""
    is_dirty: bool | None = None
    changed_files: int = 0

    @property
    def told(self) -> str:
        """For people: `1a2b3c4d5e6f (main), 2 files changed`."""
        count = self.changed_files
        dirt = f", {count} {'file' if count == 1 else 'files'} changed" if self.is_dirty else ""
        unknown = ", changes unknown" if self.is_dirty is None else ""
        return f"{self.commit[:12]}{f' ({self.branch})' if self.branch else ''}{dirt}{unknown}"

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        dirty = {} if self.is_dirty is None else {"dirty": self.is_dirty}
        said = {"branch": self.branch, "remote": self.remote, "changedFiles": self.changed_files}
        return {"commit": self.commit, **dirty, **{name: value for name, value in said.items() if value}}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was recorded of a pack; each part may be missing."""

    code: CodeState | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def to_json(self) -> dict[str, Any]:
        """As it is kept, and as `kit inspect` prints it."""
        return {"code": self.code.to_json()} if self.code else {}

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
    return Facts(_code(_object(parsed.get("code"))))


def _code(said: Mapping[str, Any]) -> CodeState | None:
    commit, dirty = said.get("commit"), said.get("dirty")
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        return None
    is_dirty = dirty if isinstance(dirty, bool) else None
    return CodeState(
        commit, _text(said.get("branch")), _text(said.get("remote")), is_dirty, _count(said, "changedFiles")
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return printable(value[:TEXT_LIMIT]) if isinstance(value, str) else ""


def _count(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000_000 else 0
