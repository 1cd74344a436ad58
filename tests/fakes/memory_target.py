"""A place in memory: the least that a content.Target can be."""

from __future__ import annotations

import io

from kitops_jupyter.content import MANIFEST_TYPES, Descriptor, Digest, Ingested, Readable, verified
from kitops_jupyter.errors import NotFound
from kitops_jupyter.progress import Observer, ignore


class MemoryTarget:
    """A Target in memory, not for use by several threads."""

    def __init__(self) -> None:
        self.blobs: dict[str, tuple[bytes, str]] = {}
        self.tags: dict[str, Descriptor] = {}

    def resolve(self, name: str) -> Descriptor:
        if name in self.tags:
            return self.tags[name]
        if name in self.blobs and self.blobs[name][1] in MANIFEST_TYPES:
            data, media_type = self.blobs[name]
            return Descriptor.of(media_type, data)
        raise NotFound(f"{name}: no such tag or manifest")

    def open(self, descriptor: Descriptor) -> Readable:
        if descriptor.digest not in self.blobs:
            raise NotFound(f"{descriptor.digest.short}: no such blob")
        return io.BytesIO(self.blobs[descriptor.digest][0])

    def exists(self, descriptor: Descriptor) -> bool:
        return descriptor.digest in self.blobs

    def write(self, descriptor: Descriptor, stream: Readable, *, observe: Observer = ignore, item: str = "") -> None:
        if self.exists(descriptor):
            return
        with verified(stream, descriptor) as checked:
            self.blobs[descriptor.digest] = (checked.readall(), descriptor.media_type)

    def ingest(self, stream: Readable, *, observe: Observer = ignore, item: str = "") -> Ingested:
        chunks, buffer = [], memoryview(bytearray(1 << 16))
        while count := stream.readinto(buffer):
            chunks.append(bytes(buffer[:count]))
        data = b"".join(chunks)
        self.blobs.setdefault(Digest.of(data), (data, ""))
        return Ingested(Digest.of(data), len(data))

    def tag(self, descriptor: Descriptor, name: str) -> None:
        if not self.exists(descriptor):
            raise NotFound(f"{descriptor.digest.short}: cannot be tagged {name}, it is not here")
        self.tags[name] = descriptor
