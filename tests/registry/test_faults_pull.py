"""Pulls from a registry that does everything wrong: success or a typed error, soon, and never a bad byte kept."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.errors import (
    DigestMismatch,
    Forbidden,
    NotFound,
    RegistryError,
    SizeMismatch,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from kitops_jupyter.registry import Registry
from tests.fakes.fault_server import BLOB, Fault, FaultServer
from tests.registry.cases import DATA, MIB, SMALL, SOON_S, Case, answers, ids

Connect = Callable[..., Registry]


def range_lie(text: str) -> list[Fault]:
    """A break, and then another part than the one that was asked for, as long as it is asked for."""
    return [Fault(cut_at=5 * MIB), *[Fault(headers={"Content-Range": text})] * 9]


PULLS = [
    Case("nothing", BLOB, []),
    *[
        Case(f"cut at {at}", BLOB, [Fault(cut_at=at)])
        for at in (0, 1, 4096, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 8 * MIB, len(DATA) - 1)
    ],
    *[Case(f"reset at {at}", BLOB, [Fault(cut_at=at, reset=True)]) for at in (0, 4 * MIB, 6 * MIB + 7)],
    Case("cut at every MiB", BLOB, [Fault(cut_at=MIB)] * 12),
    Case("cut always, without progress", BLOB, [Fault(cut_at=0)] * 99, Unreachable),
    Case("truncated, then ranges refused", BLOB, [Fault(cut_at=5 * MIB), Fault(status=416)]),
    Case("truncated, then the whole blob again", BLOB, [Fault(cut_at=5 * MIB), Fault(status=200, body=DATA)]),
    Case("a part that starts elsewhere", BLOB, range_lie("bytes 0-99/100")),
    Case("a part of a blob of another size", BLOB, range_lie(f"bytes {5 * MIB}-{6 * MIB}/{6 * MIB + 1}")),
    Case("a part that is not told which", BLOB, range_lie("rubbish")),
    Case("wrong bytes", BLOB, [Fault(flip=77)] * 3, DigestMismatch),
    Case("right length, wrong bytes after a resume, then right ones", BLOB, [Fault(cut_at=5 * MIB), Fault(flip=9)]),
    Case("wrong bytes before a break, right ones after", BLOB, [Fault(cut_at=5 * MIB, flip=9)]),
    Case("lying length, too small", BLOB, [Fault(length=len(DATA) - 5)] * 9, SizeMismatch),
    Case("lying length, too large", BLOB, [Fault(length=len(DATA) + 5)] * 9, SizeMismatch),
    Case("too long without a length", BLOB, [Fault(length="", body=DATA + b"x")] * 9, SizeMismatch),
    Case("too short without a length", BLOB, [Fault(length="", body=DATA[:-1])]),
    Case("chunked", BLOB, [Fault(chunked=True)]),
    Case("chunked, cut", BLOB, [Fault(chunked=True, cut_at=5 * MIB)]),
    Case("chunked, without an end", BLOB, [Fault(chunked=True, body=DATA + b"x")] * 9, SizeMismatch),
    Case("gzip for the way", BLOB, [Fault(body=gzip.compress(DATA, 1), headers={"Content-Encoding": "gzip"})]),
    Case(
        "gzip that is a bomb",
        BLOB,
        [Fault(body=gzip.compress(bytes(64 * MIB), 9), headers={"Content-Encoding": "gzip"})] * 9,
        SizeMismatch,
    ),
    Case("gzip that is none", BLOB, [Fault(body=DATA[:-1], headers={"Content-Encoding": "gzip"})] * 9, Unreachable),
    Case("labelled gzip, as it is stored", BLOB, [Fault(headers={"Content-Encoding": "gzip"})]),
    Case("an encoding from elsewhere", BLOB, [Fault(body=b"?", headers={"Content-Encoding": "br"})] * 9, RegistryError),
    Case(
        "a resume that is gzip",
        BLOB,
        [Fault(cut_at=5 * MIB), *[Fault(length=99, body=bytes(99), headers={"Content-Encoding": "gzip"})] * 9],
        RegistryError,
    ),
    Case("404", BLOB, answers(404), NotFound),
    Case("403", BLOB, answers(403), Forbidden),
    Case("401 without a challenge", BLOB, answers(401), Unauthorized),
    Case("429, then fine", BLOB, answers(429)),
    Case("429 with seconds, then fine", BLOB, answers(429, Retry_After="0")),
    Case("429 with an hour", BLOB, answers(429, Retry_After="3600"), TooManyRequests),
    Case("429 with a date", BLOB, answers(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")),
    Case("429 with rubbish", BLOB, answers(429, Retry_After="soon")),
    Case("429 always", BLOB, answers(*[429] * 99), TooManyRequests),
    *[Case(f"{status}, then fine", BLOB, answers(status)) for status in (408, 500, 502, 503, 504)],
    *[Case(f"{status} always", BLOB, answers(*[status] * 99), RegistryError) for status in (500, 503)],
    Case("418", BLOB, answers(418), RegistryError),
    Case("no answer, then fine", BLOB, [Fault(no_answer=True)]),
    Case("stalled in the middle", BLOB, [Fault(cut_at=MIB, stalls=True)]),
    Case("stalled always", BLOB, [Fault(cut_at=0, stalls=True)] * 99, Unreachable),
    Case("slow to begin", BLOB, [Fault(delay_s=0.6)]),
    Case("a trickle", BLOB, [Fault(pace_s=0.6)] * 99, Unreachable, data=SMALL * 20),
    Case("a redirect loop", BLOB, [Fault(status=307, headers={"Location": "?again"})] * 99, RegistryError),
    Case("a redirect to nowhere", BLOB, [Fault(status=307, headers={"Location": "http://"})] * 9, RegistryError),
    Case(
        "a redirect to a file", BLOB, [Fault(status=307, headers={"Location": "file:///etc/passwd"})] * 9, Unreachable
    ),
    Case("a redirect without a place", BLOB, [Fault(status=307)] * 9, RegistryError),
]


@pytest.mark.parametrize("case", PULLS, ids=ids)
def test_pull(case: Case, server: FaultServer, connect: Connect, tmp_path: Path) -> None:
    server.add_blob(case.data)
    server.fault(case.method, case.match, *case.faults)
    descriptor = Descriptor.of("", case.data)
    began = time.monotonic()
    if case.error is None:
        path = connect(server).repository("a/b").fetch(descriptor, tmp_path)
        assert Digest.of(path.read_bytes()) == descriptor.digest
    else:
        with pytest.raises(case.error):
            connect(server).repository("a/b").fetch(descriptor, tmp_path)
        assert not (tmp_path / descriptor.digest.hex).exists()
    assert time.monotonic() - began < SOON_S
