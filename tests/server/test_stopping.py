"""A server stops when it is told to, whatever it is doing; a question is given up when nobody waits for its answer."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.fakes.ports import free_port
from tests.operations.projects import write_files

STOPS_WITHIN_S = 5
FILES = 20_000

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM there"),
    pytest.mark.timeout(180),
]


@contextmanager
def server(folder: Path, home: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    environment = {
        **os.environ,
        "KITOPS_HOME": str(home),
        **{f"JUPYTER_{name}_DIR": str(home / name) for name in ("CONFIG", "DATA", "RUNTIME")},
    }
    words = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}"]
    words += ["--ServerApp.jpserver_extensions={'kitops_jupyter': True}", "--IdentityProvider.token=t"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*words, f"--ServerApp.root_dir={folder}"], env=environment, stderr=log)
    try:
        for _ in range(600):
            try:
                asked(port, "GET", "status")
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield process, port
    finally:
        process.kill()
        process.wait()


def request(method: str, route: str, body: object, port: int) -> bytes:
    data = json.dumps(body).encode() if body is not None else b""
    head = f"{method} /kitops/api/{route} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: token t\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


def asked(port: int, method: str, route: str, body: object = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Authorization": "token t", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{port}/kitops/api/{route}"
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as answer:
        return json.loads(answer.read())


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, f"waited in vain for {what}"


def used_in(process: subprocess.Popen[bytes], seconds: float) -> float:
    before = cpu_s(process)
    time.sleep(seconds)
    return cpu_s(process) - before


def busy(process: subprocess.Popen[bytes]) -> None:
    """Wait until it works on what it was asked, and a little more."""
    wait_for(lambda: used_in(process, 1) > 0.1, "some work")
    time.sleep(1)


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """What the process has used of a core so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def many(tmp_path: Path) -> Settings:
    """A kit of many files, so that there is something to do."""
    home = Settings.load({}, home=tmp_path / "home")
    names = [f"many/part{at % 10}/file{at:05}.csv" for at in range(FILES)]
    write_files(tmp_path / "root" / "project", dict.fromkeys(names, b"x"))
    text = "datasets: [{name: many, path: many}]"
    kit.pack(tmp_path / "root" / "project", text=text, tag="many:v1", settings=home)
    return home


# Patterns that begin with a wildcard are the slowest: each is tried on each name.
LONG = [f"dataset:*{at}?*[a-c]?x*y*{at}*" for at in range(2000)]
CHECK = {"reference": "many:v1", "filters": LONG, "directory": "out"}


def test_a_server_stops_within_seconds_whatever_it_does(many: Settings, tmp_path: Path) -> None:
    with ExitStack() as opened:
        process, port = opened.enter_context(server(tmp_path / "root", many.home))
        for _ in range(2):
            check = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            check.sendall(request("POST", "check/pull", CHECK, port))
        asked(port, "POST", "jobs", {"kind": "unpack", **CHECK})
        busy(process)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        took_s = time.monotonic() - began
    print(f"stopped after {took_s:.1f} s")
    crowd = os.getloadavg()[0] / (os.cpu_count() or 1)  # how many programs wait for each core
    assert took_s < STOPS_WITHIN_S * max(1, crowd), (tmp_path / "root" / "log").read_text()[-3000:]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads what a process used from /proc")
def test_a_question_is_given_up_when_nobody_waits_for_its_answer(many: Settings, tmp_path: Path) -> None:
    with server(tmp_path / "root", many.home) as (process, port):
        with socket.create_connection(("127.0.0.1", port)) as check:
            check.sendall(request("POST", "check/pull", CHECK, port))
            busy(process)
        wait_for(lambda: used_in(process, 1) < 0.1, "the end of the work")
