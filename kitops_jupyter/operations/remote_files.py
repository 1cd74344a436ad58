"""The files of one layer in a registry, each read alone: its header in the archive first, then its bytes.

The file index says where a file is, but whoever made the kit made the index. So what lies between the file before and
this one is read along with it, in the same request, and must be this very file's header: its name, size and mode, a
regular file, no other file hidden before it. What only the whole layer can show (that all files are listed, that each
body is one) is compared whenever the layer passes as a whole, see `index_check`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import closing
from functools import partial

from kitops_jupyter import archive, file_index
from kitops_jupyter.content import Descriptor, Readable, read_exactly
from kitops_jupyter.errors import ArchiveInvalid, ContentError
from kitops_jupyter.manifest import Match, raw_file
from kitops_jupyter.operations.index_findings import IndexFindings
from kitops_jupyter.operations.layer_reader import (
    RangeStream,
    checked_names,
    index_of,
    indexed_members,
    is_read_whole,
    ranges_of,
    read_index,
)
from kitops_jupyter.sources import MayBeElsewhere

_BLOCK = 512
_MOST_HEADER_BYTES = 16 << 20  # thirty thousand empty folders between two files


class RemoteFiles:
    """The files of a plain tar or raw layer in a registry; a small layer is read whole.

    `is_verified`: a digest of the kit covers every byte that is given away. `is_checked`: it is also known that this
    is all what unpacking the layer gives, since the layer was read whole, or its index compared with it before.
    Raises what `members_of` raises.
    """

    def __init__(self, source: MayBeElsewhere, match: Match, *, rules: archive.NameRules | None = None) -> None:
        remote = ranges_of(source, match.layer)
        if remote is None or match.type.compression:
            raise AssertionError("the layer is here, or compressed: unpack it")
        self._remote = remote
        self._source = source
        self._layer = IndexFindings(source.settings).indexed(match.layer)
        self._is_tar = match.type.layout == "tar"
        self._whole = source.read_small(match.layer) if is_read_whole(match.layer) else None
        self._index = index_of(source, match.layer) if self._whole is None else None
        self.members: Sequence[archive.TarMember] = self._listed(match, rules or archive.NameRules())
        self._places = {file.name: at for at, file in enumerate(self.members)} if self._index else {}
        self._seen: set[str] = set()

    def _listed(self, match: Match, rules: archive.NameRules) -> list[archive.TarMember]:
        if match.type.format.is_one_file:
            return [_only_member(self._index, match.layer)]
        if self._index is not None:
            return indexed_members(self._index, match.layer, rules)
        whole = self._whole
        with closing(RangeStream(self._remote, match.layer) if whole is None else io.BytesIO(whole)) as stream:
            return checked_names(list(match.type.format.inside.list_members(stream, rules=rules)), match.layer, rules)

    @property
    def is_verified(self) -> bool:
        return self._whole is not None or (self._index is not None and self._index.has_digests)

    @property
    def is_checked(self) -> bool:
        return self._whole is not None or (
            self.is_verified and IndexFindings(self._source.settings).is_right(self._layer)
        )

    def verified(self, name: str) -> file_index.VerifiedFile | None:
        """One file to be read in verified pieces; None without an index, and for a layer that was read whole."""
        if self._index is None or not self.is_verified:
            return None
        at = self._places[name]
        return file_index.VerifiedFile(
            self._index,
            at,
            read_index=partial(read_index, self._source, self._index.address),
            read_layer=partial(self._read_with_header, at),
        )

    def token(self, name: str) -> bytes:
        """Names this file of this layer and index for ever, so that having seen its header can be kept; b"" without."""
        if self._index is None:
            return b""
        return f"header of {name!r} in {self._layer.digest};{self._index.address}: seen".encode(errors="replace")

    def needs_header(self, name: str) -> bool:
        """Whether it is not known yet that the file's header is what the index says."""
        return self._index is not None and self._is_tar and name not in self._seen

    def trust_header(self, name: str) -> None:
        """The header was seen earlier."""
        self._seen.add(name)

    def check_header(self, name: str) -> None:
        """Read the file's header, unless it was. Raises ArchiveInvalid where it is not what the index says."""
        if self.needs_header(name):
            at = self._places[name]
            start, end = self._header_range(at)
            self._judge(at, start, self._remote.read_range(self._layer, start, end - start))

    def read_at(self, offset: int, size_bytes: int) -> bytes:
        """A part of the layer, as it comes: verified only where the layer was read whole."""
        if self._whole is not None:
            return self._whole[offset : offset + size_bytes]
        return self._remote.read_range(self._layer, offset, size_bytes)

    def open(self, member: archive.TarMember) -> Readable:
        """One file, and no byte of another; verified piece by piece where there is an index."""
        if self._whole is not None:
            return io.BytesIO(self._whole[member.offset : member.offset + member.size])
        if not member.size:
            self.check_header(member.name)
            return io.BytesIO()
        checked = self.verified(member.name)
        if checked is None:
            return self._remote.open_range(self._layer, member.offset, member.size)
        at, start = self._places[member.name], member.offset
        if self.needs_header(member.name):
            start, _ = self._header_range(at)
        stream = self._remote.open_range(self._layer, start, member.offset + member.size - start)
        try:
            if start < member.offset:
                self._judge(at, start, read_exactly(stream, member.offset - start, f"header of {member.name[:120]}"))
        except BaseException:
            stream.close()
            raise
        return checked.stream(stream)

    def _read_with_header(self, at: int, offset: int, size_bytes: int) -> bytes:
        """A part of the file. A header that was not checked yet is read too, in the same request if it is adjacent."""
        member = self.members[at]
        if not self.needs_header(member.name):
            return self._remote.read_range(self._layer, offset, size_bytes)
        if offset != member.offset:
            self.check_header(member.name)
            return self._remote.read_range(self._layer, offset, size_bytes)
        start, _ = self._header_range(at)
        data = self._remote.read_range(self._layer, start, offset - start + size_bytes)
        self._judge(at, start, data[: offset - start])
        return data[offset - start :]

    def _header_range(self, at: int) -> tuple[int, int]:
        """The range from the end of the previous file to the first byte of this one."""
        member = self.members[at]
        start = 0
        if at:
            before = self.members[at - 1]
            start = before.offset + -(-before.size // _BLOCK) * _BLOCK
        count = member.offset - start
        if count < _BLOCK or count % _BLOCK or count > _MOST_HEADER_BYTES:
            raise self._lies(member, f"there are {count} bytes before it for its header")
        return start, member.offset

    def _judge(self, at: int, start: int, data: bytes) -> None:
        member = self.members[at]
        try:
            found, folders = archive.header_of(data, start, size_bytes=self._layer.size_bytes)
        except ContentError as problem:
            raise self._lies(member, problem.message) from None
        if found != member:
            raise self._lies(member, f"the archive has {found.name[:120]!r}, {found.size} bytes, mode {found.mode:04o}")
        if clash := next((folder.name for folder in folders if folder.name in self._places), ""):
            raise self._lies(member, f"{clash[:120]!r} is a folder in the archive")
        self._seen.add(member.name)

    def _lies(self, member: archive.TarMember, why: str) -> ArchiveInvalid:
        """The error for an index that is wrong about a file. It is not kept: the registry may be what lies."""
        return ArchiveInvalid(
            f"layer {self._layer.digest.short}: its file index says that {member.name[:120]!r} "
            f"({member.size} bytes, mode {member.mode:04o}) is at byte {member.offset}, but {why}",
            hint="the archive and its index disagree; kit pull without a file's name reads whole layers",
        )


def _only_member(index: file_index.FileIndex | None, layer: Descriptor) -> archive.TarMember:
    """The file that a raw layer is."""
    raw = raw_file(layer)
    if index is not None and [(file.offset, file.size) for file in index.files] != [(0, layer.size_bytes)]:
        raise ArchiveInvalid(f"layer {layer.digest.short}: its file index does not list it as one file")
    return archive.TarMember(raw.path, layer.size_bytes, raw.mode, False, 0)
