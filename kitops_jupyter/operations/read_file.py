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
from kitops_jupyter.sources import MayBeElsewhere

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file's content; `is_verified` unless it came out of a registry, and no digest of the kit covers it alone."""

    path: str
    data: bytes
    is_verified: bool


def read_file(kit: Kit, match: Match, path: str, *, limit_bytes: int) -> FileBytes:
    """The file at this path of the kit, out of this layer; of a plain tar in a registry, only its bytes are moved.

    Raises NotFound, Usage (it is larger than the limit), DigestMismatch, RegistryError.
    """
    if match.type.format.is_one_file:
        return _read_raw(kit, match, path, limit_bytes)
    is_elsewhere = not match.type.compression and ranges_of(kit.source, match.layer) is not None
    if is_elsewhere and isinstance(kit.source, MayBeElsewhere):
        files = RemoteFiles(kit.source, match)
        member = _find(files.members, match, path, limit_bytes)
        with closing(files.open(member)) as stream:
            return FileBytes(path, read_exactly(stream, member.size, path), files.is_verified)
    is_here = ranges_of(kit.source, match.layer) is None
    if match.type.compression:
        return FileBytes(path, _out_of_compressed(kit, match, path, limit_bytes), is_here)
    member = _find(members_of(kit.source, match), match, path, limit_bytes)
    with closing(open_here(kit.source, match.layer)) as stream:
        _skip(stream, member.offset, path)
        return FileBytes(path, read_exactly(stream, member.size, path), is_here)


def _find(members: Iterable[archive.TarMember], match: Match, path: str, limit_bytes: int) -> archive.TarMember:
    for member in members:
        if not member.is_dir and match.placed(member.name) == path:
            if member.size > limit_bytes:
                raise Usage(f"{path} has {member.size} bytes; up to {limit_bytes} are shown", hint="pull it instead")
            return member
    raise NotFound(f"{match.entry.label} has no file {path[:200]}")


def _read_raw(kit: Kit, match: Match, path: str, limit_bytes: int) -> FileBytes:
    if raw_file(match.layer).path != path:
        raise NotFound(f"{match.entry.label} has no file {path[:200]}")
    if match.layer.size_bytes > limit_bytes:
        raise Usage(f"{path} has {match.layer.size_bytes} bytes; up to {limit_bytes} are shown", hint="pull it instead")
    with verified(open_here(kit.source, match.layer), match.layer) as stream:
        data = stream.readall()
    if match.type.compression:
        raise Usage(f"{path} is stored compressed", hint="pull it instead")
    return FileBytes(path, data, True)


def _out_of_compressed(kit: Kit, match: Match, path: str, limit_bytes: int) -> bytes:
    """Out of a layer that must be read from its start: its headers, not its index, say where the file is."""
    tar, view = match.type.format.inside.passing(), memoryview(bytearray(_PIECE_BYTES))
    found: archive.TarMember | None = None
    kept, position = bytearray(), 0
    with closing(archive.decompressing(open_here(kit.source, match.layer), match.type.compression)) as stream:
        while (found is None or len(kept) < found.size) and (count := stream.readinto(view)):
            if found is None:
                here = [item for item in tar.members_in(view[:count]) if match.placed(item.name) == path]
                found = _find(here, match, path, limit_bytes) if here else None
            if found is not None:
                start = max(0, found.offset + len(kept) - position)
                kept += view[start : min(count, start + found.size - len(kept))]
            position += count
    if found is None:
        raise NotFound(f"{match.entry.label} has no file {path[:200]}")
    check_size(len(kept), found.size, path)
    return bytes(kept)


def _skip(stream: Readable, count: int, path: str) -> None:
    view, at = memoryview(bytearray(min(count, _PIECE_BYTES))), 0
    while at < count and (got := fill(stream, view[: count - at])):
        at += got
    check_size(at, count, path)
