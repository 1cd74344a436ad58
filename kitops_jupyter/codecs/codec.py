"""What a compression is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

CHUNK_BYTES = 256 << 10


class Chunks(Protocol):
    """Bytes that come in pieces of any size."""

    def read(self) -> bytes:
        """The next bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A compression of layers. Several may write one format; then they have one media suffix.

    `media_suffix` ends the layer's media type, after a "+"; `file_suffix` ends the name of a file. `compress` and
    `expand` work piece by piece, in flat memory: no piece is much larger than CHUNK_BYTES. They raise
    MissingDependency when they are called, and `expand` raises ArchiveInvalid for what is broken, truncated, or
    followed by something else. `library` is the distribution that they need, and `extra` is ours that installs it.
    """

    name: str
    media_suffix: str
    file_suffix: str
    compress: Callable[[Chunks], Iterator[bytes]]
    expand: Callable[[Chunks], Iterator[bytes]]
    library: str = ""
    extra: str = ""
