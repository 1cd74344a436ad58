"""A side of a comparison: a kit in the store or a registry, or a folder as packing it would make it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kitops_jupyter.content import Digest, Source, check_size
from kitops_jupyter.disk import open_regular, why
from kitops_jupyter.errors import NotFound
from kitops_jupyter.file_index import VerifiedFile
from kitops_jupyter.kitfile import Kitfile
from kitops_jupyter.layers import Member, Plan, PlannedLayer
from kitops_jupyter.manifest import CREATED, Match
from kitops_jupyter.operations.block_cache import BlockCache
from kitops_jupyter.operations.diff.results import DiffLayer
from kitops_jupyter.operations.kit_files import Found, KitFiles
from kitops_jupyter.operations.layer_reader import is_listed_for_little, ranges_of
from kitops_jupyter.operations.opening import Kit
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings

Moved = Callable[[int], None]


class SideFile(Protocol):
    """A file of a side, read in parts; `digest` is that of all of it, where it is known without reading."""

    @property
    def size(self) -> int: ...

    @property
    def mode(self) -> int: ...

    @property
    def digest(self) -> Digest | None: ...

    def read(self, start: int, end: int, /) -> bytes: ...

    def cost(self, start: int, end: int, /) -> int: ...

    def by_index(self) -> VerifiedFile | None: ...


@dataclass(frozen=True, slots=True)
class SideLayer:
    """A layer, and its files by path; `unlisted_bytes` is what would travel to list them, where they were not."""

    shown: DiffLayer
    files: Mapping[str, SideFile]
    unlisted_bytes: int = 0


class Side(Protocol):
    """What is compared."""

    name: Reference | Path
    kitfile: Kitfile
    created: str
    warnings: Sequence[str]

    def digests(self) -> set[Digest]:
        """Of its layers, as far as they are known."""

    def layers(self, known: set[Digest]) -> list[SideLayer]:
        """Its layers; those with these digests without their files."""


@dataclass(frozen=True, slots=True)
class _KitFile:
    """A file of a kit; every read is reported to `moved`."""

    files: KitFiles
    found: Found
    digest: Digest | None
    moved: Moved

    @property
    def size(self) -> int:
        return self.found.file.size

    @property
    def mode(self) -> int:
        return self.found.file.mode

    def read(self, start: int, end: int, /) -> bytes:
        data = self.files.read(self.found, start, end, 0)
        self.moved(len(data))
        return data

    def cost(self, start: int, end: int, /) -> int:
        return self.files.moved_bytes(self.found, start, end)

    def by_index(self) -> VerifiedFile | None:
        return self.files.verified(self.found)


@dataclass(frozen=True, slots=True)
class _FolderFile:
    """A file on the disk."""

    member: Member
    moved: Moved
    digest: Digest | None = None

    @property
    def size(self) -> int:
        return self.member.size

    @property
    def mode(self) -> int:
        return self.member.mode

    def read(self, start: int, end: int, /) -> bytes:
        """Raises NotFound for a file that went away, SizeMismatch for one that became shorter."""
        try:
            descriptor = open_regular(self.member.source)
        except OSError as problem:
            raise NotFound(f"{self.member.name}: {why(problem)}") from None
        with os.fdopen(descriptor, "rb") as stream:
            stream.seek(start)
            data = stream.read(end - start)
        check_size(len(data), end - start, self.member.name)
        self.moved(len(data))
        return data

    def cost(self, start: int, end: int, /) -> int:
        return 0

    def by_index(self) -> VerifiedFile | None:
        return None


class KitSide:
    """A kit; layers whose list alone would move more than `list_limit_bytes` are not listed (None: all are)."""

    def __init__(self, kit: Kit, settings: Settings, blocks: BlockCache, list_limit_bytes: int | None, moved: Moved):
        self.kit = kit
        self.name: Reference | Path = kit.reference
        self.kitfile = kit.described()
        self.created = kit.manifest.annotations.get(CREATED, "")
        self.warnings: Sequence[str] = ()
        self._settings = settings
        self._blocks = blocks
        self._list_limit_bytes = list_limit_bytes
        self._moved = moved
        self._open: list[KitFiles] = []

    def digests(self) -> set[Digest]:
        return {layer.digest for layer in self.kit.manifest.layers}

    def layers(self, known: set[Digest]) -> list[SideLayer]:
        found = [self._layer(match, known) for match in self.kit.matches()]
        for unnamed in self.kit.unnamed():
            path = f"{unnamed.path} (not in the Kitfile)".strip()
            shown = DiffLayer(unnamed.section, path, unnamed.layer.digest, unnamed.layer.size_bytes)
            found.append(SideLayer(shown, {}))
            if unnamed.layer.digest not in known:
                self.warnings = (*self.warnings, f"{self.name}: {unnamed}: its files are not compared")
        return found

    def close(self) -> None:
        """Let go of what was unpacked."""
        for files in self._open:
            files.close()

    def _layer(self, match: Match, known: set[Digest]) -> SideLayer:
        layer = match.layer
        shown = DiffLayer(match.entry.section, match.entry.path, layer.digest, layer.size_bytes)
        if layer.digest in known:
            return SideLayer(shown, {})
        limit = self._list_limit_bytes
        if limit is not None and layer.size_bytes > limit and not _lists_for_little(self.kit.source, match):
            return SideLayer(shown, {}, layer.size_bytes)
        files = KitFiles(self.kit, self._settings, self._blocks, matches=[match])
        self._open.append(files)
        digest = layer.digest if match.type.format.is_one_file and not match.type.compression else None
        return SideLayer(
            shown, {path: _KitFile(files, found, digest, self._moved) for path, found in files.below("").items()}
        )


def _lists_for_little(source: Source, match: Match) -> bool:
    is_here = ranges_of(source, match.layer) is None
    return is_here or not match.type.compression or is_listed_for_little(source, match)


class FolderSide:
    """A folder and the plan of packing it."""

    def __init__(self, folder: Path, kitfile: Kitfile, plan: Plan, moved: Moved) -> None:
        self.name: Reference | Path = folder
        self.kitfile = kitfile
        self.created = ""
        self.warnings: Sequence[str] = plan.warnings
        self._plan = plan
        self._moved = moved

    def digests(self) -> set[Digest]:
        return set()

    def layers(self, known: set[Digest]) -> list[SideLayer]:
        return [self._layer(planned) for planned in self._plan.layers]

    def _layer(self, planned: PlannedLayer) -> SideLayer:
        is_one_file = planned.format.is_one_file
        files = {
            planned.path if is_one_file else member.name: _FolderFile(member, self._moved)
            for member in planned.members
            if not member.is_dir
        }
        shown = DiffLayer(planned.entry.section, planned.entry.path, None, planned.size_bytes)
        return SideLayer(shown, files)
