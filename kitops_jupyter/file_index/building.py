"""An index made while its layer passes by."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter.content import Digest
from kitops_jupyter.errors import StorageFull
from kitops_jupyter.file_index.address import Address
from kitops_jupyter.file_index.reading import BLOCK_BYTES, PAGE_BYTES
from kitops_jupyter.file_index.tree import DIGEST_BYTES, V2, Tree

# The leaves of 2 GiB are in memory, those of more in a temporary file.
LEAVES_IN_MEMORY_BYTES = 1 << 20
# Level 6 makes the listing of 100,000 files a tenth smaller, and takes four times as long.
_ZLIB_LEVEL = 1
_PART_BYTES = 1 << 20

# A file's name, size, mode and offset: an IndexedFile is one.
FileRow = tuple[str, int, int, int]


class BuiltIndex:
    """A layer's index of version 2: the blob, to be opened any number of times, and its address."""

    def __init__(self, listing: bytes, nodes: bytes, leaves: _Table) -> None:
        self._head = listing + nodes
        self._leaves = leaves
        size_bytes = len(self._head) + leaves.size_bytes
        digest = _digest_of(self._head, leaves)
        self.address = Address(digest, size_bytes, Digest.of(listing), len(listing))

    def open(self) -> Rewindable:
        """The blob's bytes, from the first to the last. The caller closes it; the index stays open."""
        return Rewindable(self._head, self._leaves)

    def read(self) -> bytes:
        """All of the blob, for one that is small."""
        return self.open().readall()


class IndexBuilder:
    """A byte sink beside those that store the layer: hashes each leaf of each file as it passes.

    `files` are in the layer's order, with their offsets in it; `add` takes one that becomes known only on the way.
    A `tree` of version 1 is for comparing: `build` makes version 2.
    """

    def __init__(self, files: Iterable[FileRow] = (), tree: Tree = V2) -> None:
        self._tree = tree
        self._files = _Columns.of(files)
        self._at = self._done = 0  # the file that is hashed now, and how much of it was
        self._partial: Any = None  # the hash of a leaf whose rest is still to come
        self._open_node = bytearray()  # the leaves' digests so far
        self._position = 0
        self._nodes = bytearray()
        self._leaves = _Table()

    def add(self, file: FileRow) -> None:
        """One more file, before the first of its bytes is written."""
        self._files.add(*file)

    def write(self, view: memoryview) -> None:
        """Take the layer's next bytes."""
        begin = self._position
        self._position = end = begin + len(view)
        sizes, offsets, count = self._files.sizes, self._files.offsets, len(self._files.names)
        leaf_bytes, start_hash, nodes = self._tree.leaf_bytes, self._tree.start, self._nodes
        at = self._at
        while at < count:
            size, offset = sizes[at], offsets[at]
            start, stop = offset + self._done, offset + size
            if stop <= end and size <= leaf_bytes and start == offset:  # most files of most layers
                if size:
                    nodes += start_hash(view[start - begin : stop - begin]).digest()
                at += 1
                continue
            if start < end:
                self._take(size, view[start - begin : min(stop, end) - begin])
            if self._done < size:
                break
            at, self._done = at + 1, 0
        self._at = at

    def _take(self, size: int, part: memoryview) -> None:
        """The next bytes of the file that is hashed now, which has `size`."""
        leaf_bytes, node_bytes, start_hash = self._tree.leaf_bytes, self._tree.node_bytes, self._tree.start
        at = 0
        while at < len(part):
            begin, room = at, min(len(part) - at, node_bytes - self._done % node_bytes)
            if self._partial is None and room >= leaf_bytes:  # whole leaves, as many as the node still has
                at += room - room % leaf_bytes
                leaves = [start_hash(part[one : one + leaf_bytes]).digest() for one in range(begin, at, leaf_bytes)]
                self._open_node += b"".join(leaves)
                self._done += at - begin
            else:
                at += min(room, leaf_bytes - self._done % leaf_bytes)
                leaf = self._partial or start_hash()
                leaf.update(part[begin:at])
                self._done += at - begin
                is_whole = self._done == size or not self._done % leaf_bytes
                self._partial = None if is_whole else leaf
                self._open_node += leaf.digest() if is_whole else b""
            if self._done == size or not self._done % node_bytes:
                self._end_node()

    def _end_node(self) -> None:
        self._nodes += self._tree.over(self._open_node)
        if len(self._open_node) > DIGEST_BYTES:
            self._leaves.append(self._open_node)
        self._open_node.clear()

    def close(self) -> None:
        """The layer has passed."""

    def abort(self) -> None:
        """Nothing was kept."""

    @property
    def pages(self) -> tuple[bytes, ...]:
        """The digests of the pages of the table of nodes."""
        nodes = memoryview(self._nodes)
        return tuple(self._tree.digest(nodes[at : at + PAGE_BYTES]) for at in range(0, len(nodes), PAGE_BYTES))

    def digest_with(self, listing: bytes) -> Digest:
        """The digest of a blob with another listing in front of these tables."""
        return _digest_of(listing + self._nodes, self._leaves)

    def build(self) -> BuiltIndex:
        """The index; to be asked for when the whole layer has passed."""
        assert self._at == len(self._files.names), "the layer ended before its last file"
        return BuiltIndex(_listing(self._files, self.pages), bytes(self._nodes), self._leaves)


def listing_only(files: Iterable[FileRow]) -> BuiltIndex:
    """An index without digests, for a layer that cannot be read in parts."""
    return BuiltIndex(_listing(_Columns.of((*row[:3], -1) for row in files), ()), b"", _Table())


@dataclass(slots=True)
class _Columns:
    """Files, a column each of what is known of them: an object for each of many files would cost as much again."""

    names: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    modes: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[FileRow]) -> _Columns:
        columns = cls()
        for row in rows:
            columns.add(*row)
        return columns

    def add(self, name: str, size: int, mode: int, offset: int) -> None:
        self.names.append(name)
        self.sizes.append(size)
        self.modes.append(mode)
        self.offsets.append(offset)


def _listing(files: _Columns, pages: tuple[bytes, ...]) -> bytes:
    gaps: list[int] = []
    end = 0
    for size, offset in zip(files.sizes, files.offsets, strict=True):
        gaps.append(offset - end)
        end = offset + -(-size // BLOCK_BYTES) * BLOCK_BYTES
    listed = {
        "version": V2.version,
        "names": files.names,
        "sizes": files.sizes,
        "modes": files.modes,
        "gaps": None if files.offsets[:1] == [-1] else gaps,
        "pages": b"".join(pages).hex(),
    }
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
    return zlib.compress(text, _ZLIB_LEVEL)


class _Table:
    """The leaves' digests: in memory at first, in a temporary file when they are many."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._file: Any = io.BytesIO()

    def append(self, digests: bytearray) -> None:
        """Raises StorageFull."""
        try:
            self._file.write(digests)
            self.size_bytes += len(digests)
            if isinstance(self._file, io.BytesIO) and self.size_bytes > LEAVES_IN_MEMORY_BYTES:
                held = self._file.getvalue()
                self._file = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as the index)
                self._file.write(held)
        except OSError as problem:
            raise StorageFull(
                f"the file index cannot be written to {tempfile.gettempdir()}: {problem.strerror or problem}",
                hint="free some space there, or set KITOPS_FILE_INDEX=0 to pack without an index",
            ) from problem

    def __del__(self) -> None:
        self._file.close()  # nobody else knows of it

    def read_at(self, offset: int, size_bytes: int) -> bytes:
        self._file.seek(offset)
        data: bytes = self._file.read(size_bytes)
        self._file.seek(0, io.SEEK_END)
        return data


def _digest_of(head: bytes, leaves: _Table) -> Digest:
    known = hashlib.sha256(head)
    for at in range(0, leaves.size_bytes, _PART_BYTES):
        known.update(leaves.read_at(at, _PART_BYTES))
    return Digest("sha256:" + known.hexdigest())


class Rewindable(io.RawIOBase):
    """An index as a stream that can be read again."""

    def __init__(self, head: bytes, leaves: _Table) -> None:
        self._head, self._leaves = head, leaves
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        ends = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._head) + self._leaves.size_bytes}
        self._position = ends[whence] + offset
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        if self._position < len(self._head):
            data = self._head[self._position : self._position + len(view)]
        else:
            data = self._leaves.read_at(self._position - len(self._head), len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)
