"""One file as it is; its path and mode are the layer's annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kitops_jupyter.archive.formats.layer_format import LayerFormat, Stream
from kitops_jupyter.archive.planned import Member
from kitops_jupyter.archive.tar_stream import raw_stream


def _stream(members: Sequence[Member]) -> Stream:
    (file,) = members
    return raw_stream(file)


def _size_bytes(members: Sequence[Member]) -> int:
    return sum(member.size for member in members)


def _offsets(members: Sequence[Member]) -> Iterator[tuple[Member, int]]:
    (file,) = members
    yield file, 0


FORMAT = LayerFormat("raw", "", size_bytes=_size_bytes, stream=_stream, offsets=_offsets, reading=None)
