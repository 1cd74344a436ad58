"""REST for the panel. Each handler reads a request, has the work done in a thread, and writes the answer: no more.

Every verb asks who it is, whether they may, and (for all that changes something) for the page's own token.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, is_dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from kitops_jupyter.errors import Conflict, Forbidden, KitError, NotFound, StorageFull, Unauthorized, Unreachable, Usage
from kitops_jupyter.server import checks, kit_views, requests, views
from kitops_jupyter.server.jobs import Jobs
from kitops_jupyter.server.paths import Root
from kitops_jupyter.server.tasks import Tasks

T = TypeVar("T")
RESOURCE = "kitops"
# Unauthorized is 502 and not 401: the registry wants a sign-in, and JupyterLab would take 401 for its own.
_STATUS: tuple[tuple[type[KitError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Usage, 422),
    (StorageFull, 507),
    (Unauthorized, 502),
    (Forbidden, 502),
    (Unreachable, 504),
)


@dataclass(frozen=True)
class Services:
    """What the handlers share."""

    root: Root
    jobs: Jobs
    tasks: Tasks
    names: views.Names
    listings: kit_views.Listings


def guarded(method: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Authentication, authorization, and errors as the panel reads them."""

    @authenticated
    @authorized
    @wraps(method)
    async def answer(self: Base, *arguments: str, **named: str) -> None:
        try:
            await method(self, *arguments, **named)
        except KitError as problem:
            self.refuse(problem)

    return cast("Callable[..., Awaitable[None]]", answer)


class Base(APIHandler):
    """What all have in common."""

    auth_resource = RESOURCE

    def initialize(self, services: Services) -> None:
        self.services = services

    def argument(self, name: str, default: str | None = None) -> str:
        """A text of the query. Raises Usage for one that is missing."""
        found: str | None = self.get_query_argument(name, default)
        if found is None:
            raise Usage(f"{name} is missing")
        return found

    def number(self, name: str, default: int) -> int:
        """A number of the query. Raises Usage."""
        text = self.argument(name, str(default))
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise Usage(f"{name} is no number")
        return int(text)

    def body(self, kind: type[T]) -> T:
        """The body, checked. Raises Usage."""
        return requests.read(kind, self.json())

    def json(self) -> Any:
        try:
            return json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError):
            raise Usage("the body is no JSON") from None

    async def reply(self, work: Callable[..., Any], *arguments: Any, status: int = 200) -> None:
        """Do the work in a thread, and send what it returns."""
        found = await asyncio.to_thread(work, *arguments)
        self.send(found, status)

    def send(self, found: Any, status: int = 200) -> None:
        """A dataclass, or a list of them, as JSON; None as no content."""
        self.set_status(status if found is not None else 204)
        if found is not None:
            self.finish(json.dumps(_plain(found)))
        else:
            self.clear_header("Content-Type")
            self.finish()

    def refuse(self, problem: KitError) -> None:
        """An error with its code, hint and details."""
        self.set_status(next((code for kind, code in _STATUS if isinstance(problem, kind)), 422))
        self.finish(json.dumps(asdict(views.error_of(problem))))

    def write_error(self, status_code: int, **more: Any) -> None:
        """What is not ours in the same form; of a fault, no more than that there was one."""
        problem = (more.get("exc_info") or (None, None))[1]
        told = (problem.log_message or problem.reason) if isinstance(problem, HTTPError) else None
        self.set_status(status_code)
        code = {401: "unauthenticated", 403: "forbidden", 404: "not_found"}.get(status_code, "internal")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"code": code, "message": told or self._reason, "hint": "", "details": []}))


def _plain(found: Any) -> Any:
    if isinstance(found, list):
        return [_plain(item) for item in found]
    return asdict(found) if is_dataclass(found) and not isinstance(found, type) else found


class Status(Base):
    @guarded
    async def get(self) -> None:
        services = self.services
        await self.reply(views.status, services.jobs.epoch, views.shown_folder(services.root.folder))


class Registries(Base):
    @guarded
    async def post(self) -> None:
        asked = self.body(requests.AddRegistry)
        await self.reply(views.add_registry, asked.name, asked.url, asked.plain_http, status=201)

    @guarded
    async def delete(self) -> None:
        await self.reply(views.remove_registry, self.argument("name"))


class Local(Base):
    @guarded
    async def get(self) -> None:
        await self.reply(views.local)


class Repositories(Base):
    @guarded
    async def get(self) -> None:
        page = self.argument("registry"), self.argument("after", ""), self.number("limit", views.PAGE_LIMIT)
        await self.reply(self.services.names.repositories, *page)


class Tags(Base):
    @guarded
    async def get(self) -> None:
        page = self.argument("repository"), self.argument("after", ""), self.number("limit", views.PAGE_LIMIT)
        await self.reply(self.services.names.tags, *page)


class Summaries(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(views.summaries, self.body(requests.References).references)


class Kit(Base):
    @guarded
    async def get(self) -> None:
        await self.reply(kit_views.kit, self.argument("reference"), self.argument("remote", "") == "1")


class Files(Base):
    @guarded
    async def get(self) -> None:
        where = self.argument("reference"), self.argument("key"), self.argument("folder", "")
        await self.reply(self.services.listings.page, *where, self.argument("after", ""), self.number("limit", 500))


class Notebook(Base):
    @guarded
    async def get(self) -> None:
        await self.reply(kit_views.notebook, self.argument("reference"), self.argument("key"), self.argument("path"))


class Diff(Base):
    @guarded
    async def get(self) -> None:
        await self.reply(kit_views.diff, self.argument("a"), self.argument("b"))


class History(Base):
    @guarded
    async def get(self) -> None:
        await self.reply(views.history, self.argument("repository"))


class CheckPull(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(checks.check_pull, self.body(requests.CheckPull), self.services.root)


class CheckPack(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(checks.check_pack, self.body(requests.CheckPack), self.services.root)


class JobList(Base):
    @guarded
    async def get(self) -> None:
        self.send(self.services.jobs.list(self.number("since", 0), self.argument("epoch", "")))

    @guarded
    async def post(self) -> None:
        task = self.services.tasks.make(self.json())
        await self.reply(self.services.jobs.start, task, status=201)


class Limits(Base):
    @guarded
    async def post(self) -> None:
        self.services.jobs.turns.at_once = self.body(requests.Limits).transfers_at_once
        self.send(None)


class OneJob(Base):
    @guarded
    async def delete(self, job_id: str) -> None:
        await self.reply(self.services.jobs.end, job_id)


class RetryJob(Base):
    @guarded
    async def post(self, job_id: str) -> None:
        self.body(requests.Nothing)
        await self.reply(self.services.jobs.retry, job_id, self.services.tasks.make, status=201)


class Login(Base):
    @guarded
    async def post(self) -> None:
        asked = self.body(requests.Login)
        await self.reply(views.login, asked.registry, asked.username, asked.password, asked.plain_http)


class Logout(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(views.logout, self.body(requests.Logout).registry)


class Tag(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(checks.tag, self.body(requests.Tag))


class Promote(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(checks.promote, self.body(requests.Promote))


class Remove(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(checks.remove, self.body(requests.Remove))


class Validate(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(views.validate, self.body(requests.Validate).text)


ROUTES: dict[str, type[Base]] = {
    "status": Status,
    "registries": Registries,
    "local": Local,
    "repositories": Repositories,
    "tags": Tags,
    "summaries": Summaries,
    "kit": Kit,
    "files": Files,
    "notebook": Notebook,
    "diff": Diff,
    "history": History,
    "check/pull": CheckPull,
    "check/pack": CheckPack,
    "jobs": JobList,
    "limits": Limits,
    r"jobs/([0-9a-f]+)": OneJob,
    r"jobs/([0-9a-f]+)/retry": RetryJob,
    "login": Login,
    "logout": Logout,
    "tag": Tag,
    "promote": Promote,
    "remove": Remove,
    "validate": Validate,
}
