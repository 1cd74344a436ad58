"""A layout in a tar, read where it lies: its headers once, its blobs as they are wanted; nothing is unpacked."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from kitops_jupyter.archive import Limits, NameRules, TarMember, list_members
from kitops_jupyter.content import Descriptor, Digest, Readable
from kitops_jupyter.errors import ArchiveInvalid, ManifestInvalid, NotFound, PathInvalid, SizeMismatch
from kitops_jupyter.oci_layout import index_file
from kitops_jupyter.oci_layout.index_file import INDEX_NAME, MARKER_NAME, IndexFile
from kitops_jupyter.store.files import open_regular

_ENTRIES_LIMIT = 200_000
_BLOBS = "blobs/sha256/"


class LayoutTar:
    """The layout in this file, a content.Source with ranges.

    Raises NotFound, ArchiveInvalid, UnsafeArchive (links, climbing names), ManifestInvalid: all when it is made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shown = str(path)
        self._places: dict[str, tuple[int, int]] = {}
        with self._stream() as stream:
            for member in list_members(stream, rules=NameRules(windows=False), limits=Limits(entries=_ENTRIES_LIMIT)):
                self._note(member)
        index_file.check_marker(self._small(MARKER_NAME, index_file.MARKER_LIMIT_BYTES), self._shown)
        data = self._small(INDEX_NAME, index_file.INDEX_LIMIT_BYTES)
        self.index = IndexFile.parse(data, self._shown)

    def resolve(self, name: str) -> Descriptor:
        """The manifest of this tag or digest. Raises NotFound."""
        return index_file.resolve(self.index, self, name, self._shown)

    def only(self) -> tuple[Descriptor, str]:
        """The one kit that is there, and its tag if it has one. Raises NotFound."""
        return index_file.only(self.index, self, self._shown)

    def open(self, descriptor: Descriptor) -> Readable:
        """The bytes as they are there, not verified; can be rewound. Raises NotFound, SizeMismatch."""
        place = self._places.get(_BLOBS + Digest(descriptor.digest).hex)
        if place is None:
            raise NotFound(f"{self._shown} has no blob {descriptor.digest.short}")
        if place[1] != descriptor.size_bytes:
            raise SizeMismatch(
                f"{self._shown}: blob {descriptor.digest.short} has {place[1]} bytes, expected {descriptor.size_bytes}"
            )
        return _Part(self._stream(), *place)

    def exists(self, descriptor: Descriptor) -> bool:
        """Whether there is a blob of this digest and size."""
        return self._places.get(_BLOBS + descriptor.digest.hex, (0, -1))[1] == descriptor.size_bytes

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        """The manifests that have this one as their subject."""
        return index_file.referrers(self.index, self, subject, artifact_type)

    def names(self) -> list[str]:
        """The tags that are there."""
        return self.index.names()

    def _stream(self) -> io.FileIO:
        try:
            return io.FileIO(open_regular(Path(self.path.resolve())), "rb")
        except FileNotFoundError:
            raise NotFound(f"there is no file {self.path}") from None
        except OSError as problem:
            raise PathInvalid(f"{self.path} cannot be read: {problem.strerror}") from None

    def _note(self, member: TarMember) -> None:
        if member.is_dir:
            return
        if member.name in self._places:
            raise ArchiveInvalid(f"{self._shown}: {member.name[:140]!r} appears twice")
        self._places[member.name] = (member.offset, member.size)

    def _small(self, name: str, limit_bytes: int) -> bytes:
        if name not in self._places:
            raise NotFound(f"{self._shown} is not an OCI layout: it has no {name}")
        offset, size_bytes = self._places[name]
        if size_bytes > limit_bytes:
            raise ManifestInvalid(f"{self._shown}: {name} has {size_bytes} bytes, expected at most {limit_bytes}")
        with self._stream() as stream:
            stream.seek(offset)
            return stream.read(size_bytes)


class _Part(io.RawIOBase):
    """One member's bytes, as a stream of its own."""

    def __init__(self, stream: io.FileIO, offset: int, size_bytes: int) -> None:
        super().__init__()
        self._stream, self._offset, self._size, self._at = stream, offset, size_bytes, 0
        stream.seek(offset)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        start = {0: 0, 1: self._at, 2: self._size}[whence]
        self._at = max(0, min(start + offset, self._size))
        self._stream.seek(self._offset + self._at)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")[: self._size - self._at]
        count = self._stream.readinto(view) if len(view) else 0
        self._at += count
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()
