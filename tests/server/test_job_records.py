"""What a new server makes of the records of one that is gone: each job is adopted, or failed and says why, or left."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.server import reading, wire
from kitops_jupyter.server.jobs import Jobs
from kitops_jupyter.server.paths import Root
from kitops_jupyter.server.tasks import Tasks
from tests.disk.test_lock import refuse

PULL = {"kind": "pull", "reference": "127.0.0.1:1/x:y"}
DEEP = "[" * 3000 + "]" * 3000
SECRET = "hunter2"


def record(job_id: str, request: object = PULL, state: object = "running", **more: object) -> dict[str, Any]:
    return {
        "id": job_id,
        "request": request,
        "state": state,
        "started": "",
        "ended": "",
        "result": None,
        "error": None,
        **more,
    }


Adopt = Callable[[str], tuple[dict[str, wire.Job], Path]]


@pytest.fixture
def adopt(tmp_path: Path) -> Adopt:
    """The jobs that a new server has, by id, when this was left behind; and the file that was left."""
    root, folder = tmp_path / "root", tmp_path / "jobs"
    root.mkdir()
    folder.mkdir()

    def adopted(text: str) -> tuple[dict[str, wire.Job], Path]:
        left = folder / "left.json"
        left.write_text(text, "utf-8", "surrogatepass")
        jobs = Jobs(folder, str(root.resolve()), lambda epoch, job: None)
        jobs.take_over(Tasks(Root(root)).make)
        found = {job.id: job for job in jobs.list(0, "").jobs}
        jobs.close()
        return found, left

    return adopted


def file_of(tmp_path: Path, *jobs: object, **more: object) -> str:
    return json.dumps({"root": str((tmp_path / "root").resolve()), "jobs": jobs, **more})


ODD = {
    "its folder is gone": record("aa", {"kind": "pack", "directory": "gone", "reference": "x:y"}),
    "a newer version's field": record("aa", {**PULL, "new": 1}),
    "a kind that is not known": record("aa", {"kind": "sign", "reference": "x:y"}),
    "no request": record("aa", None),
    "a state that is none": record("aa", PULL, {"a": 1}),
    "a state that is not known": record("aa", PULL, "paused"),
    "a list": [1, 2],
    "nothing": None,
    "an id that is none": record("../../x", PULL, 7),
    "no fields": {},
    "not a number": {**record("aa", {**PULL, "new": float("nan")})},
    "a number without end": record("aa", {**PULL, "new": 10**4000}),
    "a lone surrogate": record("aa", {"kind": "pull", "reference": "x:\ud800"}),
    "NUL": record("aa", {"kind": "pack", "directory": "a\0b", "reference": "x:y"}),
    "a path that leads out": record("aa", {"kind": "pack", "directory": "../..", "reference": "x:y"}),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_one_odd_record_is_one_failed_job_and_the_others_go_on(adopt: Adopt, tmp_path: Path, odd: object) -> None:
    done = record("cc", PULL, "done", result={"digest": "sha256:1", "files": 2, "new": 3, "text": 5})
    found, left = adopt(file_of(tmp_path, record("ee"), odd, record("bb"), done))
    assert {"ee", "bb", "cc"} <= set(found)
    assert found["cc"].state == "done" and found["cc"].result == wire.JobResult("sha256:1", 2, 0, 0, 0, "", "")
    (other,) = set(found) - {"ee", "bb", "cc"}
    assert found[other].state == "failed"
    problem = found[other].error
    assert problem and problem.code != "internal" and problem.message
    assert not left.exists()


def test_a_record_that_is_nested_too_deep_harms_no_other(adopt: Adopt, tmp_path: Path) -> None:
    text = file_of(tmp_path, record("aa", {**PULL, "x": "DEEP"}), record("bb"), record("cc", state="cancelled"))
    found, _ = adopt(text.replace('"DEEP"', DEEP))
    assert {job_id: job.state for job_id, job in found.items() if job_id != "bb"} == {"aa": "failed", "cc": "cancelled"}
    assert "bb" in found


def test_an_ended_job_whose_folder_is_gone_is_what_it_was(adopt: Adopt, tmp_path: Path) -> None:
    gone = {"kind": "pack", "directory": "gone", "reference": "x:y"}
    failed = record("bb", gone, "failed", error={"code": "conflict", "message": "m", "hint": "h", "details": ["d"]})
    found, _ = adopt(file_of(tmp_path, record("aa", gone, "done"), failed))
    assert (found["aa"].state, found["aa"].title, found["aa"].kind) == ("done", "Pack x:y", "pack")
    assert found["bb"].error == wire.Error("conflict", "m", "h", ["d"])


def test_two_records_of_one_name_are_two_jobs_and_the_same_twice_is_one(adopt: Adopt, tmp_path: Path) -> None:
    found, _ = adopt(file_of(tmp_path, record("aa"), record("aa"), record("aa", {**PULL, "reference": "other:v1"})))
    assert sorted(job.reference for job in found.values()) == ["127.0.0.1:1/x:y", "other:v1"]


@pytest.mark.parametrize("version", [2, "2", None, [1]])
def test_a_newer_versions_file_is_left_alone(adopt: Adopt, tmp_path: Path, version: object) -> None:
    text = file_of(tmp_path, record("aa"), version=version)
    found, left = adopt(text)
    assert not found and left.read_text() == text


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, "[]", "7", '{"root": 1}', "\ud800"])
def test_a_file_that_makes_no_sense_is_left_alone(adopt: Adopt, text: str) -> None:
    found, left = adopt(text)
    assert not found and left.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders")
def test_what_is_no_file_stands_in_nobodys_way(adopt: Adopt, tmp_path: Path) -> None:
    folder = tmp_path / "jobs"
    (folder / "a.json").mkdir()
    os.mkfifo(folder / "b.json")
    (folder / "c.json").symlink_to("nowhere")
    (folder / "d.json").write_text(file_of(tmp_path, record("dd")))
    (folder / "d.lock").mkdir()
    found, _ = adopt(file_of(tmp_path, record("aa")))
    assert set(found) == {"aa"}
    assert (folder / "a.json").is_dir() and stat.S_ISFIFO((folder / "b.json").stat().st_mode)
    assert (folder / "d.json").exists()


def test_a_password_in_an_older_servers_record_is_shown_and_kept_nowhere(adopt: Adopt, tmp_path: Path) -> None:
    asked = {"kind": "push", "reference": "x:y", "destination": f"ada:{SECRET}@h.example/t/k:v1"}
    odd = {**asked, f"https://ada:{SECRET}@h/": 1}
    found, left = adopt(file_of(tmp_path, record("aa", asked), record("bb", odd, "done"), record("cc")))
    assert (found["aa"].state, found["bb"].state) == ("failed", "done") and "cc" in found
    assert SECRET not in repr(found)
    assert not left.exists()
    assert not [path for path in (tmp_path / "jobs").glob("*.json") if SECRET in path.read_text()]


def test_jobs_run_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    jobs = Jobs(tmp_path / "file" / "jobs", "root", lambda epoch, job: None)
    (tmp_path / "root").mkdir()
    job = jobs.start(Tasks(Root(tmp_path / "root")).make(reading.read_job(PULL)))
    jobs.take_over(Tasks(Root(tmp_path / "root")).make)
    until = time.monotonic() + 20
    while jobs.list(0, "").jobs[0].state in ("waiting", "running"):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert [each.id for each in jobs.list(0, "").jobs] == [job.id]
    jobs.close()


def test_what_cannot_be_written_down_stays_with_the_server_that_is_gone(tmp_path: Path) -> None:
    """A full disk between two servers: nothing is taken out of the old file before the new one has it."""
    root, folder = tmp_path / "root", tmp_path / "jobs"
    root.mkdir()
    folder.mkdir()
    left = folder / "left.json"
    left.write_text(file_of(tmp_path, record("aa")))
    jobs = Jobs(folder, str(root.resolve()), lambda epoch, job: None)
    (folder / f"{jobs.epoch}.json").mkdir()  # as good as a full disk: it cannot be replaced by a file
    jobs.take_over(Tasks(Root(root)).make)
    jobs.close()
    assert left.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks otherwise")
def test_a_living_servers_jobs_are_its_own_also_where_the_disk_has_no_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "ENOLCK")
    (tmp_path / "root").mkdir()
    make = Tasks(Root(tmp_path / "root")).make
    first, second, third = (Jobs(tmp_path / "jobs", "root", lambda epoch, job: None) for _ in range(3))
    job = first.start(make(reading.read_job(PULL)))
    second.take_over(make)
    assert not second.list(0, "").jobs
    first.close()
    third.take_over(make)
    assert [each.id for each in third.list(0, "").jobs] == [job.id]
    second.close()
    third.close()
