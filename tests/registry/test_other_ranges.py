"""A resumed pull that is answered with another range than asked for: right bytes or an error, never wrong bytes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import ContentError, RegistryError
from kitops_jupyter.registry import Registry
from tests.fakes.fault_server import BLOB, Fault, FaultServer

Connect = Callable[..., Registry]
DATA = random.Random(7).randbytes((1 << 20) + 13)
OTHER = random.Random(8).randbytes(len(DATA))
DESCRIPTOR = Descriptor.of("application/octet-stream", DATA)
SIZE, HALF = len(DATA), 128 * 4096
REST = DATA[HALF:]


def part(body: bytes, first: object, last: object, total: object, **more: str) -> Fault:
    """206 with this body, said to be this range."""
    headers = {"Content-Range": f"bytes {first}-{last}/{total}", **{key.replace("_", "-"): more[key] for key in more}}
    return Fault(status=206, headers=headers, body=body)


BOUNDARY = b"--b\r\nContent-Range: bytes %d-%d/%d\r\n\r\n%b\r\n--b--\r\n" % (HALF, SIZE - 1, SIZE, REST)
ANSWERS = {
    "from an earlier start": part(DATA[HALF - 9 :], HALF - 9, SIZE - 1, SIZE),
    "from a later start": part(DATA[HALF + 9 :], HALF + 9, SIZE - 1, SIZE),
    "from the very start": part(DATA, 0, SIZE - 1, SIZE),
    "a shorter range": part(REST[:99], HALF, HALF + 98, SIZE),
    "a longer range": part(REST + b"more", HALF, SIZE + 3, SIZE + 4),
    "of another whole": part(REST, HALF, SIZE - 1, SIZE * 2),
    "of a whole of unknown size": part(REST, HALF, SIZE - 1, "*"),
    "without saying which range": Fault(status=206, body=REST),
    "with a range that cannot be read": part(REST, "x", "y", "z"),
    "said right, too short": part(REST[:-7], HALF, SIZE - 1, SIZE),
    "said right, too long": part(REST + b"more", HALF, SIZE - 1, SIZE),
    "said right, from elsewhere": part(DATA[: len(REST)], HALF, SIZE - 1, SIZE),
    "said right, of another blob": part(OTHER[HALF:], HALF, SIZE - 1, SIZE),
    "of another blob, by its ETag": part(OTHER[HALF:], HALF, SIZE - 1, SIZE, ETag='"other"'),
    "in many parts": part(BOUNDARY, HALF, SIZE - 1, SIZE, Content_Type="multipart/byteranges; boundary=b"),
    "in many parts, without a range": Fault(
        status=206, body=BOUNDARY, headers={"Content-Type": "multipart/byteranges; boundary=b"}
    ),
    "compressed": part(REST, HALF, SIZE - 1, SIZE, Content_Encoding="gzip"),
    "the whole, since it changed": Fault(status=200, body=DATA, headers={"ETag": '"new"'}),
    "another whole, since it changed": Fault(status=200, body=OTHER, headers={"ETag": '"new"'}),
    "the rest, as if it were the whole": Fault(status=200, body=REST),
    "no range": Fault(status=416, headers={"Content-Range": f"bytes */{SIZE}"}),
    "no range of a shorter blob": Fault(status=416, headers={"Content-Range": "bytes */7"}),
    "nothing": Fault(status=204),
}


@pytest.mark.parametrize("lasts", [1, 99], ids=["once", "always"])
@pytest.mark.parametrize("what", ANSWERS)
def test_a_resumed_pull_never_keeps_wrong_bytes(
    what: str, lasts: int, server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.add_blob(DATA)
    server.fault("GET", BLOB, *[ANSWERS[what]] * lasts)
    (tmp_path / f"{DESCRIPTOR.digest.hex}.partial").write_bytes(DATA[:HALF])
    repository = connect(server).repository("a/b")
    try:
        assert repository.fetch(DESCRIPTOR, tmp_path).read_bytes() == DATA
    except (RegistryError, ContentError):
        assert not (tmp_path / DESCRIPTOR.digest.hex).exists()
        server.rules.clear()
        assert repository.fetch(DESCRIPTOR, tmp_path).read_bytes() == DATA, "what is left must not spoil the next try"


@pytest.mark.parametrize("what", ANSWERS)
def test_a_stream_that_breaks_goes_on_with_right_bytes_or_not_at_all(
    what: str, server: FaultServer, connect: Connect
) -> None:
    server.add_blob(DATA)
    server.fault("GET", BLOB, Fault(cut_at=HALF), *[ANSWERS[what]] * 2)
    read = bytearray()
    view = memoryview(bytearray(1 << 16))
    try:
        stream = connect(server).repository("a/b").open(DESCRIPTOR)
        while count := stream.readinto(view):
            read += view[:count]
        stream.close()
    except (RegistryError, ContentError):
        return
    # Who reads a stream verifies it; only a registry that lies about what it sends can get so far.
    assert bytes(read) == DATA or ("said right" in what or "another" in what or "compressed" in what)
    assert len(read) == SIZE
