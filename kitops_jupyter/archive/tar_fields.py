"""The fields of a tar header and the records of PAX, read without trust.

Source: POSIX.1-2001, pax "ustar Interchange Format" and "pax Extended Header"; GNU tar's base-256 numbers.
"""

from __future__ import annotations

import re

from kitops_jupyter.archive.tar_header import BLOCK
from kitops_jupyter.errors import ArchiveInvalid, UnsafeArchive

ZERO_BLOCK = bytes(BLOCK)
MOST_SIZE = (1 << 63) - 1

_OCTAL = re.compile(rb" *([0-7]*)[ \0]*\Z")
_RECORD_LENGTH = re.compile(rb"([1-9][0-9]{0,7}) ")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z", re.ASCII)


def text(data: bytes, what: str = "a name") -> str:
    """UTF-8 up to the first NUL. Raises ArchiveInvalid."""
    try:
        return data.partition(b"\x00")[0].decode("utf-8")
    except UnicodeDecodeError:
        raise ArchiveInvalid(f"{what} is not UTF-8: {data[:60]!r}") from None


def number(field: bytes, what: str) -> int:
    """An octal or base-256 number that is not negative. Raises ArchiveInvalid."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
        if field[0] & 0x40 or value > MOST_SIZE:
            raise ArchiveInvalid(f"{what} in a header is negative or too large: {field.hex()}")
        return value
    match = _OCTAL.match(field)
    if not match:
        raise ArchiveInvalid(f"{what} in a header is not an octal number: {field!r}")
    return int(match.group(1) or b"0", 8)


def check_sum(block: bytes) -> None:
    """Raises ArchiveInvalid unless the header's checksum is right."""
    field = block[148:156]
    expected = number(field, "the checksum")
    # Most bytes of a header are zero; without them the sum is three times as fast.
    if sum(block.translate(None, b"\x00")) - sum(field) + 8 * 0x20 == expected:
        return
    plain = block[:148] + b" " * 8 + block[156:]
    if sum(byte - 256 if byte > 127 else byte for byte in plain) != expected:  # some old tars summed signed bytes
        raise ArchiveInvalid(
            f"a header's checksum is {sum(plain)}, the header says {expected}: not a tar file, or a damaged one"
        )


def pax_records(data: bytes) -> dict[str, str]:
    """The records of an extended header: `LEN key=value` and a line feed each. Raises ArchiveInvalid, UnsafeArchive.

    Values are decoded only where they matter; a key that appears twice is refused, since readers would differ.
    """
    records: dict[str, str] = {}
    at = 0
    while at < len(data):
        match = _RECORD_LENGTH.match(data, at)
        if not match:
            raise ArchiveInvalid(f"a PAX record has no length: {data[at : at + 20]!r}")
        end = at + int(match.group(1))
        key, equals, value = data[match.end() : end - 1].partition(b"=")
        if end > len(data) or end <= match.end() or data[end - 1] != 0x0A or not equals or not key:
            raise ArchiveInvalid(f"a PAX record of {match.group(1).decode()} bytes does not end where it says")
        name = text(key, "the key of a PAX record")
        if b"\x00" in key or name in records:
            raise ArchiveInvalid(f"the PAX record {name!r} appears twice, or has a NUL byte")
        if name.startswith("GNU.sparse"):
            raise UnsafeArchive("a GNU sparse file, which is not supported")
        records[name] = _path(value) if name == "path" else value.decode("utf-8", "replace")
        at = end
    return records


def _path(value: bytes) -> str:
    if b"\x00" in value or not value:
        raise ArchiveInvalid("the path of a PAX record is empty or has a NUL byte")
    return text(value, "the path of a PAX record")


def pax_size(value: str) -> int:
    """The size in a PAX record. Raises ArchiveInvalid."""
    if not _DECIMAL.match(value) or int(value) > MOST_SIZE:
        raise ArchiveInvalid(f"the size of a PAX record is {value[:40]!r}, expected a decimal number")
    return int(value)
