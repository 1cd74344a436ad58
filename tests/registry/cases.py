"""Rows of the fault tables: what goes wrong, and how it must end."""

from __future__ import annotations

import random
from dataclasses import dataclass

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import KitError
from kitops_jupyter.registry import Patience
from tests.fakes.fault_server import Fault

SOON_S = 8.0  # the server's silences and our patience are about a second each
MIB = 1 << 20
DATA = random.Random(4).randbytes(9 * MIB + 13)  # three buffers of the pipeline, the last one not full
SMALL = b"a small layer " * 100
GOOD = Fault()


@dataclass(frozen=True)
class Case:
    """`faults` befall the requests that match; `error` None means that it ends well all the same."""

    name: str
    match: str
    faults: list[Fault]
    error: type[KitError] | None = None
    method: str = "GET"
    data: bytes = DATA


def ids(case: Case) -> str:
    return case.name


def answers(*statuses: int, **headers: str) -> list[Fault]:
    return [
        Fault(status=status, headers={key.replace("_", "-"): value for key, value in headers.items()})
        for status in statuses
    ]


def after(at: int) -> Fault:
    """The connection breaks when so much of the body has come."""
    return Fault(answer_after=at, hang_up=True, reset=True)


LARGE = random.Random(6).randbytes(24 * MIB + 5)  # large enough to be written around the page cache
DESCRIPTOR = Descriptor.of("application/octet-stream", LARGE)
ONE_TRY = Patience(connect_s=2, stall_s=1, attempts=1)
