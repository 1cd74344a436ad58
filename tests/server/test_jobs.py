"""Jobs: cancelled at once, told in order, and gone on with after a kill -9 of the server."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import Cancelled, NotFound
from kitops_jupyter.progress import Event, Observer
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.jobs import Jobs, Task
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.ports import free_port
from tests.fakes.raw_server import dripping, speaking
from tests.fakes.registries import Real
from tests.fakes.slow_way import slow_way

DONE = wire.JobResult("", 0, 0, 0, 0, "", "done")


PULL = bodies.Pull("pull", "a:b")


def task(run: Callable[[Observer], wire.JobResult], request: bodies.JobRequest = PULL) -> Task:
    return Task("pull", "a test", "a:b", wire.Line(["pull", "a:b"], []), request, run)


def wait_for(find: Callable[[], Any]) -> Any:
    """What `find` returns, once it returns something."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if found := find():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come")


def ended(jobs: Jobs, job_id: str) -> wire.Job:
    def find() -> wire.Job | None:
        (job,) = (job for job in jobs.list(0, "").jobs if job.id == job_id)
        return job if job.state in ("done", "failed", "cancelled") else None

    found: wire.Job = wait_for(find)
    return found


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    made = Jobs(tmp_path / "jobs", "root", lambda epoch, job: None)
    yield made
    made.close()


def going_on(observe: Observer) -> wire.JobResult:
    """Goes on until it is cancelled."""
    for count in range(10_000):
        observe(Event("advanced", "layer", count, 10_000))
        time.sleep(0.01)
    raise AssertionError("nobody cancelled it")


def test_a_cancelled_job_stops_within_a_second(jobs: Jobs) -> None:
    job = jobs.start(task(going_on))
    wait_for(lambda: jobs.list(0, "").jobs[0].done_bytes > 3)
    jobs.end(job.id)
    began = time.monotonic()
    assert ended(jobs, job.id).state == "cancelled"
    assert time.monotonic() - began < 1
    jobs.end(job.id)
    assert jobs.list(0, "").jobs == []
    with pytest.raises(NotFound):
        jobs.end(job.id)


@pytest.mark.parametrize("drips", [b"", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_job_that_waits_for_a_silent_registry_is_cancelled_within_a_second(
    drips: bytes, jobs: Jobs, tmp_path: Path
) -> None:
    with speaking(dripping(drips, b"x" if drips else b"")) as server:

        def pull(observe: Observer) -> wire.JobResult:
            how, settings = Connection(plain_http=True), Settings(tmp_path / "home")
            kit.pull(f"{server.host}/a/b:1", connection=how, settings=settings, observe=observe)
            return DONE

        job = jobs.start(task(pull))
        wait_for(lambda: server.requests)
        began = time.monotonic()
        jobs.end(job.id)
        assert ended(jobs, job.id).state == "cancelled"
        assert time.monotonic() - began < 2


def test_a_failed_job_says_why_and_can_be_tried_again(jobs: Jobs) -> None:
    def fail(observe: Observer) -> wire.JobResult:
        raise NotFound("it is gone", hint="look elsewhere")

    job = ended(jobs, jobs.start(task(fail, bodies.Pull("pull", "a:b", filters=["model"]))).id)
    assert job.error == wire.Error("not_found", "it is gone", "look elsewhere", [])

    def make(request: bodies.JobRequest) -> Task:
        assert request == bodies.Pull("pull", "a:b", filters=["model"])
        return task(lambda observe: DONE, request)

    assert jobs.retry(job.id, make).id == job.id
    assert ended(jobs, job.id).state == "done"


def test_a_fault_in_the_work_ends_the_job_and_no_more(jobs: Jobs) -> None:
    def broken(observe: Observer) -> wire.JobResult:
        raise ZeroDivisionError("oh")

    job = ended(jobs, jobs.start(task(broken)).id)
    assert job.error and (job.error.code, job.error.message) == ("internal", "ZeroDivisionError: oh")
    assert ended(jobs, jobs.start(task(lambda observe: DONE)).id).state == "done"


def test_only_what_changed_since_is_told_and_all_to_strangers(jobs: Jobs) -> None:
    first = ended(jobs, jobs.start(task(lambda observe: DONE)).id)
    seen = jobs.list(0, jobs.epoch).seq
    assert jobs.list(seen, jobs.epoch).jobs == []
    second = ended(jobs, jobs.start(task(lambda observe: DONE)).id)
    assert [job.id for job in jobs.list(seen, jobs.epoch).jobs] == [second.id]
    assert {job.id for job in jobs.list(seen, "another").jobs} == {first.id, second.id}


def test_the_jobs_of_a_living_server_are_left_alone_and_garbage_harms_nobody(jobs: Jobs, tmp_path: Path) -> None:
    kept = jobs.start(task(going_on))
    (tmp_path / "jobs" / "garbage.json").write_text("{")
    second = Jobs(tmp_path / "jobs", "root", lambda epoch, job: None)
    second.take_over(lambda request: task(lambda observe: DONE))
    assert second.list(0, "").jobs == []
    second.close()
    assert jobs.list(0, "").jobs[0].id == kept.id
    assert oct((tmp_path / "jobs").stat().st_mode)[-3:] == "700"


def test_a_server_that_ends_leaves_what_is_under_way_to_the_next(tmp_path: Path) -> None:
    first = Jobs(tmp_path / "jobs", "root", lambda epoch, job: None)
    job = first.start(task(going_on))
    wait_for(lambda: first.list(0, "").jobs[0].state == "running")
    first.close()
    other = Jobs(tmp_path / "jobs", "another root", lambda epoch, job: None)
    other.take_over(lambda request: task(lambda observe: DONE))
    assert other.list(0, "").jobs == []
    other.close()
    second = Jobs(tmp_path / "jobs", "root", lambda epoch, job: None)
    second.take_over(lambda request: task(lambda observe: DONE, request))
    assert ended(second, job.id).state == "done"
    assert second.epoch != first.epoch
    second.close()


def test_a_job_that_was_cancelled_stays_so(jobs: Jobs) -> None:
    def stopped(observe: Observer) -> wire.JobResult:
        raise Cancelled("stopped")

    assert ended(jobs, jobs.start(task(stopped)).id).state == "cancelled"


def test_so_many_run_at_once_and_one_that_waits_is_cancelled_at_once(jobs: Jobs) -> None:
    def states() -> list[str]:
        return [job.state for job in jobs.list(0, "").jobs]

    jobs.turns.at_once = 1
    running, waiting, last = (jobs.start(task(going_on)) for _ in range(3))
    wait_for(lambda: states() == ["running", "waiting", "waiting"])
    jobs.end(waiting.id)
    assert states() == ["running", "cancelled", "waiting"]
    jobs.turns.at_once = 2
    wait_for(lambda: states() == ["running", "cancelled", "running"])
    for job in (running, last):
        jobs.end(job.id)
        assert ended(jobs, job.id).state == "cancelled"


class Server:
    """A real Jupyter server process."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        words = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", f"--port={self.port}"]
        words += [f"--ServerApp.root_dir={root}", "--IdentityProvider.token=t", "--ServerApp.port_retries=0"]
        words += ["--ServerApp.jpserver_extensions={'kitops_jupyter': True}"]
        self.process = subprocess.Popen(
            words, env=environment, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(self.ask("GET", "status"))
        except OSError:
            return False

    def ask(self, method: str, route: str, body: object = None) -> Any:
        url = f"http://127.0.0.1:{self.port}/kitops/api/{route}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Authorization": "token t"}, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def end(self, *, kill: bool = False) -> None:
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(20)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_pull_goes_on_after_a_kill_9_of_the_server(tmp_path: Path, plain: Real) -> None:
    here = Settings.load({}, home=tmp_path / "here")
    (tmp_path / "project").mkdir()
    (tmp_path / "root").mkdir()
    content = os.urandom(24 << 20)
    (tmp_path / "project" / "model.bin").write_bytes(content)
    (tmp_path / "project" / "Kitfile").write_text("model: {path: model.bin}\n")
    reference = f"{plain.host}/jobs/killed:v1"
    kit.pack(tmp_path / "project", tag=reference, settings=here)
    pushed = kit.push(reference, connection=Connection(plain_http=True), settings=here)
    (tmp_path / "home").mkdir()
    environment = {**os.environ, "KITOPS_HOME": str(tmp_path / "home")}
    with slow_way(plain.host, 6 << 20) as way:
        (tmp_path / "home" / "registries.json").write_text(json.dumps({"corp": {"url": f"http://{way.address}"}}))
        first = Server(tmp_path / "root", environment)
        try:
            job = first.ask("POST", "jobs", {"kind": "pull", "reference": "corp/jobs/killed:v1"})
            wait_for(lambda: first.ask("GET", "jobs")["jobs"][0]["done_bytes"] > 8 << 20)
        finally:
            first.end(kill=True)
        second = Server(tmp_path / "root", environment)
        try:

            def finished() -> Any:
                (found,) = second.ask("GET", "jobs")["jobs"]
                return found if found["state"] not in ("waiting", "running") else None

            found = wait_for(finished)
            assert (found["id"], found["state"]) == (job["id"], "done"), found["error"]
            assert any(item["note"] == "resumed" for item in found["items"]), found["items"]
            assert found["result"]["digest"] == pushed.digest
        finally:
            second.end()
    there = Settings.load({}, home=tmp_path / "home")
    out = kit.unpack("corp/jobs/killed:v1", tmp_path / "out", settings=there)
    assert (out.directory / "model.bin").read_bytes() == content


async def test_progress_is_told_on_the_servers_event_bus(
    jp_serverapp: Any, ask: Any, ended: Any, root: Path, home: Settings
) -> None:
    told: list[dict[str, Any]] = []

    async def listen(logger: object, schema_id: str, data: dict[str, Any]) -> None:
        told.append(data)

    jp_serverapp.event_logger.add_listener(schema_id="https://kitops-jupyter.dev/events/job", listener=listen)
    (root / "project").mkdir()
    (root / "project" / "model.bin").write_bytes(b"m" * 100_000)
    job = await ask("POST", "jobs", {"kind": "pack", "directory": "project", "reference": "a:b"})
    assert (await ended(job["id"]))["state"] == "done"
    for _ in range(100):
        if any(item["job"]["state"] == "done" for item in told):
            break
        await asyncio.sleep(0.02)
    assert [item["job"]["state"] for item in told][-1] == "done"
    assert {item["job"]["id"] for item in told} == {job["id"]}
    assert all(first["seq"] < second["seq"] for first, second in itertools.pairwise(told))
    assert "project" not in json.dumps(told)
