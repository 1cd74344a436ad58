"""The files of two kits' layers against each other: new, gone, changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from kitops_jupyter import archive
from kitops_jupyter.content import Hashing, Readable, Source
from kitops_jupyter.manifest import Match, raw_file
from kitops_jupyter.operations.layer_reader import members_of, open_layer
from kitops_jupyter.sizes import human_size

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that differs; a size is None if there is no such file."""

    path: str
    before_bytes: int | None
    after_bytes: int | None

    @property
    def sign(self) -> str:
        """`+` new, `−` gone, `~` changed."""
        return "+" if self.before_bytes is None else "−" if self.after_bytes is None else "~"

    @property
    def what(self) -> str:
        """The change in words."""
        if self.before_bytes is None or self.after_bytes is None:
            return human_size(self.before_bytes or self.after_bytes or 0)
        if self.before_bytes == self.after_bytes:
            return f"other content, {human_size(self.after_bytes)}"
        before, after = human_size(self.before_bytes), human_size(self.after_bytes)
        if before == after:
            before, after = f"{self.before_bytes:,} B", f"{self.after_bytes:,} B"
        return f"{before} → {after}"

    def line(self) -> str:
        """One line of text."""
        return f"  {self.sign} {self.path} ({self.what})"


def changed_files(
    first: Source, first_only: Sequence[Match], second: Source, second_only: Sequence[Match]
) -> Iterator[FileChange]:
    """Compare the files of the layers that only one of the kits has; only files of equal size are read.

    Of a plain layer in a registry only those and the headers are moved; what is read so is not verified.
    Raises ArchiveInvalid, UnsafeArchive.
    """
    before, after = _sizes(first, first_only), _sizes(second, second_only)
    doubtful = {path for path in before.keys() & after.keys() if before[path] == after[path]}
    one, two = _digests(first, first_only, doubtful), _digests(second, second_only, doubtful)
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path) or one.get(path) != two.get(path):
            yield FileChange(path, before.get(path), after.get(path))


def _sizes(source: Source, matches: Iterable[Match]) -> dict[str, int]:
    """Every file and its size."""
    found: dict[str, int] = {}
    for match in matches:
        if match.type.format.is_one_file:
            file = raw_file(match.layer)
            found[file.path] = match.layer.size_bytes if file.size_bytes is None else file.size_bytes
        else:
            found |= {match.placed(member.name): member.size for member in _members(source, match)}
    return found


def _members(source: Source, match: Match) -> list[archive.TarMember]:
    return [member for member in members_of(source, match) if not member.is_dir]


def _digests(source: Source, matches: Iterable[Match], wanted: set[str]) -> dict[str, str]:
    """The sha256 of the wanted files."""
    found: dict[str, str] = {}
    for match in matches:
        members: list[tuple[str, int, int | None]]
        if not match.type.format.is_one_file:
            members = [(match.placed(member.name), member.offset, member.size) for member in _members(source, match)]
        elif match.type.compression:
            members = [(raw_file(match.layer).path, 0, None)]
        else:
            found[raw_file(match.layer).path] = match.layer.digest.hex
            continue
        if not any(name in wanted for name, _, _ in members):
            continue
        with closing(open_layer(source, match)) as stream:
            position = 0
            for name, offset, size_bytes in members:
                if name in wanted:
                    _pass(stream, offset - position, None)
                    known = Hashing()
                    position = offset + _pass(stream, size_bytes, known)
                    found[name] = known.digest.hex
    return found


def _pass(stream: Readable, count: int | None, known: Hashing | None) -> int:
    """Read on by so many bytes, to the end for None, and hash them if that is wanted; returns how many there were."""
    seek = getattr(stream, "seek", None)
    if known is None and seek is not None and count is not None:
        seek(count, os.SEEK_CUR)
        return count
    view, done = memoryview(bytearray(_PIECE_BYTES)), 0
    while count is None or done < count:
        piece = view if count is None else view[: count - done]
        got = stream.readinto(piece)
        if not got:
            break
        if known is not None:
            known.write(piece[:got])
        done += got
    return done
