"""Archives that must be refused: each with a typed error, nothing outside, nothing left inside."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kitops_jupyter.archive import Limits, NameRules, Untar, list_members
from kitops_jupyter.content import Hashing
from kitops_jupyter.errors import ArchiveInvalid, ContentError, KitError, UnsafeArchive
from kitops_jupyter.pipeline import pump
from tests.archive.tars import END, body, folder, header, member, pax, record

GOOD = folder("ok") + member("ok/first.txt")
LIMITS = Limits(entries=200)
X = b"hello\n"

REFUSED: dict[str, tuple[bytes, type[ContentError], str]] = {
    # names that lead out
    "traversal": (member("../evil"), UnsafeArchive, "leaves its folder"),
    "traversal in the middle": (member("ok/../../evil"), UnsafeArchive, "leaves its folder"),
    "traversal at the end": (folder("ok/.."), UnsafeArchive, "leaves its folder"),
    "traversal behind dot-slash": (member("./../evil"), UnsafeArchive, "leaves its folder"),
    "traversal in the prefix": (member("evil", prefix=b"../.."), UnsafeArchive, "leaves its folder"),
    "traversal in PAX": (pax(b"path=../../evil") + member("fine"), UnsafeArchive, "leaves its folder"),
    "traversal in GNU's long name": (
        member("././@LongLink", b"../evil\0", b"L") + member("fine"),
        UnsafeArchive,
        "leaves",
    ),
    "absolute": (member("/tmp/kit-evil"), UnsafeArchive, "absolute"),
    "absolute in PAX": (pax(b"path=/tmp/kit-evil") + member("fine"), UnsafeArchive, "absolute"),
    "absolute with two slashes": (member("//tmp/kit-evil"), UnsafeArchive, "absolute"),
    "absolute behind dot-slash": (member(".//tmp/kit-evil"), UnsafeArchive, "absolute"),
    "the root folder": (folder("/"), UnsafeArchive, "absolute"),
    # names that are none
    "no name": (member(""), UnsafeArchive, "without a name"),
    "an empty part": (member("ok//a"), UnsafeArchive, "empty part"),
    "a dot as a part": (member("ok/./a"), UnsafeArchive, "'.' as a part"),
    "a file as the folder itself": (member("."), UnsafeArchive, "means the folder"),
    "NUL in PAX": (pax(b"path=a\0b") + member("fine"), ArchiveInvalid, "NUL"),
    "a header's name that is not UTF-8": (member(b"caf\xe9"), ArchiveInvalid, "UTF-8"),
    "a PAX path that is not UTF-8": (pax(b"path=caf\xe9") + member("fine"), ArchiveInvalid, "UTF-8"),
    "an empty PAX path": (pax(b"path=") + member("fine"), ArchiveInvalid, "empty"),
    "a part of 300 bytes": (pax(b"path=" + b"n" * 300) + member("fine"), UnsafeArchive, "longer than 255"),
    "a name of 5,000 bytes": (pax(b"path=" + b"n/" * 2500 + b"n") + member("fine"), UnsafeArchive, "4096"),
    "a path 1,000 deep": (pax(b"path=" + b"n/" * 1000 + b"n") + member("fine"), UnsafeArchive, "deep"),
    "a GNU name of a megabyte": (
        member("L", b"n" * (1 << 20), b"L") + member("fine"),
        ArchiveInvalid,
        "extended header",
    ),
    # kinds that a kit does not have
    "symbolic link": (header("l", kind=b"2", link=b"../../etc"), UnsafeArchive, "symbolic link"),
    "a file through a link": (header("l", kind=b"2", link=b"/tmp") + member("l/evil"), UnsafeArchive, "symbolic link"),
    "link through a link": (
        header("a", kind=b"2", link=b".") + header("a/b", kind=b"2", link=b".."),
        UnsafeArchive,
        "symbolic link",
    ),
    "hard link": (header("h", kind=b"1", link=b"/etc/passwd"), UnsafeArchive, "hard link"),
    "hard link inside": (header("h", kind=b"1", link=b"ok/first.txt"), UnsafeArchive, "hard link"),
    "a link by GNU's long target": (member("K", b"/etc/passwd\0", b"K") + member("fine"), UnsafeArchive, "link"),
    "a link by PAX": (pax(b"linkpath=/etc/passwd") + member("fine"), UnsafeArchive, "link"),
    "character device": (header("zero", kind=b"3"), UnsafeArchive, "device"),
    "block device": (header("sda", kind=b"4"), UnsafeArchive, "device"),
    "pipe": (header("p", kind=b"6"), UnsafeArchive, "pipe"),
    "sparse file of old GNU tar": (member("s", kind=b"S"), UnsafeArchive, "sparse"),
    "sparse file in PAX": (pax(b"GNU.sparse.major=1", b"GNU.sparse.minor=0") + member("s"), UnsafeArchive, "sparse"),
    "several volumes": (member("m", kind=b"M"), UnsafeArchive, "unknown type"),
    "an unknown type": (member("u", kind=b"Z"), UnsafeArchive, "unknown type"),
    # names in each other's way
    "a file twice": (member("ok/first.txt", b"other"), UnsafeArchive, "the same name"),
    "a file twice, spelt otherwise": (member("./ok/first.txt", b"other"), UnsafeArchive, "the same name"),
    "a folder twice": (folder("ok"), UnsafeArchive, "twice"),
    "a folder where a file is": (folder("ok/first.txt"), UnsafeArchive, "needs a folder"),
    "a file where a folder is": (member("ok"), UnsafeArchive, "needs a folder"),
    "a file below a file": (member("ok/first.txt/a"), UnsafeArchive, "needs a folder"),
    "a file with a folder's name": (member("ok/a/"), ArchiveInvalid, "folder's name"),
    "a folder with bytes": (member("d", kind=b"5"), ArchiveInvalid, "folder with 6 bytes"),
    # sizes and sums that lie
    "a size beyond the end": (header("a", 1 << 30), ArchiveInvalid, "claims"),
    "a PAX size beyond the end": (pax(b"size=1099511627776") + header("a"), ArchiveInvalid, "claims"),
    "two sizes": (pax(b"size=7") + member("a"), ArchiveInvalid, "header says 6"),
    "a negative size": (header("a", size_field=b"\xff" * 12), ArchiveInvalid, "negative"),
    "a size beyond 63 bits": (header("a", size_field=b"\x80" + b"\x7f" * 11), ArchiveInvalid, "negative or too large"),
    "a size that is not a number": (header("a", size_field=b"0000000000x\0"), ArchiveInvalid, "octal"),
    "a size in Python's spelling": (header("a", size_field=b"0o000000_1\0\0"), ArchiveInvalid, "octal"),
    "a PAX size that is not a number": (pax(b"size=+5") + member("a"), ArchiveInvalid, "decimal"),
    "a PAX size in hexadecimal": (pax(b"size=0x10") + member("a"), ArchiveInvalid, "decimal"),
    "a PAX size with a line feed": (pax(b"size=6\n") + member("a"), ArchiveInvalid, "decimal"),
    "a PAX size of 30 digits": (pax(b"size=" + b"9" * 30) + member("a"), ArchiveInvalid, "decimal"),
    "a mode that is not a number": (member("a", mode=b"rwxr-xr-"), ArchiveInvalid, "octal"),
    "a wrong checksum": (member("a", checksum=b"000001\0 "), ArchiveInvalid, "checksum"),
    "a checksum that is not a number": (member("a", checksum=b"zzzzzz\0 "), ArchiveInvalid, "checksum"),
    "no tar at all": (os.urandom(2048), ArchiveInvalid, "."),
    # broken PAX
    "a PAX record without a length": (member("x", b"path=a\n", b"x") + member("a"), ArchiveInvalid, "no length"),
    "a PAX record that is too long": (member("x", b"99 path=a\n", b"x") + member("a"), ArchiveInvalid, "does not end"),
    "a PAX record that is too short": (
        member("x", b"9 path=abc\n", b"x") + member("a"),
        ArchiveInvalid,
        "does not end",
    ),
    "a PAX length of zero": (member("x", b"0 path=a\n", b"x") + member("a"), ArchiveInvalid, "no length"),
    "a PAX record without a value": (member("x", record(b"path"), b"x") + member("a"), ArchiveInvalid, "does not end"),
    "a PAX record twice": (pax(b"path=a", b"path=b") + member("a"), ArchiveInvalid, "twice"),
    "two PAX headers": (pax(b"path=a") + pax(b"path=b") + member("a"), ArchiveInvalid, "two extended"),
    "an empty PAX header": (header("x", 0, b"x") + member("a"), ArchiveInvalid, "extended header of 0"),
    "a PAX header of a gigabyte": (header("x", 1 << 30, b"x"), ArchiveInvalid, "extended header"),
    "a PAX path for everybody": (pax(b"path=evil", kind=b"g") + member("a"), UnsafeArchive, "global"),
    "a PAX header for nobody": (pax(b"path=a") + END, ArchiveInvalid, "should follow"),
    # ends that are none
    "something behind the end": (END + member("a"), ArchiveInvalid, "after the end"),
    "a member behind one zero block": (bytes(512) + member("a"), ArchiveInvalid, "after the end"),
    "a byte behind the end": (END + b"x", ArchiveInvalid, "after the end"),
    "half a block at the end": (b"\0" * 100, ArchiveInvalid, "truncated"),
    "a header that truncated": (header("a")[:300], ArchiveInvalid, "truncated"),
    "a name that truncated": (header("L", 100, b"L"), ArchiveInvalid, "truncated|broken"),
    # bombs
    "too many entries": (b"".join(header(f"{at}") for at in range(300)), UnsafeArchive, "bomb"),
    "too many extended headers": (pax(b"comment=x", kind=b"g") * 300, UnsafeArchive, "bomb"),
}

RAW_END = {"half a block at the end", "a header that truncated", "a name that truncated", "a byte behind the end"}


def archive_of(case: str) -> bytes:
    """A good beginning, so that there is something to take back, then the bad part."""
    return GOOD + REFUSED[case][0] + (b"" if case in RAW_END else END)


def unpack(data: bytes, staging: Path, *, size_bytes: int | None, rules: NameRules | None = None) -> None:
    """As unpacking does it: hashed and made in one pass."""
    pump(io.BytesIO(data), [Hashing(), Untar(staging, size_bytes=size_bytes, limits=LIMITS, rules=rules)])


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    (tmp_path / "a" / "b" / "staging").mkdir(parents=True)
    return tmp_path / "a" / "b" / "staging"


def assert_refused(attempt: Callable[[], None], staging: Path, kind: type[KitError], told: str) -> None:
    """The typed error, and nothing new anywhere: not beside the staging folder, nor inside."""
    root = staging.parents[2]
    before = sorted(root.rglob("*"))
    outside = Path("/tmp/kit-evil")
    with pytest.raises(kind, match=told) as raised:
        attempt()
    assert type(raised.value) is kind
    assert sorted(root.rglob("*")) == before
    assert not outside.exists()


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(case: str, staging: Path) -> None:
    data, (_, kind, told) = archive_of(case), REFUSED[case]
    assert_refused(lambda: unpack(data, staging, size_bytes=len(data)), staging, kind, told)


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_when_the_length_is_not_known_either(case: str, staging: Path) -> None:
    data, (_, kind, told) = archive_of(case), REFUSED[case]
    if "beyond the end" in case:
        kind, told = (ArchiveInvalid, "truncated")  # only the end shows that the size was a lie
    assert_refused(lambda: unpack(data, staging, size_bytes=None), staging, kind, told)


ONLY_IN_A_TREE = {
    "a file twice",
    "a file twice, spelt otherwise",
    "a folder twice",
    "a folder where a file is",
    "a file where a folder is",
    "a file below a file",
    "something behind the end",
    "a byte behind the end",
}


@pytest.mark.parametrize("case", [case for case in REFUSED if case not in ONLY_IN_A_TREE])
def test_listing_refuses_it_too(case: str) -> None:
    _, kind, told = REFUSED[case]
    with pytest.raises(kind, match=told):
        list(list_members(io.BytesIO(archive_of(case)), limits=LIMITS))


@pytest.mark.parametrize("cut", range(1, 40))
def test_an_archive_cut_anywhere_leaves_nothing(cut: int, staging: Path) -> None:
    data = GOOD + pax("path=ok/ü".encode()) + member("ok/x", b"y" * 2000) + END
    at = len(data) * cut // 40
    if at % 512 == 0:
        at += 1
    assert_refused(lambda: unpack(data[:at], staging, size_bytes=None), staging, ArchiveInvalid, "truncated|claims")


@pytest.mark.parametrize("cut", [700, 1100, 5000])
def test_a_body_that_breaks_off_leaves_nothing(cut: int, staging: Path) -> None:
    data = (folder("d") + member("d/big", b"z" * 9000))[:cut]
    assert_refused(lambda: unpack(data, staging, size_bytes=None), staging, ArchiveInvalid, "truncated")


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_link_that_waits_in_the_staging_folder_is_not_followed(staging: Path) -> None:
    outside = staging.parent / "outside"
    outside.mkdir()
    (staging / "ok").symlink_to(outside)
    data = GOOD + END
    assert_refused(lambda: unpack(data, staging, size_bytes=len(data)), staging, UnsafeArchive, "needs a folder")
    assert not list(outside.iterdir())


def test_what_another_archive_made_is_neither_overwritten_nor_removed(staging: Path) -> None:
    unpack(folder("ok") + member("ok/mine", b"first") + END, staging, size_bytes=None)
    data = folder("ok") + member("ok/new") + member("ok/mine", b"second") + END
    assert_refused(lambda: unpack(data, staging, size_bytes=len(data)), staging, UnsafeArchive, "the same name")
    assert (staging / "ok" / "mine").read_bytes() == b"first"


def test_random_damage_never_gets_past_a_typed_error(staging: Path) -> None:
    import random

    chance = random.Random(20260101)
    data = GOOD + pax("path=ok/ü".encode()) + member("x") + member("ok/" + "n" * 80, body(X)) + END
    for _ in range(400):
        broken = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        sink = Untar(staging, size_bytes=len(data), limits=LIMITS)
        try:
            pump(io.BytesIO(broken), [sink])
        except ContentError:
            assert not list(staging.iterdir())
        else:
            assert all(staging in path.parents and not path.is_symlink() for path in staging.rglob("*"))
            sink.abort()
    assert not [path for path in staging.parent.rglob("*") if path != staging]
