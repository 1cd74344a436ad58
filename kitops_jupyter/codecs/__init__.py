"""The compressions of layers: each is a file of this room, named in `Compression`, and imported when it is used.

To add one, write `codecs/NAME.py` with a `CODEC`, and add NAME to `Compression`. Packing, unpacking, media types,
the verbs, the server and `kit doctor` all read it from here.
"""

from __future__ import annotations

import functools
import importlib
from typing import Literal, get_args

from kitops_jupyter.codecs.codec import CHUNK_BYTES, Chunks, Codec
from kitops_jupyter.errors import Usage

__all__ = ["CHUNK_BYTES", "NAMES", "Chunks", "Codec", "Compression", "every", "find", "named"]

Compression = Literal["none", "gzip", "gzip-fastest", "zstd"]
NAMES: tuple[Compression, ...] = get_args(Compression)


@functools.cache
def named(name: str) -> Codec:
    """The codec of this name. Raises Usage."""
    if name not in NAMES:
        raise Usage(f"compression {name!r}: expected one of {', '.join(NAMES)}")
    codec: Codec = importlib.import_module(f"kitops_jupyter.codecs.{name.replace('-', '_')}").CODEC
    return codec


def every() -> tuple[Codec, ...]:
    """All codecs, "none" first."""
    return tuple(map(named, NAMES))


def find(media_suffix: str) -> Codec | None:
    """The codec that reads layers whose media type has this suffix, "" for none; None for an unknown suffix."""
    return next((codec for codec in every() if codec.media_suffix == media_suffix), None)
