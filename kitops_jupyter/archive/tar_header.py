"""A member's header blocks, byte for byte as Go's archive/tar writes them with the format left open.

Source: POSIX.1-1988 (ustar), POSIX.1-2001 (PAX), and the rules that format.md's "A layer's tar" spells out.
"""

from __future__ import annotations

from kitops_jupyter.archive.planned import Member
from kitops_jupyter.errors import PathInvalid

BLOCK = 512
END_OF_ARCHIVE = bytes(2 * BLOCK)
NAME_BYTES = 100
PREFIX_BYTES = 155
# Eleven octal digits: a file of 8 GiB and more needs a PAX record.
MAX_OCTAL_SIZE = (8 << 30) - 1

_REGULAR, _FOLDER, _PAX = b"0", b"5", b"x"
# uid 1000 and gid 0, as kit writes for everybody; only the extended header of PAX has 0 and 0.
_OWNER, _NO_OWNER = b"0001750\x000000000\x00", b"0000000\x000000000\x00"
_MTIME = b"00000000000\x00"
_AFTER_SIZE = b"\x00" + _MTIME
_MAGIC = b"ustar\x0000"
_DEVICE, _NO_DEVICE = b"0000000\x000000000\x00", bytes(16)


def padding(size_bytes: int) -> int:
    """How many zero bytes follow a body, up to the next block."""
    return -size_bytes % BLOCK


def encoded_name(member: Member) -> bytes:
    """The member's name in UTF-8. Raises PathInvalid for a name that is none: it could not be unpacked everywhere."""
    try:
        return member.name.encode("utf-8")
    except UnicodeEncodeError:
        raise PathInvalid(
            f"{member.source!r}: the name is not UTF-8, so a kit cannot carry it",
            hint="rename the file, then pack again",
        ) from None


def header(member: Member) -> bytes:
    """All header blocks of a member: one, or three and more where a name or size needs PAX."""
    name = encoded_name(member)
    size_bytes = 0 if member.is_dir else member.size
    kind = _FOLDER if member.is_dir else _REGULAR
    split = _split(name)
    if size_bytes <= MAX_OCTAL_SIZE and split is not None:
        return _block(split[1], member.mode, size_bytes, kind, prefix=split[0])
    records = {}
    if not name.isascii() or len(name) > NAME_BYTES:
        records[b"path"] = name
    if size_bytes > MAX_OCTAL_SIZE:
        records[b"size"] = b"%d" % size_bytes
        size_bytes = 0
    return _extended(name, records) + _block(_cut(_ascii(name)), member.mode, size_bytes, kind)


def header_size(member: Member) -> int:
    """How long `header` is."""
    name = member.name
    is_plain = name.isascii() and len(name) <= NAME_BYTES and (member.size <= MAX_OCTAL_SIZE or member.is_dir)
    return BLOCK if is_plain else len(header(member))


class PlainMembers:
    """Whole members with the common kind of header, made in one go: only name, mode, size and checksum vary."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[int, bool], tuple[bytes, int, bytes]] = {}

    def member(self, name: bytes, mode: int, is_dir: bool, body: bytes) -> bytes:
        """Header, body and padding of a member whose name is ASCII, of at most 100 characters."""
        before, fixed_sum, after = self._kinds.get((mode, is_dir)) or self._add(mode, is_dir)
        size = b"%011o" % len(body)
        checksum = b"%06o" % (fixed_sum + sum(name) + sum(size))
        parts = name, bytes(NAME_BYTES - len(name)), before, size, _AFTER_SIZE, checksum, after, body
        return b"".join((*parts, bytes(-len(body) % BLOCK)))

    def _add(self, mode: int, is_dir: bool) -> tuple[bytes, int, bytes]:
        """What lies before the size, what all of it adds to the checksum, and what follows the checksum."""
        before = b"%07o\x00" % mode + _OWNER
        tail = _tail(_FOLDER if is_dir else _REGULAR)
        made = before, sum(before) + sum(_AFTER_SIZE) + 8 * ord(" ") + sum(tail), b"\x00 " + tail
        self._kinds[mode, is_dir] = made
        return made


def _block(
    name: bytes,
    mode: int,
    size_bytes: int,
    kind: bytes,
    *,
    prefix: bytes = b"",
    owner: bytes = _OWNER,
    device: bytes = _DEVICE,
) -> bytes:
    head = name.ljust(NAME_BYTES, b"\x00") + b"%07o\x00" % mode + owner + b"%011o\x00" % size_bytes + _MTIME
    tail = _tail(kind, prefix, device)
    checksum = sum(head) + 8 * ord(" ") + sum(tail)
    return head + b"%06o\x00 " % checksum + tail


def _tail(kind: bytes, prefix: bytes = b"", device: bytes = _DEVICE) -> bytes:
    """What follows the checksum: type, no link, magic, no owner names, device numbers, prefix."""
    return kind + bytes(100) + _MAGIC + bytes(64) + device + prefix.ljust(PREFIX_BYTES, b"\x00") + bytes(12)


def _extended(name: bytes, records: dict[bytes, bytes]) -> bytes:
    """The PAX header that goes first: it names its own member, loosely, and has no owner and no device numbers."""
    body = b"".join(_record(key, value) for key, value in sorted(records.items()))
    folder, _, base = name.rpartition(b"/")
    own_name = _ascii(b"/".join(part for part in (folder, b"PaxHeaders.0", base) if part))[:NAME_BYTES].rstrip(b"/")
    block = _block(own_name, 0, len(body), _PAX, owner=_NO_OWNER, device=_NO_DEVICE)
    return block + body + bytes(padding(len(body)))


def _record(key: bytes, value: bytes) -> bytes:
    """`LEN key=value` and a line feed, where LEN counts itself."""
    rest = len(key) + len(value) + 3
    size = rest + len(str(rest))
    size = rest + len(str(size))
    return b"%d %b=%b\n" % (size, key, value)


def _split(name: bytes) -> tuple[bytes, bytes] | None:
    """Prefix and name for ustar, cut at the last slash that leaves a prefix of at most 155 bytes; None for PAX."""
    if not name.isascii():
        return None
    if len(name) <= NAME_BYTES:
        return b"", name
    prefix = name[: PREFIX_BYTES + 1].rpartition(b"/")[0]
    rest = name[len(prefix) + 1 :]
    if not prefix or not rest or len(rest) > NAME_BYTES:
        return None
    return prefix, rest


def _ascii(name: bytes) -> bytes:
    return bytes(byte for byte in name if 0 < byte < 0x80)


def _cut(name: bytes) -> bytes:
    """The first 100 bytes; a slash at the cut becomes NUL, so that no reader takes a file for a folder."""
    if len(name) <= NAME_BYTES:
        return name
    cut = name[:NAME_BYTES]
    kept = cut.rstrip(b"/")
    return kept + b"\x00" + cut[len(kept) + 1 :] if len(kept) < len(cut) else cut
