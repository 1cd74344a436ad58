"""What a layer format is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kitops_jupyter.archive.member_names import NameRules
from kitops_jupyter.archive.new_tree import NewTree
from kitops_jupyter.archive.planned import Member
from kitops_jupyter.archive.shared_tree import SharedTree
from kitops_jupyter.archive.tar_parser import TarMember
from kitops_jupyter.archive.untar import Extracted
from kitops_jupyter.content import Readable


class Stream(Readable, Protocol):
    """A layer that is read while it is made; its length is known beforehand."""

    size_bytes: int


class Passing(Protocol):
    """Finds the members of an archive that comes in pieces of any size."""

    def members_in(self, view: memoryview, /) -> Iterator[TarMember]:
        """Those that begin in these bytes, the next ones; to be exhausted before the next call."""

    def finish(self) -> None:
        """The archive has ended. Raises ArchiveInvalid when it must not."""


class Unpacker(Protocol):
    """A byte sink that makes an archive's files in a shared tree; `files` and `tree` are what is there."""

    files: list[Extracted]

    @property
    def tree(self) -> NewTree: ...

    def write(self, view: memoryview, /) -> None: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...


class ListsMembers(Protocol):
    def __call__(
        self, stream: Readable, *, size_bytes: int | None = None, rules: NameRules | None = None
    ) -> Iterator[TarMember]:
        """The archive's files and folders, in order. Raises ArchiveInvalid, UnsafeArchive."""


class MakesPassing(Protocol):
    def __call__(self, *, size_bytes: int | None = None) -> Passing: ...


class MakesUnpacker(Protocol):
    def __call__(
        self,
        staging: SharedTree,
        /,
        *,
        rename: Callable[[str], str],
        size_bytes: int | None,
        set_modes: bool,
    ) -> Unpacker: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How an archive is read: `list_members` skips bodies where it can, `passing` and `unpacker` take every byte."""

    list_members: ListsMembers
    passing: MakesPassing
    unpacker: MakesUnpacker


@dataclass(frozen=True, slots=True)
class LayerFormat:
    """How a layer holds its files.

    `stream` makes the layer of the planned members, `size_bytes` says what it will have (in an archive but for long
    names), and `offsets` where each file's bytes will begin. `file_suffix` ends the name of an archive that is saved.
    """

    name: str
    file_suffix: str
    size_bytes: Callable[[Sequence[Member]], int]
    stream: Callable[[Sequence[Member]], Stream]
    offsets: Callable[[Sequence[Member]], Iterator[tuple[Member, int]]]
    reading: Reading | None

    @property
    def is_one_file(self) -> bool:
        """Whether the layer is its one file; then the layer's annotations have the file's path and mode."""
        return self.reading is None

    @property
    def inside(self) -> Reading:
        """How the archive is read. Ask this only of an archive."""
        assert self.reading is not None, f"a {self.name} layer is one file"
        return self.reading
