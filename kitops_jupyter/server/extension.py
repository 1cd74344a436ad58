"""What Jupyter Server loads: the routes, the jobs and their events."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Int

from kitops_jupyter.errors import KitError
from kitops_jupyter.redaction import redacted
from kitops_jupyter.server import wire
from kitops_jupyter.server.handlers import handlers_of
from kitops_jupyter.server.jobs import AT_ONCE, Jobs
from kitops_jupyter.server.paths import Root
from kitops_jupyter.server.schemas import schema
from kitops_jupyter.server.services import THREADS, Services
from kitops_jupyter.server.tasks import Tasks
from kitops_jupyter.server.turns import MOST
from kitops_jupyter.server.workers import Workers, end_with_main_thread
from kitops_jupyter.settings import Settings

EVENT = "https://kitops-jupyter.dev/events/job"
EVENT_SCHEMA = {
    "$id": EVENT,
    "version": "1",
    "title": "A transfer made progress",
    "personal-data": True,
    **schema(wire.JobEvent),
}


class KitServer(ExtensionApp):
    """Adds our routes to a server; jobs that a killed server left are resumed as soon as the loop runs."""

    name = "kitops_jupyter"
    load_other_extensions = True
    transfers_at_once = Int(
        AT_ONCE, min=1, max=MOST, config=True, help="How many transfers run at the same time; the others wait."
    )

    def initialize_handlers(self) -> None:
        server: Any = self.serverapp
        contents = server.contents_manager
        folder = Path(getattr(contents, "root_dir", None) or server.root_dir)
        root = Root(folder, allow_hidden=contents.allow_hidden)
        jobs = Settings.load(on_problem=self._warn).home / "jobs"
        self._jobs = Jobs(jobs, str(root.folder), _Teller(server).tell, at_once=self.transfers_at_once)
        tasks = Tasks(root)
        self._workers = Workers(THREADS, "kit-ask")
        server.event_logger.register_event_schema(EVENT_SCHEMA)
        self.handlers.extend(handlers_of(Services(root, self._jobs, tasks, self._workers)))
        server.io_loop.add_callback(self._workers.call, self._jobs.take_over, tasks.make)

    def _warn(self, problem: KitError) -> None:
        """Settings that cannot be used stop no server: each request is answered with what is wrong, and may fix it."""
        self.log.warning(
            "kitops: %s", redacted(f"{problem.message} ({problem.hint})" if problem.hint else problem.message)
        )

    async def stop_extension(self) -> None:
        """Stop the jobs; the next server resumes them. What does not hear of it ends with the process."""
        end_with_main_thread()
        await Workers(1, "kit-stop").call(self._jobs.close)  # the others may all be waiting


class _Teller:
    """Sends what jobs tell, from whatever thread, on the server's event bus; a server with a job is not idle."""

    def __init__(self, server: Any) -> None:
        self._server = server

    def tell(self, epoch: str, job: wire.Job) -> None:
        self._server.io_loop.add_callback(self._emit, epoch, job)

    def _emit(self, epoch: str, job: wire.Job) -> None:
        times = self._server.web_app.settings.setdefault("last_activity_times", {})
        times["kitops"] = datetime.now(timezone.utc)
        progress = wire.JobProgress(job.id, job.state, job.done_bytes, job.total_bytes)
        self._server.event_logger.emit(schema_id=EVENT, data=asdict(wire.JobEvent(epoch, job.seq, progress)))
