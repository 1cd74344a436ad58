"""zstd through whichever library is there: Python's own from 3.14 on, or zstandard.

The libraries tell neither a stream that breaks off nor what follows its end, and one call may return gigabytes;
so frames are read block by block here, of which none holds more than 128 KiB. Source: RFC 8878, 3.1.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from kitops_jupyter.codecs.codec import Chunks, Codec
from kitops_jupyter.errors import ArchiveInvalid, MissingDependency

_MAGIC = 0xFD2FB528
_SKIPPABLE = 0x184D2A50
# What the library asks of memory for one frame; zstd's own limit for streams (2^27) is also what ours allow.
_MOST_WINDOW_BYTES = 128 << 20


class Compressor(Protocol):
    """What both libraries' compressors have."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def compress(source: Chunks) -> Iterator[bytes]:
    """One frame with a checksum, at zstd's default level. Raises MissingDependency at once."""
    return _packed(source, _compressor())


def expand(source: Chunks) -> Iterator[bytes]:
    """The contents of every frame, in pieces. Raises ArchiveInvalid; MissingDependency at once."""
    make, broken = _decompressor()
    return _frames(_Input(source), make, broken)


def _compressor() -> Compressor:
    try:
        import zstandard
    except ImportError:
        zstd = _own_library("packing with zstd")
        options = {zstd.CompressionParameter.checksum_flag: 1}
        own: Compressor = zstd.ZstdCompressor(options=options)
        return own
    compressor: Compressor = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    return compressor


def _packed(source: Chunks, packer: Compressor) -> Iterator[bytes]:
    while chunk := source.read():
        yield packer.compress(chunk)
    yield packer.flush()


def _frames(source: _Input, make: Callable[[], Any], broken: tuple[type[Exception], ...]) -> Iterator[bytes]:
    magic = source.take(4)
    while True:
        number = int.from_bytes(magic, "little")
        if number & 0xFFFFFFF0 == _SKIPPABLE:
            source.skip(int.from_bytes(source.take(4), "little"))
        elif number == _MAGIC:
            unpacker = make()
            try:
                for piece in _frame(source):
                    yield unpacker.decompress(piece)
            except broken as error:
                raise ArchiveInvalid(f"the zstd stream is damaged: {error}") from error
        else:
            raise ArchiveInvalid(f"expected a zstd frame, got bytes that begin with {magic.hex()}")
        magic = source.take(4, may_end=True)
        if not magic:
            return


def _frame(source: _Input) -> Iterator[bytes]:
    """One frame behind its magic number, cut into header, blocks and checksum."""
    descriptor = source.take(1)
    flags = descriptor[0]
    is_single, has_checksum = bool(flags & 0x20), bool(flags & 0x04)
    fields = (0 if is_single else 1) + (0, 1, 2, 4)[flags & 3] + ((1 if is_single else 0), 2, 4, 8)[flags >> 6]
    rest = source.take(fields)
    if not is_single and _window_bytes(rest[0]) > _MOST_WINDOW_BYTES:
        raise ArchiveInvalid(
            f"the zstd frame needs a window of {_window_bytes(rest[0])} bytes, expected at most 128 MiB"
        )
    yield _MAGIC.to_bytes(4, "little") + descriptor + rest
    is_last = False
    while not is_last:
        head = source.take(3)
        number = int.from_bytes(head, "little")
        is_last, kind, size = bool(number & 1), number >> 1 & 3, number >> 3
        if size > 128 << 10:
            raise ArchiveInvalid(f"a zstd block claims {size} bytes, expected at most {128 << 10}")
        yield head + source.take(1 if kind == 1 else size)
    if has_checksum:
        yield source.take(4)


def _window_bytes(field: int) -> int:
    base = 1 << (10 + (field >> 3))
    return base + base // 8 * (field & 7)


class _Input:
    """Takes exact counts of bytes from pieces of any size."""

    def __init__(self, source: Chunks) -> None:
        self._source = source
        self._data = b""
        self._at = 0

    def take(self, count: int, *, may_end: bool = False) -> bytes:
        """That many bytes; none if the stream has ended and may. Raises ArchiveInvalid."""
        while len(self._data) - self._at < count:
            more = self._source.read()
            if not more:
                if may_end and self._at == len(self._data):
                    return b""
                raise ArchiveInvalid("the zstd stream is truncated", hint="pull the kit again")
            self._data = self._data[self._at :] + more
            self._at = 0
        self._at += count
        return self._data[self._at - count : self._at]

    def skip(self, count: int) -> None:
        while count:
            step = min(count, 64 << 10)
            self.take(step)
            count -= step


def _decompressor() -> tuple[Callable[[], Any], tuple[type[Exception], ...]]:
    """What makes a decompressor for one frame, and what that raises."""
    try:
        import zstandard
    except ImportError:
        zstd = _own_library("reading a zstd layer")
        return zstd.ZstdDecompressor, (zstd.ZstdError, EOFError)
    maker = zstandard.ZstdDecompressor()
    return maker.decompressobj, (zstandard.ZstdError,)


def _own_library(purpose: str) -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # Python 3.14
    except ImportError:
        raise MissingDependency("zstandard", "zstd", purpose) from None
    return zstd


CODEC = Codec(
    "zstd",
    media_suffix="zstd",
    file_suffix=".zst",
    compress=compress,
    expand=expand,
    library="zstandard",
    extra="zstd",
)
