"""Content is what its descriptor says, whoever reads it and however it is moved."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from kitops_jupyter.content import Descriptor, Hashing, Readable, check_digest, read_exactly, verified
from kitops_jupyter.errors import DigestMismatch, KitError, SizeMismatch
from kitops_jupyter.pipeline import pump_verified

GOOD = b"weights" * 100_000
Move = Callable[[Readable, Descriptor], bytes]


class Kept:
    """A sink that remembers its bytes, and whether they were said to be whole."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.is_whole = False

    def write(self, view: memoryview) -> None:
        self.data += view

    def close(self) -> None:
        self.is_whole = True

    def abort(self) -> None:
        self.data.clear()


class Judged(io.BytesIO):
    """A stream that wants to know what its reader found out."""

    verdict: bool | None = None

    def judged(self, *, is_right: bool) -> None:
        self.verdict = is_right


def by_reading(stream: Readable, descriptor: Descriptor) -> bytes:
    with verified(stream, descriptor) as checked:
        return checked.readall()


def by_pumping(stream: Readable, descriptor: Descriptor) -> bytes:
    kept = Kept()
    assert pump_verified(stream, descriptor, [kept]) == descriptor.size_bytes
    return bytes(kept.data)


WAYS = pytest.mark.parametrize("move", [by_reading, by_pumping])


@WAYS
@pytest.mark.parametrize("data", [b"", b"x", GOOD])
def test_right_bytes_pass_and_their_stream_learns_that_they_are_right(move: Move, data: bytes) -> None:
    stream = Judged(data)
    assert move(stream, Descriptor.of("", data)) == data
    assert stream.verdict is True


@WAYS
@pytest.mark.parametrize(
    ("data", "error"), [(GOOD[:-1], SizeMismatch), (GOOD + b"x", SizeMismatch), (GOOD[:-1] + b"x", DigestMismatch)]
)
def test_wrong_bytes_are_refused_and_their_stream_learns_that_they_are_wrong(
    move: Move, data: bytes, error: type[KitError]
) -> None:
    stream = Judged(data)
    with pytest.raises(error):
        move(stream, Descriptor.of("", GOOD))
    assert stream.verdict is False


@pytest.mark.parametrize("data", [GOOD[:-1], GOOD + b"x", GOOD[:-1] + b"x"])
def test_a_sink_is_not_told_that_wrong_bytes_are_whole(data: bytes) -> None:
    kept = Kept()
    with pytest.raises((SizeMismatch, DigestMismatch)):
        pump_verified(io.BytesIO(data), Descriptor.of("", GOOD), [kept])
    assert not kept.is_whole
    assert not kept.data


@pytest.mark.parametrize("cut", [0, 1, 1 << 20, len(GOOD)])
def test_a_hash_continues_where_an_earlier_one_stopped(cut: int) -> None:
    beats: list[None] = []
    stream = io.BytesIO(GOOD * 3)
    hashing = Hashing().read(stream, cut, watch=lambda: beats.append(None))
    assert hashing.size_bytes == min(cut, len(GOOD) * 3)
    hashing.read(stream, watch=lambda: beats.append(None))
    hashing.check(Descriptor.of("", GOOD * 3))
    assert len(beats) >= 2


def test_a_stream_that_ends_early_gives_nothing() -> None:
    with pytest.raises(SizeMismatch, match="config: got 3 bytes, expected 4"):
        read_exactly(io.BytesIO(b"abc"), 4, "config")


def test_the_message_says_which_digest_was_found_and_which_was_expected() -> None:
    found, wanted = Descriptor.of("", b"found").digest, Descriptor.of("", b"wanted").digest
    with pytest.raises(DigestMismatch, match=f"layer: sha256 is {found.hex}, expected {wanted.hex}"):
        check_digest(found, wanted, "layer")
