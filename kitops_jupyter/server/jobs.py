"""Transfers as jobs of the server: they outlive kernel and page, and the next server resumes them.

A new server takes over the records of dead ones that showed the same folder, and begins again what was under way: a
transfer then finds its partial files. One job's fault stays its own: it fails, with its reason, and others continue.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from kitops_jupyter.errors import Cancelled, Conflict, NotFound, Usage
from kitops_jupyter.progress import Event, Observer, watched
from kitops_jupyter.server import bodies, reading, wire
from kitops_jupyter.server.answers import error_of
from kitops_jupyter.server.job_records import GOING, Record, Records
from kitops_jupyter.server.turns import Turns
from kitops_jupyter.verbs.core.door import typed_errors

AT_ONCE = 3
KEPT = 100  # ended jobs that are remembered
ITEMS_SHOWN = 12
TELL_EVERY_S = 0.2
STOP_S = 2.0  # for jobs to hear that the server stops; who stops it waits for 5 to 10 s before it kills
_ID = re.compile(r"[0-9a-f]{1,64}")
_ITEM_STATES = {"started": "running", "advanced": "running", "finished": "done", "skipped": "skipped"}


@dataclass(frozen=True)
class Task:
    """What a job does. `request` is what started it, to begin it again; nothing secret is in it."""

    kind: wire.JobKind
    title: str
    reference: str
    command: wire.Line
    request: bodies.JobRequest | bodies.UnreadRequest
    run: Callable[[Observer], wire.JobResult]

    @property
    def destination(self) -> str:
        """Under which other name the kit arrives, "" for the same."""
        return self.request.destination if isinstance(self.request, bodies.Push | bodies.Copy) else ""


Make: TypeAlias = Callable[[bodies.JobRequest], Task]


@dataclass
class _Running:
    """A job and what it is doing; its `lock` guards all the rest."""

    id: str
    task: Task
    state: wire.JobState = "waiting"
    started: str = ""
    ended: str = ""
    items: dict[str, wire.JobItem] = field(default_factory=dict)
    result: wire.JobResult | None = None
    error: wire.Error | None = None
    seq: int = 0
    began_s: float = 0.0
    told_s: float = 0.0
    is_cancelled: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def view(self) -> wire.Job:
        with self.lock:
            items = list(self.items.values())
            done = sum(item.done_bytes for item in items)
            known = all(item.total_bytes is not None for item in items) and bool(items)
            total = sum(item.total_bytes or 0 for item in items) if known else None
            moved = sum(item.done_bytes for item in items if item.state != "skipped")
            elapsed_s = time.monotonic() - self.began_s if self.began_s else 0.0
            shown = sorted(items, key=lambda item: (item.state != "running", item.name))[:ITEMS_SHOWN]
            return wire.Job(
                id=self.id,
                seq=self.seq,
                kind=self.task.kind,
                title=self.task.title,
                reference=self.task.reference,
                destination=self.task.destination,
                command=self.task.command,
                state=self.state,
                started=self.started,
                ended=self.ended,
                done_bytes=done,
                total_bytes=total,
                bytes_per_s=int(moved / elapsed_s) if self.state == "running" and elapsed_s > 0.2 else 0,
                items=shown,
                result=self.result,
                error=self.error,
            )


class Jobs:
    """The jobs of this server. `tell` is called, from any thread, with each job that changed; seldom enough to send.

    `turns` says how many run at once.
    """

    def __init__(
        self, folder: Path, root: str, tell: Callable[[str, wire.Job], None], *, at_once: int = AT_ONCE
    ) -> None:
        self.epoch = secrets.token_hex(8)
        self._tell = tell
        self._seq = 0
        self._jobs: dict[str, _Running] = {}
        self._lock = threading.RLock()
        self.turns = Turns(at_once)
        self.is_closed = False
        self._records = Records(folder, root, self.epoch)

    def start(self, task: Task) -> wire.Job:
        """Begin a job."""
        return self._start(_Running(secrets.token_hex(8), task, started=_now()))

    def retry(self, job_id: str, make: Make) -> wire.Job:
        """Begin an ended job again, under its name. Raises NotFound, Conflict; Usage for a request that is unread."""
        job = self._find(job_id)
        if job.state in GOING:
            raise Conflict(f"{job.task.title} is still running")
        asked = job.task.request
        asked = reading.read_job(asked.kept) if isinstance(asked, bodies.UnreadRequest) else asked
        return self._start(_Running(job_id, make(asked), started=_now()))

    def end(self, job_id: str) -> None:
        """Cancel a job that is going on, forget one that ended. Raises NotFound."""
        job = self._find(job_id)
        with job.lock:
            is_going = job.state in GOING
            job.is_cancelled = True
        if self.turns.remove(job_id):
            self._change(job, "cancelled")
        elif not is_going:
            with self._lock:
                del self._jobs[job_id]
            self._keep()

    def list(self, since: int, epoch: str) -> wire.JobList:
        """The jobs that changed after `since`, or all of them for another epoch."""
        with self._lock:
            seq, jobs = self._seq, list(self._jobs.values())
        changed = [job.view() for job in jobs if epoch != self.epoch or job.seq > since]
        return wire.JobList(self.epoch, seq, changed)

    def take_over(self, make: Make) -> None:
        """Adopt and resume the jobs that ended servers left behind.

        Each job is adopted, or is one that failed and says why; only then is the file of its server removed.
        """
        for path, records in self._records.left_behind():
            jobs = []
            for record in records:
                if job := self._adopted(record, make):
                    self._put(job)
                    jobs.append(job)
            if not self._keep():
                return  # a kill would lose them: they stay where they are
            path.unlink(missing_ok=True)
            for job in jobs:
                if job.state in GOING:
                    self.turns.add(job.id, partial(self._run, job))

    def close(self, timeout_s: float = STOP_S) -> None:
        """Stop everything; the next server resumes running jobs."""
        with self._lock:
            going = [job for job in self._jobs.values() if job.state in GOING]
        self._keep()
        self.is_closed = True
        for job in going:
            job.is_cancelled = True
        self.turns.close(timeout_s)
        self._records.close()

    def _adopted(self, record: Record, make: Make) -> _Running | None:
        """The job of a record; None for one that we have already, as a kill can leave it in two files."""
        known = self._jobs.get(record.id)
        task, problem = _task_of(record, make)
        if known and known.task.request == task.request:
            return None
        new_id = record.id if _ID.fullmatch(record.id) and not known else secrets.token_hex(8)
        state = "waiting" if record.state in GOING else record.state
        job = _Running(new_id, task, state, record.started, record.ended, result=record.result, error=record.error)
        if problem and state == "waiting":
            job.state, job.ended, job.error = "failed", _now(), problem
        return job

    def _start(self, job: _Running) -> wire.Job:
        self._put(job)
        self._keep()
        self.turns.add(job.id, partial(self._run, job))
        return job.view()

    def _put(self, job: _Running) -> None:
        with self._lock:
            self._jobs[job.id] = job
            self._seq += 1
            job.seq = self._seq
            ended = [each for each in self._jobs.values() if each.state not in GOING]
            for old in ended[: max(0, len(ended) - KEPT)]:
                del self._jobs[old.id]

    def _run(self, job: _Running) -> None:
        job.began_s = time.monotonic()
        self._change(job, "waiting" if job.is_cancelled else "running")
        try:
            with typed_errors(), watched(lambda: _go_on(job)):  # what waits hears a cancel too
                _go_on(job)
                job.result = job.task.run(lambda event: self._observe(job, event))
            self._change(job, "done")
        except Cancelled:
            if not self.is_closed:
                self._change(job, "cancelled")
        except Exception as problem:  # noqa: BLE001  (a job must end, whatever its work did)
            job.error = error_of(problem)
            self._change(job, "failed")

    def _observe(self, job: _Running, event: Event) -> None:
        _go_on(job)
        if event.step == "waiting":
            return
        with job.lock:
            before = job.items.get(event.item)
            total = event.total_bytes if event.total_bytes is not None else before.total_bytes if before else None
            done = max(event.done_bytes, before.done_bytes if before else 0)
            done = total if event.step == "skipped" and total is not None else done
            note = event.note or (before.note if before else "")
            job.items[event.item] = wire.JobItem(event.item, done, total, _ITEM_STATES[event.step], note)
        if time.monotonic() - job.told_s > TELL_EVERY_S:
            self._change(job, job.state)

    def _change(self, job: _Running, state: wire.JobState) -> None:
        with self._lock, job.lock:
            was, job.state = job.state, state
            if state not in GOING:
                job.ended = _now()
            job.told_s = time.monotonic()
            self._seq += 1
            job.seq = self._seq
        if was != state:
            self._keep()
        self._tell(self.epoch, job.view())

    def _find(self, job_id: str) -> _Running:
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise NotFound(f"there is no job {job_id[:40]}")
        return job

    def _keep(self) -> bool:
        """Write down what there is, so that a kill loses nothing; a disk that refuses stops no job."""
        with self._lock:
            return not self.is_closed and self._records.write([_record(job) for job in self._jobs.values()])


def _go_on(job: _Running) -> None:
    """Raise Cancelled for a job that was cancelled."""
    if job.is_cancelled:
        raise Cancelled("cancelled; what was moved is kept for the next try")


def _record(job: _Running) -> Record:
    task = job.task
    asked = task.request
    request = asked.kept if isinstance(asked, bodies.UnreadRequest) else asdict(asked)
    told = task.kind, task.title, task.reference, request
    return Record(job.id, *told, job.state, job.started, job.ended, job.result, job.error)


def _task_of(record: Record, make: Make) -> tuple[Task, wire.Error | None]:
    """What a record's job does, or, with the reason, a task of its names that cannot be done."""
    asked: bodies.JobRequest | bodies.UnreadRequest = bodies.UnreadRequest(record.request)
    try:
        with typed_errors():
            asked = reading.read_job(record.request)
            return make(asked), None
    except Exception as problem:  # noqa: BLE001  (one job's fault stays its own)
        reason = error_of(problem)

    def refuse(observe: Observer) -> wire.JobResult:
        raise Usage(reason.message, hint=reason.hint)

    return Task(record.kind, record.title, record.reference, wire.Line([], []), asked, refuse), reason


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
