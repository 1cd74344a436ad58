"""A tar, byte for byte as kit makes it."""

from __future__ import annotations

from collections.abc import Sequence

from kitops_jupyter.archive.formats.layer_format import LayerFormat, Reading
from kitops_jupyter.archive.planned import Member
from kitops_jupyter.archive.tar_header import BLOCK, END_OF_ARCHIVE, padding
from kitops_jupyter.archive.tar_headers import PassingTar
from kitops_jupyter.archive.tar_listing import list_members
from kitops_jupyter.archive.tar_stream import data_offsets, tar_stream
from kitops_jupyter.archive.untar import Untar
from kitops_jupyter.progress import in_beats


def _size_bytes(members: Sequence[Member]) -> int:
    return sum(BLOCK + member.size + padding(member.size) for member in in_beats(members)) + len(END_OF_ARCHIVE)


FORMAT = LayerFormat(
    "tar",
    ".tar",
    size_bytes=_size_bytes,
    stream=tar_stream,
    offsets=data_offsets,
    reading=Reading(list_members, PassingTar, Untar),
)
