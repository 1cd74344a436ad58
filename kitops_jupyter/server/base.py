"""What every handler of the panel's REST has: who may ask, bodies that are checked, errors as the panel reads them."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from functools import wraps
from types import UnionType
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import (
    Cancelled,
    Conflict,
    Forbidden,
    InvalidReference,
    KitError,
    NotFound,
    PathInvalid,
    StorageFull,
    Unauthorized,
    Unreachable,
    Usage,
)
from kitops_jupyter.progress import watched
from kitops_jupyter.redaction import redacted
from kitops_jupyter.server import bodies, reading, wire
from kitops_jupyter.server.answers import error_of, to_json
from kitops_jupyter.server.services import Services
from kitops_jupyter.verbs.core.door import typed_errors

T = TypeVar("T")
RESOURCE = "kitops"
BODY_LIMIT_BYTES = 8 << 20  # the largest is a Kitfile, of at most 1 MiB
# Unauthorized is 502 and not 401: the registry wants a sign-in, and JupyterLab would take 401 for its own.
_STATUS: tuple[tuple[type[KitError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (InvalidReference, 400),
    (PathInvalid, 400),
    (Usage, 422),
    (StorageFull, 507),
    (Unauthorized, 502),
    (Forbidden, 502),
    (Unreachable, 504),
)

_CODES = {401: "unauthenticated", 403: "forbidden", 404: "not_found"}


def guarded(method: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Authentication, authorization, and errors as the panel reads them."""

    @authenticated
    @authorized
    @wraps(method)
    async def answer(self: PanelHandler, *arguments: str, **named: str) -> None:
        try:
            with typed_errors():
                await method(self, *arguments, **named)
        except KitError as problem:
            self.refuse(problem)
        except HTTPError:
            raise
        except Exception:  # noqa: BLE001  (a fault of ours: the log has it, without what was asked)
            self.log.error("kitops: %s", redacted(traceback.format_exc()))
            raise HTTPError(500) from None

    return cast("Callable[..., Awaitable[None]]", answer)


class PanelHandler(APIHandler):
    """What all have in common."""

    auth_resource = RESOURCE

    def initialize(self, services: Services) -> None:
        self.services = services
        self._is_left = False
        self.request.uri = self.request.path  # what is logged: a query may have a secret that somebody pasted

    async def prepare(self) -> None:  # type: ignore[override]  # as Jupyter's own APIHandler
        """After Jupyter's own judgement (who, the page's token, Origin): what only pages of this server may send.

        A page of another site, or of another port of this machine, can have its visitor's browser send a GET without
        an Origin: it does not have this server ask a registry in the visitor's name.
        """
        await super().prepare()
        if self._finished or self.token_authenticated:
            return
        headers = self.request.headers
        if headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and "Origin" not in headers:
            raise HTTPError(403, reason="the request came from another site")

    def update_api_activity(self) -> None:
        """As Jupyter does it, which fails for a query that is not UTF-8."""
        if "no_track_activity" not in self.request.query_arguments:
            super().update_api_activity()

    def asked(self, kind: type[T] | UnionType, parts: dict[str, str]) -> T | bodies.JobRequest:
        """What is asked: the query's fields (GET, DELETE) or the body's, and the path's parts. Raises Usage."""
        if not isinstance(kind, type):
            return reading.read_job(self.json())
        reads = self.request.method != "POST"
        given = reading.from_query(kind, self.request.query_arguments) if reads else self.json()
        if parts and isinstance(given, dict):
            given = {**given, **parts}
        return reading.read(kind, given)

    def json(self) -> Any:
        """The body's JSON. Raises Usage."""
        if len(self.request.body) > BODY_LIMIT_BYTES:
            raise Usage(f"the body has {len(self.request.body)} bytes; the limit is {BODY_LIMIT_BYTES}")
        try:
            return parse_json(self.request.body or b"{}")
        except ValueError:
            raise Usage("the body is not JSON") from None

    def on_connection_close(self) -> None:
        """Whoever asked is gone."""
        self._is_left = True
        super().on_connection_close()

    async def reply(self, work: Callable[..., Any], *arguments: Any, status: int = 200, gives_up: bool = False) -> None:
        """Do the work in a thread, and send what it returns; `gives_up` where whoever asked is gone, or all ends."""

        def check() -> None:
            if gives_up and (self._is_left or self.services.jobs.is_closed):
                raise Cancelled("nobody waits for the answer")

        def answer() -> str | None:
            with watched(check):
                check()
                found = work(*arguments)
                return None if found is None else to_json(found)

        self._send(await self.services.workers.call(answer), status)

    def send(self, found: Any, status: int = 200) -> None:
        """A dataclass, or a list of them, as JSON; None as no content."""
        self._send(None if found is None else to_json(found), status)

    def _send(self, text: str | None, status: int) -> None:
        self.set_status(status if text is not None else 204)
        if text is not None:
            self.finish(text)
        else:
            self.clear_header("Content-Type")
            self.finish()

    def refuse(self, problem: KitError) -> None:
        """An error with its code, hint and details."""
        self.set_status(next((code for kind, code in _STATUS if isinstance(problem, kind)), 422))
        self.finish(to_json(error_of(problem)))

    def write_error(self, status_code: int, **more: Any) -> None:
        """Foreign errors in the same form; of a bug, only that there was one."""
        problem = (more.get("exc_info") or (None, None))[1]
        told = problem.log_message if isinstance(problem, HTTPError) and status_code == 403 else None
        self.set_status(status_code)
        code = _CODES.get(status_code, "usage" if status_code < 500 else "internal")
        self.finish(to_json(wire.Error(code, told or self._reason, "", [])))
