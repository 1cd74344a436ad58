"""What every handler of the registry has: who may come in, errors as the specification writes them, pages of names."""

from __future__ import annotations

import asyncio
import base64
import errno
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

import tornado.iostream
import tornado.web

from kitops_jupyter.serve.folder import Folder
from kitops_jupyter.serve.hosts import Hosts
from kitops_jupyter.serve.refused import Refused
from kitops_jupyter.serve.uploads import Uploads

PAGE_LIMIT = 1000
_DROPPED_LIMIT_BYTES = 1 << 20
_MOST_DIGITS = 18
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """What every handler needs. `passwords` by user; empty lets everybody in."""

    folder: Folder
    uploads: Uploads
    hosts: Hosts
    read_only: bool = False
    passwords: Mapping[str, str] | None = None


@tornado.web.stream_request_body
class Base(tornado.web.RequestHandler):
    """Who may come in, errors as the specification writes them, and bodies that nobody wants.

    A request is judged before its body is read; one that is refused then ends its connection, and says so.
    """

    def initialize(self, site: Site) -> None:
        self.site = site
        self._dropped_bytes = 0
        self._is_body_next = "Transfer-Encoding" in self.request.headers or (
            self.request.headers.get("Content-Length", "0") != "0"
        )

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Docker-Distribution-API-Version", "registry/2.0")
        self.set_header("X-Content-Type-Options", "nosniff")

    async def prepare(self) -> None:
        try:
            await self._admit()
        except (Refused, OSError) as problem:
            if self._is_body_next:
                raise
            # tornado ends a connection that is answered before it has looked for a body: answer in the method's place
            setattr(self, str(self.request.method).lower(), partial(_raise, problem))

    async def _admit(self) -> None:
        self._require_host()
        if "Origin" in self.request.headers or self.request.headers.get("Sec-Fetch-Site", "none") != "none":
            raise Refused(403, "DENIED", "this registry does not serve web pages")
        self._authenticate()
        if self.site.read_only and self.request.method not in ("GET", "HEAD"):
            raise Refused(405, "UNSUPPORTED", "this registry is read-only", Allow="GET, HEAD")
        await self.begin()

    async def begin(self) -> None:
        """What a handler does before the body comes; raises Refused."""

    def _require_host(self) -> None:
        named = self.request.headers.get_list("Host")
        if not named and self.request.version == "HTTP/1.0":  # which need not name a host; no browser speaks it
            return
        if len(named) != 1 or not self.site.hosts.has(named[0]):
            raise Refused(
                421,
                "DENIED",
                "this registry does not serve the host that the request names; jupyter kit serve --allow-host NAME "
                "adds one",
            )

    def _authenticate(self) -> None:
        if not self.site.passwords:
            return
        scheme, _, text = self.request.headers.get("Authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(text, validate=True).decode().partition(":")
        except ValueError:
            user, password = "", ""
        known = self.site.passwords.get(user)
        if scheme.lower() != "basic" or known is None or not hmac.compare_digest(known.encode(), password.encode()):
            asks = 'Basic realm="kit", charset="UTF-8"'
            raise Refused(401, "UNAUTHORIZED", "a user and a password are needed", WWW_Authenticate=asks)

    async def data_received(self, chunk: bytes) -> None:
        try:
            await self.take(chunk)
        except (Refused, OSError) as problem:
            await self.in_thread(self.lose)
            self.send_error(500, exc_info=(type(problem), problem, problem.__traceback__))
            self.log_exception(type(problem), problem, problem.__traceback__)

    async def take(self, chunk: bytes) -> None:
        """A part of the body. Raises Refused, OSError."""
        self._dropped_bytes += len(chunk)
        if self._dropped_bytes > _DROPPED_LIMIT_BYTES:
            raise Refused(413, "SIZE_INVALID", "this request takes no body")

    def lose(self) -> None:
        """Discard what arrived of the body."""

    def let_go(self) -> None:
        """The request ends, one way or another; may be called twice."""

    def on_finish(self) -> None:
        self.let_go()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.let_go()

    async def in_thread(self, work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """Disk work, off the loop."""
        return await asyncio.to_thread(work, *arguments, **options)

    def write_error(self, status_code: int, **more: Any) -> None:
        refused = _as_refused((more.get("exc_info") or (None, None))[1], status_code, self._reason)
        self.set_status(refused.status)
        for name, value in refused.headers.items():
            self.set_header(name, value)
        if not self._is_body_read():
            self.set_header("Connection", "close")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"errors": [{"code": refused.code, "message": refused.message}]}))

    def _is_body_read(self) -> bool:
        whole = getattr(self.request, "_body_future", None)  # tornado's mark of a body that has come whole
        return whole is not None and whole.done()

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if isinstance(value, OSError) and not isinstance(value, tornado.iostream.StreamClosedError):
            logging.getLogger(__name__).error("%s %s: %s", self.request.method, self.request.path, value)
        elif not isinstance(value, (Refused, tornado.iostream.StreamClosedError)):
            super().log_exception(typ, value, tb)

    def answer_page(self, names: list[str], has_more: bool, content: Mapping[str, object], path: str) -> None:
        """One page of names, with the way to the next."""
        if has_more and names:
            size = self.get_query_argument("n")
            self.set_header("Link", f'<{path}?n={size}&last={quote(names[-1], safe="")}>; rel="next"')
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(content))

    def page(self) -> tuple[int, str]:
        """`n` and `last` of the query."""
        text = self.get_query_argument("n", str(PAGE_LIMIT))
        if not (text.isascii() and text.isdigit()):
            raise Refused(400, "UNSUPPORTED", "n must be a number, 0 or more")
        return natural(text), self.get_query_argument("last", "")


def _raise(problem: Exception, *_: object, **__: object) -> None:
    raise problem


def natural(digits: str) -> int:
    """The number that ASCII digits say; what no file and no list is as long as, for one that is larger."""
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS


def _as_refused(problem: object, status: int, reason: str) -> Refused:
    """The answer to any error of a handler."""
    if isinstance(problem, Refused):
        return problem
    if not isinstance(problem, OSError):
        return Refused(status, "UNSUPPORTED" if status == 405 else "UNKNOWN", reason)
    if problem.errno in _FULL:
        return Refused(507, "UNKNOWN", f"the registry's disk is full ({problem.strerror})")
    if problem.errno == errno.ENAMETOOLONG:
        return Refused(400, "NAME_INVALID", "the name is too long for the registry's disk")
    return Refused(500, "UNKNOWN", f"the registry's disk: {problem.strerror or 'it failed'}")
