"""A registry of names: as many repositories and tags as a test wants, one kit for all of them, and what it refuses."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass
class Names:
    """`statuses` are what repositories answer instead of their tags; `silence_s` is how long all lists take.

    Every tag names the kit with this `manifest`, whose `blobs` are there by their digests; without one there is no kit.
    `asked` are the repositories whose tags were asked for, `read` the tags whose manifests were.
    """

    repositories: Sequence[str]
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    silence_s: float = 0.0
    manifest: bytes = b""
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    host: str = ""
    asked: list[str] = field(default_factory=list)
    read: set[str] = field(default_factory=set)


@contextmanager
def names_registry(names: Names) -> Iterator[Names]:
    """It runs; every repository without `tags` has one, v1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(names))
    names.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield names
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _handler(names: Names) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            *_, kind, last = path.split("/")
            if path == "/v2/_catalog":
                self._page("repositories", names.repositories)
            elif path == "/v2/":
                self._send(200, {}, {})
            elif path.endswith("/tags/list"):
                self._tags(path.removeprefix("/v2/").removesuffix("/tags/list"))
            elif kind == "manifests" and names.manifest:
                names.read.add(last)
                self._send_data(200, names.manifest, {"Content-Type": MANIFEST})
            elif kind == "blobs" and last in names.blobs:
                self._send_data(200, names.blobs[last], {"Content-Type": "application/octet-stream"})
            else:
                self._send(404, {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "no"}]}, {})

        do_HEAD = do_GET

        def _tags(self, name: str) -> None:
            names.asked.append(name)
            time.sleep(names.silence_s)
            if status := names.statuses.get(name):
                self._send(status, {"errors": [{"code": "DENIED", "message": "no"}]}, {"Retry-After": "60"})
            else:
                self._page("tags", names.tags.get(name, ["v1"]))

        def _page(self, key: str, every: Sequence[str]) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            count, start = int(query.get("n", ["1000"])[0]), int(query.get("next_page", ["0"])[0])
            more = f'<{parts.path}?n={count}&next_page={start + count}>; rel="next"'
            link = {"Link": more} if len(every) > start + count else {}
            self._send(200, {key: list(every[start : start + count])}, link)

        def _send(self, status: int, body: object, headers: Mapping[str, str]) -> None:
            self._send_data(status, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})

        def _send_data(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
