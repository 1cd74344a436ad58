"""gzip, with the header that Go writes; the compressed bytes are zlib's. Source: RFC 1952."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from kitops_jupyter.codecs.codec import CHUNK_BYTES, Chunks, Codec
from kitops_jupyter.errors import ArchiveInvalid


def compress(source: Chunks, *, level: int = -1, xfl: int = 0) -> Iterator[bytes]:
    """One gzip member; zlib's level and the header's XFL byte are those of Go's compress/gzip."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00" + bytes((xfl, 255))
    checksum, size = 0, 0
    while chunk := source.read():
        checksum = zlib.crc32(chunk, checksum)
        size += len(chunk)
        yield packer.compress(chunk)
    yield packer.flush() + checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")


def expand(source: Chunks) -> Iterator[bytes]:
    """Every member of the stream, one after the other: a gzip file can have several. Raises ArchiveInvalid."""
    data = source.read()
    while True:
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        while not unpacker.eof:
            if not data:
                raise ArchiveInvalid("the gzip stream is truncated", hint="pull the kit again")
            try:
                yield unpacker.decompress(data, CHUNK_BYTES)
            except zlib.error as error:
                raise ArchiveInvalid(f"the gzip stream is damaged, or has data after its end: {error}") from error
            data = unpacker.unconsumed_tail or (b"" if unpacker.eof else source.read())
        data = unpacker.unused_data or source.read()
        if not data:
            return


CODEC = Codec("gzip", media_suffix="gzip", file_suffix=".gz", compress=compress, expand=expand)
