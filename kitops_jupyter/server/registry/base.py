"""What every handler of the registry has: who may come in, errors as the specification writes them, pages of names."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

import tornado.iostream
import tornado.web

from kitops_jupyter.server.registry.folder import Folder
from kitops_jupyter.server.registry.refused import Refused
from kitops_jupyter.server.registry.uploads import Uploads

PAGE_LIMIT = 1000
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """What every handler needs. `passwords` by user; empty lets everybody in."""

    folder: Folder
    uploads: Uploads
    read_only: bool = False
    passwords: Mapping[str, str] | None = None


class Base(tornado.web.RequestHandler):
    """Authentication, errors as the specification writes them, and small bodies."""

    body_limit_bytes = 0

    def initialize(self, site: Site) -> None:
        self.site = site
        self.body = bytearray()

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Docker-Distribution-API-Version", "registry/2.0")
        self.set_header("X-Content-Type-Options", "nosniff")

    async def prepare(self) -> None:
        if "Origin" in self.request.headers or self.request.headers.get("Sec-Fetch-Site", "none") != "none":
            raise Refused(403, "DENIED", "this registry does not talk to web pages")
        self._authenticate()
        if self.site.read_only and self.request.method not in ("GET", "HEAD"):
            raise Refused(405, "UNSUPPORTED", "this registry is read-only")

    def _authenticate(self) -> None:
        if not self.site.passwords:
            return
        scheme, _, text = self.request.headers.get("Authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user, password = "", ""
        known = self.site.passwords.get(user)
        if scheme.lower() != "basic" or known is None or not hmac.compare_digest(known.encode(), password.encode()):
            asks = 'Basic realm="kit", charset="UTF-8"'
            raise Refused(401, "UNAUTHORIZED", "a user and a password are needed", WWW_Authenticate=asks)

    async def data_received(self, chunk: bytes) -> None:
        if len(self.body) + len(chunk) > self.body_limit_bytes:
            raise Refused(413, "SIZE_INVALID", f"the body is larger than {self.body_limit_bytes} bytes")
        self.body += chunk

    async def in_thread(self, work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """Disk work, off the loop."""
        return await asyncio.to_thread(work, *arguments, **options)

    def write_error(self, status_code: int, **more: Any) -> None:
        problem = (more.get("exc_info") or (None, None))[1]
        code, message = "UNKNOWN", self._reason
        if isinstance(problem, Refused):
            code, message = problem.code, problem.message
            self.set_status(problem.status)
            for name, value in problem.headers.items():
                self.set_header(name, value)
        elif isinstance(problem, OSError):
            message = problem.strerror or "the disk could not do it"
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"errors": [{"code": code, "message": message}]}))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, (Refused, tornado.iostream.StreamClosedError)):
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
        try:
            size = int(self.get_query_argument("n", str(PAGE_LIMIT)))
        except ValueError:
            raise Refused(400, "UNSUPPORTED", "n is no number") from None
        if size < 0:
            raise Refused(400, "UNSUPPORTED", "n is negative")
        return size, self.get_query_argument("last", "")
