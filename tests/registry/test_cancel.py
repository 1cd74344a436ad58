"""A cancel takes effect within a second, whatever is waited for."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kitops_jupyter.errors import Cancelled
from kitops_jupyter.progress import Event
from kitops_jupyter.registry import Patience, Registry
from tests.fakes.fault_server import BLOB, UPLOAD, Fault, FaultServer
from tests.registry.cases import DESCRIPTOR, LARGE, MIB

Connect = Callable[..., Registry]


class Stop:
    """An observer that cancels after a while."""

    def __init__(self, after_s: float) -> None:
        self._at = time.monotonic() + after_s
        self.asked_last = 0.0

    def __call__(self, event: Event) -> None:
        self.asked_last = time.monotonic()
        if self.asked_last > self._at:
            raise Cancelled("enough")


HANGS = {
    "before the answer": ("GET", BLOB, Fault(no_answer=True)),
    "in the body": ("GET", BLOB, Fault(cut_at=5 * MIB, stalls=True)),
    "in a pause": ("GET", BLOB, Fault(status=503, headers={"Retry-After": "30"})),
    "before an answer to the upload": ("PUT", UPLOAD, Fault(no_answer=True)),
    "with the body": ("PUT", UPLOAD, Fault(no_answer=True, answer_after=0)),
    "at the session": ("POST", UPLOAD, Fault(no_answer=True)),
}


@pytest.mark.parametrize("where", HANGS)
def test_a_cancel_takes_effect_within_a_second_while_nothing_moves(
    where: str, server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    method, path, fault = HANGS[where]
    server.fault(method, path, fault)
    repository = connect(server, patience=Patience(stall_s=30)).repository("a/b")
    stop = Stop(0.3)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        if method == "GET":
            server.add_blob(LARGE)
            repository.fetch(DESCRIPTOR, tmp_path, observe=stop)
        else:
            repository.write(DESCRIPTOR, io.BytesIO(LARGE), observe=stop)
    assert time.monotonic() - began < 0.3 + 1 + 1  # the last for a busy machine
    assert not (tmp_path / DESCRIPTOR.digest.hex).exists()
    assert DESCRIPTOR.digest not in server.blobs or method == "GET"


def test_who_waits_for_anothers_download_can_be_cancelled(
    server: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    import filelock

    with filelock.FileLock(tmp_path / f"{DESCRIPTOR.digest.hex}.lock"), pytest.raises(Cancelled):
        connect(server).repository("a/b").fetch(DESCRIPTOR, tmp_path, observe=Stop(-1))


def test_a_cancel_leaves_no_thread_behind(server: FaultServer, connect: Connect) -> None:
    def ours() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name.startswith("kit-")]

    server.fault("PUT", UPLOAD, Fault(no_answer=True, answer_after=0))
    with pytest.raises(Cancelled):
        connect(server).repository("a/b").write(DESCRIPTOR, io.BytesIO(LARGE), observe=Stop(0.2))
    assert ours() == []
