"""Parts of blobs: just those that were asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kitops_jupyter.errors import NotFound, RegistryError, SizeMismatch
from kitops_jupyter.registry import Registry
from tests.fakes.fault_server import BLOB, Fault, FaultServer
from tests.registry.cases import DESCRIPTOR, LARGE, MIB

Connect = Callable[..., Registry]


@pytest.mark.parametrize(
    ("offset", "size"), [(0, 1), (0, 100), (len(LARGE) - 1, 1), (5 * MIB - 3, 4 * MIB), (0, len(LARGE))]
)
def test_a_part_is_read_in_one_request(offset: int, size: int, server: FaultServer, connect: Connect) -> None:
    server.add_blob(LARGE)
    assert connect(server).repository("a/b").read_range(DESCRIPTOR, offset, size) == LARGE[offset : offset + size]
    assert len(server.seen) == 1


@pytest.mark.parametrize(("offset", "size"), [(-1, 1), (0, 0), (0, len(LARGE) + 1), (len(LARGE), 1)])
def test_a_part_beyond_the_blob_is_not_asked_for(offset: int, size: int, server: FaultServer, connect: Connect) -> None:
    with pytest.raises(SizeMismatch):
        connect(server).repository("a/b").read_range(DESCRIPTOR, offset, size)
    assert not server.seen


WHOLE = Fault(status=200, body=LARGE)
PARTS = {
    "broken, then fine": (MIB, [Fault(cut_at=100)], None),
    "another part": (MIB, [Fault(headers={"Content-Range": f"bytes 0-{MIB - 1}/{len(LARGE)}"})], SizeMismatch),
    "of another blob": (MIB, [Fault(headers={"Content-Range": f"bytes {MIB}-{2 * MIB - 1}/99999999"})], SizeMismatch),
    "of an unknown whole": (MIB, [Fault(headers={"Content-Range": f"bytes {MIB}-{2 * MIB - 1}/*"})], None),
    "416": (MIB, [Fault(status=416)], SizeMismatch),
    "the whole, and the part near its start": (MIB, [WHOLE], None),
    "the whole, and the part far inside": (20 * MIB, [WHOLE], RegistryError),
    "encoded": (MIB, [Fault(headers={"Content-Encoding": "gzip"})], RegistryError),
    "404": (MIB, [Fault(status=404)], NotFound),
}


@pytest.mark.parametrize("case", PARTS)
def test_a_part_that_is_not_what_was_asked_for_is_never_taken(case: str, server: FaultServer, connect: Connect) -> None:
    offset, faults, error = PARTS[case]
    server.add_blob(LARGE)
    server.fault("GET", BLOB, *faults)
    repository = connect(server).repository("a/b")
    if error is None:
        assert repository.read_range(DESCRIPTOR, offset, MIB) == LARGE[offset : offset + MIB]
    else:
        with pytest.raises(error):
            repository.read_range(DESCRIPTOR, offset, MIB)
