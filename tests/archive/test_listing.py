"""Listing an archive without its bodies."""

from __future__ import annotations

import io
import os

import pytest

from kitops_jupyter.archive import list_members
from kitops_jupyter.errors import ArchiveInvalid, UnsafeArchive
from tests.archive.tars import END, folder, header, member, pax

DATA = (
    folder("d") + member("d/small", b"abc") + pax("path=d/größe".encode()) + member("d/", bytes(1)) + member("z") + END
)
BIG = member("big", os.urandom(3 << 20)) + member("after") + END


class Blind(io.BytesIO):
    """A stream that cannot seek."""

    def seekable(self) -> bool:
        return False


class Watched(io.BytesIO):
    """A stream that counts what is read of it."""

    read_bytes = 0

    def readinto(self, buffer: object, /) -> int:
        count = super().readinto(buffer)  # type: ignore[arg-type]
        self.read_bytes += count
        return count


@pytest.mark.parametrize("kind", [io.BytesIO, Blind])
def test_members_are_listed_with_where_their_bytes_are(kind: type[io.BytesIO]) -> None:
    members = list(list_members(kind(DATA)))
    assert [(each.name, each.size, each.mode, each.is_dir) for each in members] == [
        ("d", 0, 0o755, True),
        ("d/small", 3, 0o644, False),
        ("d/größe", 1, 0o644, False),
        ("z", 6, 0o644, False),
    ]
    small = members[1]
    assert DATA[small.offset : small.offset + small.size] == b"abc"


@pytest.mark.parametrize("kind", [io.BytesIO, Blind])
def test_large_bodies_are_passed_over(kind: type[io.BytesIO]) -> None:
    assert [each.name for each in list_members(kind(BIG))] == ["big", "after"]


def test_a_stream_that_can_seek_is_hardly_read() -> None:
    stream = Watched(member("a", bytes(40 << 20)) + member("b", bytes(40 << 20)) + END)
    assert [each.size for each in list_members(stream)] == [40 << 20] * 2
    assert stream.read_bytes < 1 << 20


def test_listing_begins_where_the_stream_stands() -> None:
    stream = io.BytesIO(b"something else" + DATA)
    stream.seek(14)
    assert len(list(list_members(stream))) == 4


@pytest.mark.parametrize("kind", [io.BytesIO, Blind])
@pytest.mark.parametrize("cut", [100, 600, 5000, 3 << 20])
def test_a_broken_off_archive_is_told(kind: type[io.BytesIO], cut: int) -> None:
    with pytest.raises(ArchiveInvalid):
        list(list_members(kind(BIG[:cut])))


def test_a_lying_size_is_told_before_the_member_is() -> None:
    with pytest.raises(ArchiveInvalid, match="claims"):
        next(list_members(Blind(header("a", 7 << 30) + END), size_bytes=1536))


def test_links_and_ways_out_are_refused() -> None:
    with pytest.raises(UnsafeArchive, match="symbolic link"):
        list(list_members(io.BytesIO(header("a", 0, b"2", link=b"/etc/passwd") + END)))
    with pytest.raises(UnsafeArchive, match="leaves its folder"):
        list(list_members(io.BytesIO(member("../a") + END)))
