"""REST for the panel: reads a question, has the work done in a thread, and writes the answer; `ROUTES` says which.

Every verb asks who it is, whether they may, and (for all that changes something) for the page's own token.
"""

from __future__ import annotations

import re
from typing import Any

from tornado.web import HTTPError

from kitops_jupyter.server.base import PanelHandler, guarded
from kitops_jupyter.server.routes import ROUTES, Route
from kitops_jupyter.server.services import Services


class Answering(PanelHandler):
    """All the routes of one path, by method."""

    def initialize(self, services: Services, routes: dict[str, Route[Any, Any]]) -> None:  # type: ignore[override]
        super().initialize(services)
        self._routes = routes

    @guarded
    async def get(self, **parts: str) -> None:
        await self._answer(parts)

    @guarded
    async def post(self, **parts: str) -> None:
        await self._answer(parts)

    @guarded
    async def delete(self, **parts: str) -> None:
        await self._answer(parts)

    async def _answer(self, parts: dict[str, str]) -> None:
        route = self._routes.get(self.request.method or "")
        if route is None:
            raise HTTPError(405)
        asked = self.asked(route.asks, parts)
        if route.on_loop:
            self.send(route.view(asked, self.services), status=route.status)
        else:
            await self.reply(route.view, asked, self.services, status=route.status, gives_up=route.is_question)


class Nowhere(PanelHandler):
    """Whatever else is asked for: answered here, so that nothing of it is in a log."""

    def initialize(self, services: Services) -> None:
        super().initialize(services)
        self.request.uri = f"{self.base_url}kitops/api/ (no such route)"

    async def prepare(self) -> None:  # type: ignore[override]  # as Jupyter's own APIHandler
        await super().prepare()
        raise HTTPError(404)


def handlers_of(services: Services) -> list[tuple[str, type[PanelHandler], dict[str, Any]]]:
    """The routes for tornado: a pattern for each path, the last for all others."""
    paths: dict[str, dict[str, Route[Any, Any]]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = route
    found: list[tuple[str, type[PanelHandler], dict[str, Any]]] = [
        (f"/kitops/api/{_pattern(path)}", Answering, {"services": services, "routes": routes})
        for path, routes in paths.items()
    ]
    return [*found, ("/kitops/api/.*", Nowhere, {"services": services})]


def _pattern(path: str) -> str:
    return re.sub(r"\{(\w+)\}", r"(?P<\1>[0-9a-f]+)", path)
