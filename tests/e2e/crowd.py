"""A registry of very many names: a thousand repositories, one with ten thousand tags, and each tag a kit."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
BIG = "a-model"  # sorts before the others
TAGS = [f"v{number:05}" for number in range(10_000)]
REPOSITORIES = [BIG, *(f"model-{number:03}" for number in range(999))]


class Crowd:
    """What it serves, and the tags whose manifests were asked for."""

    def __init__(self, manifest: bytes, blobs: dict[str, bytes]) -> None:
        self.manifest = manifest
        self.blobs = blobs
        self.asked: set[str] = set()
        self.host = ""


@contextmanager
def crowd_of(host: str, name: str, tag: str) -> Iterator[Crowd]:
    """A registry in which every tag is this kit of another registry."""
    manifest = _fetch(host, f"/v2/{name}/manifests/{tag}")
    config = json.loads(manifest)["config"]["digest"]
    crowd = Crowd(manifest, {config: _fetch(host, f"/v2/{name}/blobs/{config}")})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(crowd))
    crowd.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield crowd
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _fetch(host: str, path: str) -> bytes:
    with urlopen(Request(f"http://{host}{path}", headers={"Accept": MANIFEST}), timeout=20) as answer:
        found: bytes = answer.read()
        return found


def _handler(crowd: Crowd) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            words = parts.path.strip("/").split("/")
            if words == ["v2"]:
                self._send(b"{}")
            elif words == ["v2", "_catalog"]:
                self._page("repositories", REPOSITORIES, parse_qs(parts.query), parts.path)
            elif words[2:] == ["tags", "list"]:
                self._page("tags", TAGS if words[1] == BIG else ["v1"], parse_qs(parts.query), parts.path)
            elif words[2] == "manifests":
                crowd.asked.add(words[3])
                self._send(crowd.manifest, MANIFEST)
            else:
                self._send(crowd.blobs[words[3]], "application/octet-stream")

        do_HEAD = do_GET

        def _page(self, key: str, names: list[str], query: dict[str, list[str]], path: str) -> None:
            count = int(query.get("n", ["1000"])[0])
            last = query.get("last", [""])[0]
            rest = [name for name in names if name > last]
            more = {"Link": f'<{path}?n={count}&last={rest[count - 1]}>; rel="next"'} if len(rest) > count else {}
            self._send(json.dumps({"name": "any", key: rest[:count]}).encode(), "application/json", **more)

        def _send(self, body: bytes, kind: str = "application/json", **headers: str) -> None:
            self.send_response(200)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
