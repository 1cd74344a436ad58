"""No compression."""

from __future__ import annotations

from collections.abc import Iterator

from kitops_jupyter.codecs.codec import Chunks, Codec


def _unchanged(source: Chunks) -> Iterator[bytes]:
    while chunk := source.read():
        yield chunk


CODEC = Codec("none", media_suffix="", file_suffix="", compress=_unchanged, expand=_unchanged)
