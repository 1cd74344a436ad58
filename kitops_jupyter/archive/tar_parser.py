"""A tar's headers, one block at a time, into members; does no reading of its own.

Accepted: what kit makes, and what GNU tar, bsdtar and Python make of regular files and folders (long names by GNU's
`L` or by PAX, `./` in front, a slash behind a folder's name, base-256 sizes, padding of zeros behind the end, no end
marker at all, as Go's reader has it). Everything else is refused, links and devices first of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kitops_jupyter.archive.member_names import MOST_NAME_BYTES, NameRules, shown
from kitops_jupyter.archive.tar_fields import ZERO_BLOCK, check_sum, number, pax_records, pax_size, text
from kitops_jupyter.archive.tar_header import BLOCK, padding
from kitops_jupyter.errors import ArchiveInvalid, UnsafeArchive

# Go's reader takes no larger extended header either.
MOST_METADATA_BYTES = 1 << 20

_REGULAR = (0x30, 0x00, 0x37)  # '0', NUL as in old tars, '7' contiguous
_FOLDER, _PAX, _PAX_GLOBAL, _GNU_NAME = 0x35, 0x78, 0x67, 0x4C
_REFUSED = {
    0x31: "a hard link",
    0x32: "a symbolic link",
    0x4B: "a link with a long target",
    0x33: "a character device",
    0x34: "a block device",
    0x36: "a pipe",
    0x53: "a sparse file",
}


class TarMember(NamedTuple):
    """A regular file or a folder; `name` is clean and relative, `offset` is where its bytes begin in the tar."""

    name: str
    size: int
    mode: int
    is_dir: bool
    offset: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may ask for; the sum of all sizes is bounded by the stream's length."""

    entries: int = 4_000_000


class TarParser:
    """Reads headers in order: `header` for each block that should be one, `metadata` whenever `wants_bytes` says so.

    `size_bytes`, the tar's length where it is known, lets a lying size be found before anything is made of it.
    """

    def __init__(self, *, rules: NameRules, limits: Limits, size_bytes: int | None = None) -> None:
        self.wants_bytes = 0
        self.is_ended = False
        self._rules = rules
        self._limits = limits
        self._size_bytes = size_bytes
        self._kind = 0
        self._pax: dict[str, str] | None = None
        self._gnu_name: str | None = None
        self._has_zero_block = False
        self._entries = 0

    def header(self, block: bytes, position: int) -> TarMember | None:
        """The member whose header is at this byte of the tar; None for what belongs to another, and for the end.

        Raises ArchiveInvalid, UnsafeArchive.
        """
        if block == ZERO_BLOCK:
            self._end_block()
            return None
        if self._has_zero_block:
            raise ArchiveInvalid(f"at byte {position}: a member after the end of the archive")
        check_sum(block)
        self._kind = block[156]
        size = number(block[124:136], "a size")
        self._count()
        if self._kind in (_PAX, _PAX_GLOBAL, _GNU_NAME):
            self._want(size)
            return None
        return self._member(block, size, position + BLOCK)

    def metadata(self, data: bytes) -> None:
        """The bytes that `wants_bytes` asked for, without padding. Raises ArchiveInvalid, UnsafeArchive."""
        self.wants_bytes = 0
        if self._kind == _GNU_NAME:
            self._gnu_name = text(data)
        elif self._kind == _PAX:
            self._pax = pax_records(data)
        elif {"path", "size", "linkpath"} & pax_records(data).keys():
            raise UnsafeArchive("a global PAX header must not set file names")

    def finish(self, position: int) -> None:
        """The tar ends here, at a member's boundary. Raises ArchiveInvalid when it must not."""
        if self.wants_bytes or self._pax is not None or self._gnu_name is not None or not position:
            raise ArchiveInvalid(f"the archive is truncated after {position} bytes")

    def _end_block(self) -> None:
        if self._pax is not None or self._gnu_name is not None:
            raise ArchiveInvalid("the archive ends where a member should follow its extended header")
        self.is_ended = self._has_zero_block
        self._has_zero_block = True

    def _count(self) -> None:
        self._entries += 1
        if self._entries > self._limits.entries:
            raise UnsafeArchive(f"more than {self._limits.entries} entries: this looks like a decompression bomb")

    def _want(self, size: int) -> None:
        most = MOST_NAME_BYTES + 1 if self._kind == _GNU_NAME else MOST_METADATA_BYTES
        if not 0 < size <= most:
            raise ArchiveInvalid(f"an extended header of {size} bytes, expected 1 to {most}")
        is_second = self._pax is not None if self._kind == _PAX else self._gnu_name is not None
        if is_second and self._kind != _PAX_GLOBAL:
            raise ArchiveInvalid("two extended headers of the same kind for one member")
        self.wants_bytes = size

    def _member(self, block: bytes, size: int, offset: int) -> TarMember:
        raw = self._raw_name(block)
        kind = self._kind
        if kind not in _REGULAR and kind != _FOLDER:
            what = _REFUSED.get(kind, f"an entry of the unknown type {chr(kind)!r}")
            raise UnsafeArchive(f"member {shown(raw)} is {what}; a kit holds only files and folders")
        if self._pax is not None:
            size = self._pax_size(raw, size)
            self._pax = None
        # Before ustar a folder was an empty file with a slash behind its name.
        is_dir = kind == _FOLDER or (raw.endswith("/") and not size and not kind)
        if (raw.endswith("/") and not is_dir) or (is_dir and size):
            raise ArchiveInvalid(f"member {shown(raw)}: a folder with {size} bytes, or a file with a folder's name")
        name = self._rules.clean(raw)
        if not name and not is_dir:
            raise UnsafeArchive(f"member {shown(raw)}: a file whose name means the folder itself")
        self._check_room(name, size, offset)
        return TarMember(name, size, number(block[100:108], "a mode") & 0o7777, is_dir, offset)

    def _raw_name(self, block: bytes) -> str:
        gnu_name, self._gnu_name = self._gnu_name, None
        if self._pax is not None and "path" in self._pax:
            return self._pax["path"]
        if gnu_name is not None:
            return gnu_name
        name = text(block[:100])
        if block[257:263] == b"ustar\x00" and block[345]:
            return f"{text(block[345:500])}/{name}"
        return name

    def _pax_size(self, raw: str, size: int) -> int:
        assert self._pax is not None
        if "linkpath" in self._pax:
            raise UnsafeArchive(
                f"member {shown(raw)} is a link according to its PAX header; a kit holds only files and folders"
            )
        if "size" not in self._pax:
            return size
        real = pax_size(self._pax["size"])
        if size not in (0, real):
            raise ArchiveInvalid(f"member {shown(raw)}: its header says {size} bytes, its PAX header {real}")
        return real

    def _check_room(self, name: str, size: int, offset: int) -> None:
        end = offset + size + padding(size)
        if self._size_bytes is not None and end > self._size_bytes:
            left = max(0, self._size_bytes - offset)
            raise ArchiveInvalid(f"member {shown(name)} claims {size} bytes, but the archive has {left} left")
