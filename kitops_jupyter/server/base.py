"""What every handler of the panel's REST has: who may ask, bodies that are checked, errors as the panel reads them."""

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
from kitops_jupyter.server import kit_views, requests, views
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
