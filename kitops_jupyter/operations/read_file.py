"""One file of a kit, as bytes: for looking at it without unpacking anything."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

from kitops_jupyter import archive
from kitops_jupyter.content import Readable, check_size, fill, read_exactly, verified
from kitops_jupyter.errors import NotFound, Usage
from kitops_jupyter.manifest import Match, raw_file
from kitops_jupyter.operations.layer_reader import members_of, open_here, ranges_of
from kitops_jupyter.operations.opening import Kit
from kitops_jupyter.operations.remote_files import RemoteFiles
from kitops_jupyter.sizes import compared_sizes
from kitops_jupyter.sources import MayBeElsewhere

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file's content, or its start; `size_bytes` is that of the whole file.

    `is_verified` unless it came out of a registry, and no digest of the kit covers it alone.
    """

    path: str
    data: bytes
    is_verified: bool
    size_bytes: int


class FileTooLarge(Usage):
    """A file that is larger than what is read of one."""

    def __init__(self, path: str, size_bytes: int, limit_bytes: int) -> None:
        size, limit = compared_sizes(size_bytes, limit_bytes)
        super().__init__(f"{path[:200]} has {size}; up to {limit} are shown", hint="pull it instead")
        self.size_bytes = size_bytes


def read_file(kit: Kit, match: Match, path: str, *, limit_bytes: int, cut: bool = False) -> FileBytes:
    """The file at this path of the kit, out of this layer; of a plain tar in a registry, only its bytes are moved.

    With `cut`, of a larger file its first `limit_bytes`. Raises NotFound, FileTooLarge (not with `cut`), Usage,
    DigestMismatch, RegistryError.
    """
    if match.type.format.is_one_file:
        return _read_raw(kit, match, path, limit_bytes, cut)
    is_elsewhere = not match.type.compression and ranges_of(kit.source, match.layer) is not None
    if is_elsewhere and isinstance(kit.source, MayBeElsewhere):
        files = RemoteFiles(kit.source, match)
        member = _find(files.members, match, path)
        count = _count(path, member.size, limit_bytes, cut)
        with closing(files.open(member)) as stream:
            return FileBytes(path, read_exactly(stream, count, path), files.is_verified, member.size)
    is_here = ranges_of(kit.source, match.layer) is None
    if match.type.compression:
        data, size_bytes = _out_of_compressed(kit, match, path, limit_bytes, cut)
        return FileBytes(path, data, is_here, size_bytes)
    member = _find(members_of(kit.source, match), match, path)
    count = _count(path, member.size, limit_bytes, cut)
    with closing(open_here(kit.source, match.layer)) as stream:
        _skip(stream, member.offset, path)
        return FileBytes(path, read_exactly(stream, count, path), is_here, member.size)


def _count(path: str, size_bytes: int, limit_bytes: int, cut: bool) -> int:
    """How many bytes of a file are read."""
    if size_bytes > limit_bytes and not cut:
        raise FileTooLarge(path, size_bytes, limit_bytes)
    return min(size_bytes, limit_bytes)


def _find(members: Iterable[archive.TarMember], match: Match, path: str) -> archive.TarMember:
    for member in members:
        if not member.is_dir and match.placed(member.name) == path:
            return member
    raise NotFound(f"{match.entry.label} has no file {path[:200]}")


def _read_raw(kit: Kit, match: Match, path: str, limit_bytes: int, cut: bool) -> FileBytes:
    size_bytes = match.layer.size_bytes
    if raw_file(match.layer).path != path:
        raise NotFound(f"{match.entry.label} has no file {path[:200]}")
    if match.type.compression:
        raise Usage(f"{path} is stored compressed", hint="pull it instead")
    count = _count(path, size_bytes, limit_bytes, cut)
    if count < size_bytes:
        with closing(open_here(kit.source, match.layer)) as start:
            is_here = ranges_of(kit.source, match.layer) is None
            return FileBytes(path, read_exactly(start, count, path), is_here, size_bytes)
    with verified(open_here(kit.source, match.layer), match.layer) as stream:
        return FileBytes(path, stream.readall(), True, size_bytes)


def _out_of_compressed(kit: Kit, match: Match, path: str, limit_bytes: int, cut: bool) -> tuple[bytes, int]:
    """Read from a layer that must be read from its start. Its headers say where the file is, not its index."""
    tar, view = match.type.format.inside.passing(), memoryview(bytearray(_PIECE_BYTES))
    found: archive.TarMember | None = None
    kept, position, wanted = bytearray(), 0, 0
    with closing(archive.decompressing(open_here(kit.source, match.layer), match.type.compression)) as stream:
        while (found is None or len(kept) < wanted) and (count := stream.readinto(view)):
            if found is None:
                here = [item for item in tar.members_in(view[:count]) if match.placed(item.name) == path]
                found = _find(here, match, path) if here else None
                wanted = _count(path, found.size, limit_bytes, cut) if found else 0
            if found is not None:
                start = max(0, found.offset + len(kept) - position)
                kept += view[start : min(count, start + wanted - len(kept))]
            position += count
    if found is None:
        raise NotFound(f"{match.entry.label} has no file {path[:200]}")
    check_size(len(kept), wanted, path)
    return bytes(kept), found.size


def _skip(stream: Readable, count: int, path: str) -> None:
    view, at = memoryview(bytearray(min(count, _PIECE_BYTES))), 0
    while at < count and (got := fill(stream, view[: count - at])):
        at += got
    check_size(at, count, path)
