"""REST for the panel. Each handler reads a request, has the work done in a thread, and writes the answer: no more.

Every verb asks who it is, whether they may, and (for all that changes something) for the page's own token.
"""

from __future__ import annotations

from tornado.web import HTTPError

from kitops_jupyter.server import bodies, previews
from kitops_jupyter.server.base import Base, Services, guarded
from kitops_jupyter.server.views import kit as kit_views
from kitops_jupyter.server.views import registries as views


class Status(Base):
    @guarded
    async def get(self) -> None:
        services = self.services
        await self.reply(views.status, services.jobs.epoch, views.shown_folder(services.root.folder))


class Registries(Base):
    @guarded
    async def post(self) -> None:
        asked = self.body(bodies.AddRegistry)
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
        await self.reply(views.summaries, self.body(bodies.References).references)


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
        await self.reply(previews.check_pull, self.body(bodies.CheckPull), self.services.root)


class CheckPack(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(previews.check_pack, self.body(bodies.CheckPack), self.services.root)


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
        self.services.jobs.turns.at_once = self.body(bodies.Limits).transfers_at_once
        self.send(None)


class OneJob(Base):
    @guarded
    async def delete(self, job_id: str) -> None:
        await self.reply(self.services.jobs.end, job_id)


class RetryJob(Base):
    @guarded
    async def post(self, job_id: str) -> None:
        self.body(bodies.Nothing)
        await self.reply(self.services.jobs.retry, job_id, self.services.tasks.make, status=201)


class Login(Base):
    @guarded
    async def post(self) -> None:
        asked = self.body(bodies.Login)
        await self.reply(views.login, asked.registry, asked.username, asked.password, asked.plain_http)


class Logout(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(views.logout, self.body(bodies.Logout).registry)


class Tag(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(previews.tag, self.body(bodies.Tag))


class Promote(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(previews.promote, self.body(bodies.Promote))


class Remove(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(previews.remove, self.body(bodies.Remove))


class Validate(Base):
    @guarded
    async def post(self) -> None:
        await self.reply(views.validate, self.body(bodies.Validate).text)


class Nowhere(Base):
    """Whatever else is asked for: answered here, so that nothing of it is in a log."""

    def initialize(self, services: Services) -> None:
        super().initialize(services)
        self.request.uri = f"{self.base_url}kitops/api/ (no such route)"

    async def prepare(self) -> None:  # type: ignore[override]  # as Jupyter's own APIHandler
        await super().prepare()
        raise HTTPError(404)


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
