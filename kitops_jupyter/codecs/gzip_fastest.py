"""gzip at zlib's fastest level."""

from __future__ import annotations

import functools

from kitops_jupyter.codecs.codec import Codec
from kitops_jupyter.codecs.gzip import compress, expand

CODEC = Codec(
    "gzip-fastest",
    media_suffix="gzip",
    file_suffix=".gz",
    compress=functools.partial(compress, level=1, xfl=4),
    expand=expand,
)
