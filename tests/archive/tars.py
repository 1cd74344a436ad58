"""Archives put together by hand: header by header, right or wrong in one place."""

from __future__ import annotations

import io
import tarfile
from typing import Any

END = bytes(1024)
OWNER = b"0001750\x00" + b"0000000\x00"


def header(name: str | bytes = "f.txt", size: int = 0, kind: bytes = b"0", **fields: bytes) -> bytes:
    """One header block; `fields` replaces mode, size_field, magic, prefix or link, `checksum` what is right."""
    raw = name.encode() if isinstance(name, str) else name
    block = b"".join(
        (
            raw[:100].ljust(100, b"\0"),
            fields.get("mode", b"0000644\0"),
            OWNER,
            fields.get("size_field", b"%011o\0" % size),
            b"00000000000\0",
            b" " * 8,
            kind,
            fields.get("link", b"").ljust(100, b"\0"),
            fields.get("magic", b"ustar\x0000"),
            bytes(64) + b"0000000\0" * 2,
            fields.get("prefix", b"").ljust(155, b"\0"),
            bytes(12),
        )
    )
    checksum = fields.get("checksum", b"%06o\0 " % sum(block))
    return block[:148] + checksum + block[156:]


def body(data: bytes) -> bytes:
    """Data and its padding."""
    return data + bytes(-len(data) % 512)


def member(name: str | bytes = "f.txt", data: bytes = b"hello\n", kind: bytes = b"0", **fields: bytes) -> bytes:
    """A header and a body."""
    return header(name, len(data), kind, **fields) + body(data)


def folder(name: str | bytes, mode: bytes = b"0000755\0") -> bytes:
    """A folder's header."""
    return header(name, 0, b"5", mode=mode)


def pax(*records: bytes, kind: bytes = b"x") -> bytes:
    """An extended header; each record is `key=value`, and gets its length."""
    return member("PaxHeaders.0/f", b"".join(map(record, records)), kind)


def record(text: bytes) -> bytes:
    """`LEN key=value` and a line feed."""
    size = len(text) + 3
    while len(b"%d %b\n" % (size, text)) != size:
        size = len(b"%d %b\n" % (size, text))
    return b"%d %b\n" % (size, text)


def by_tarfile(members: dict[str, bytes | None], form: int, **options: Any) -> bytes:
    """What Python's own tarfile makes of files and (None) folders."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, **options) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.mode = 0o644
            if data is None:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            else:
                entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data or b""))
    return out.getvalue()
