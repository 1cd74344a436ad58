"""Whatever is sent to whatever route is answered at once with a typed refusal; of it, nothing is in the log."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from kitops_jupyter.server import bodies
from kitops_jupyter.server.routes import ROUTES
from kitops_jupyter.settings import Settings
from tests.server.conftest import Ask, signed_in

CANARY = "hunter2"
DEEP = "[" * 100_000
VERBS = [(route.method, route.path.replace("{id}", "abc")) for route in ROUTES]
POSTS = [path for method, path in VERBS if method == "POST"]
BODIES: dict[str, Any] = {
    "registries": {"name": "a", "url": ""},
    "summaries": {"references": ["a:b"]},
    "check/registry": {"name": "a", "url": ""},
    "check/pull": {"reference": "a:b", "directory": "x", "filters": ["model"]},
    "check/pack": {"directory": "x", "notebook": "a.ipynb", "kitfile": ""},
    "jobs": {"kind": "pull", "reference": "a:b", "directory": "x", "filters": ["model"]},
    "login": {"registry": "no/registry", "username": "u", "password": "p"},
    "logout": {"registry": "corp"},
    "tag": {"source": "a:b", "target": "a:c"},
    "promote": {"reference": "a:b", "to": "champion"},
    "remove": {"references": ["a:b"]},
    "validate": {"text": ""},
    "disk": {"untagged": "", "cache": False},
    "limits": {"transfers_at_once": 1},
}
JOBS: list[dict[str, Any]] = [
    {"kind": "push", "reference": "a:b", "destination": "c:d"},
    {"kind": "unpack", "reference": "a:b", "directory": "d"},
    {"kind": "copy", "source": "a:b", "destination": "oci:c:d"},
    {"kind": "index", "reference": "a:b"},
    {"kind": "pack", "directory": "", "reference": "a:b", "notebook": "n.ipynb"},
]
RAW = {
    "no JSON": b"{",
    "not UTF-8": b'{"reference": "\xff"}',
    "deep": f'{{"reference": {DEEP}'.encode(),
    "deep and whole": f'{{"reference": {DEEP}{"]" * 100_000}}}'.encode(),
    "NaN": b'{"reference": NaN}',
    "a number without end": b'{"reference": ' + b"1" * 10_000 + b"}",
    "10 MB": b'{"reference": "' + b"a" * (10 << 20) + b'"}',
    "a list": b"[]",
    "null": b"null",
    "a key twice": b'{"kind": "pull", "kind": {"a": 1}}',
}
ODD = {
    "NUL": "a\0b",
    "a surrogate": "\ud800",
    "escapes": "\x1b[31m\u202e",
    "climbs": "../../etc/passwd",
    "absolute": "/etc/passwd",
    "a drive": "C:\\x",
    "a link out": "out/x",
    "a pipe": "pipe",
    "folder of a pipe": "pipe/x",
    "a long name": "a" * 5000,
    "long": "a/" * 5000,
    "tilde": "~nobody/x",
    "format": "%s %n {0} {self}",
    "markup": "<img src=x onerror=alert(1)>",
    "a number": 7,
    "nothing": None,
    "a list": [["a"]],
    "an object": {"a": {}},
    "a truth": True,
}
SECRETS = [
    f"https://ada:{CANARY}@h.example/t/k:v1",
    f"ada:{CANARY}@h.example/t/k:v1",
    f"ada:{CANARY}@127.0.0.1:1",
    f"https://{CANARY}@h.example",
    f"http://h.example\\@ada:{CANARY}@h.example/x",
    f"h.example/ada:{CANARY}@h2.example/x:y",
]


@pytest.fixture
def log(jp_serverapp: Any) -> Any:
    """What the server writes to its log while the test runs."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    keep = Keep(logging.DEBUG)
    loggers = [jp_serverapp.log, *map(logging.getLogger, ("tornado.access", "tornado.application", "tornado.general"))]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(keep)
        logger.setLevel(logging.DEBUG)
    yield lines
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(keep)
        logger.setLevel(level)


@pytest.fixture
def send(http_server_client: Any, jp_base_url: str, jp_auth_header: dict[str, str], log: list[str]) -> Any:
    async def sent(method: str, route: str, data: bytes | None = None, query: str = "") -> tuple[int, Any]:
        answer = await http_server_client.fetch(
            f"{jp_base_url}kitops/api/{route}{query}",
            method=method,
            body=data,
            headers=jp_auth_header,
            request_timeout=15,
            allow_nonstandard_methods=True,
            raise_error=False,
        )
        assert not [line for line in log if "Traceback" in line], log
        return answer.code, json.loads(answer.body) if answer.body else None

    return sent


def assert_refused(code: int, answer: Any) -> None:
    assert 400 <= code < 500 or code in (502, 504), (code, answer)
    assert set(answer) == {"code", "message", "hint", "details"} and answer["code"] != "internal", answer


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW.keys())
async def test_a_body_that_is_none_is_refused_by_every_route(send: Any, home: Settings, raw: bytes) -> None:
    for route in POSTS:
        code, answer = await send("POST", route, raw)
        assert_refused(code, answer)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
async def test_every_field_of_every_body_may_be_anything(send: Any, home: Settings, root: Path, odd: object) -> None:
    (root / "out").symlink_to("/etc")
    if sys.platform != "win32":
        os.mkfifo(root / "pipe")
    cases = [*BODIES.items(), *(("jobs", job) for job in JOBS)]
    for route, good in cases:
        for name, value in good.items():
            for put in (odd, [odd]) if isinstance(value, list) else (odd,):
                code, answer = await send("POST", route, json.dumps({**good, name: put}).encode())
                if code >= 300:
                    assert_refused(code, answer)


def queries() -> list[tuple[str, str, dict[str, str]]]:
    return [
        ("DELETE", "registries", {"name": "a"}),
        ("GET", "repositories", {"registry": "no/registry", "after": "", "limit": "1"}),
        ("GET", "tags", {"repository": "a", "after": "", "limit": "1"}),
        ("GET", "search", {"registry": "no/registry", "text": "a", "after": "", "limit": "1"}),
        ("GET", "kit", {"reference": "a:b", "remote": "0"}),
        ("GET", "files", {"reference": "a:b", "key": "model:0", "folder": "", "after": "", "limit": "1"}),
        ("GET", "files/found", {"reference": "a:b", "text": "x", "start": "0", "limit": "1"}),
        ("GET", "notebook", {"reference": "a:b", "key": "model:0", "path": "a.ipynb"}),
        ("GET", "preview", {"reference": "a:b", "key": "model:0", "path": "a.txt"}),
        ("GET", "readme", {"reference": "a:b"}),
        ("GET", "snapshot", {"path": "a.ipynb"}),
        ("GET", "diff", {"a": "a:b", "b": "c:d", "deep": "0", "id": "1"}),
        ("GET", "diff/file", {"a": "a:b", "b": "c:d", "path": "a.txt", "deep": "0", "id": "1"}),
        ("GET", "diff/read", {"id": "1"}),
        ("GET", "compare", {"repository": "a", "after": "", "limit": "1"}),
        ("GET", "compare/series", {"repository": "a", "digests": f"sha256:{'0' * 64}"}),
        ("GET", "history", {"repository": "a"}),
        ("GET", "promotion", {"reference": "a:b", "to": "champion", "undo": "0"}),
        ("GET", "jobs", {"since": "0", "epoch": ""}),
        ("GET", "disk", {}),
    ]


TEXTS = [quote(text, safe="", errors="surrogatepass") for text in ODD.values() if isinstance(text, str)]


@pytest.mark.parametrize("text", ["%ff", "", "1" * 400, *TEXTS])
async def test_every_argument_of_every_query_may_be_anything(send: Any, home: Settings, text: str) -> None:
    for method, route, good in queries():
        for name in good:
            parts = [f"{key}={text if key == name else quote(value)}" for key, value in good.items()]
            code, answer = await send(method, route, query=f"?{'&'.join(parts)}&no_track_activity=%ff")
            if code >= 300:
                assert_refused(code, answer)


@pytest.mark.parametrize("secret", SECRETS)
async def test_a_password_in_any_field_is_refused_and_repeated_nowhere(
    send: Any, ask: Ask, home: Settings, log: list[str], jp_serverapp: Any, secret: str
) -> None:
    told = []
    jp_serverapp.event_logger.add_listener(
        schema_id="https://kitops-jupyter.dev/events/job", listener=lambda logger, schema_id, data: told.append(data)
    )
    free = {"kitfile", "text", "username", "password", "transfers_at_once", "kind", "cache"}
    for route, good in [*BODIES.items(), *(("jobs", job) for job in JOBS)]:
        for name in set(good) - free:
            put: object = [secret] if isinstance(good[name], list) else secret
            code, answer = await send("POST", route, json.dumps({**good, name: put}).encode())
            assert CANARY not in json.dumps(answer)
            if route != "summaries":
                assert (code, answer["code"]) == (400, "invalid_reference"), (route, name, answer)
    for method, route, good in queries():
        for name in set(good) & {"registry", "repository", "reference", "a", "b", "name"}:
            parts = [f"{key}={quote(secret if key == name else value, safe='')}" for key, value in good.items()]
            code, answer = await send(method, route, query=f"?{'&'.join(parts)}")
            assert (code, answer["code"]) == (400, "invalid_reference"), (route, name, answer)
            assert CANARY not in json.dumps(answer)
    code, answer = await send("GET", "nowhere", query=f"?reference={quote(secret, safe='')}")
    assert (code, answer["code"]) == (404, "not_found")
    for text in (json.dumps(await ask("GET", "jobs")), json.dumps(await ask("GET", "status")), "\n".join(log)):
        assert CANARY not in text
    assert CANARY not in repr(told)
    for path in home.home.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


async def test_one_kit_that_cannot_be_named_hides_no_other(ask: Ask, home: Settings) -> None:
    asked = ["A B:c", f"ada:{CANARY}@h/x:y", "\ud800", "a:b", "x:", ""]
    rows = await ask("POST", "summaries", {"references": asked})
    assert len(rows) == len(asked)
    assert all(row["error"]["message"] for row in rows)
    assert rows[3]["reference"] == "a:b"
    assert CANARY not in json.dumps(rows)


def test_every_route_with_a_body_is_tried() -> None:
    bodiless = {"jobs/abc/retry"}
    assert set(POSTS) - bodiless == set(BODIES)
    assert {body["kind"] for body in [BODIES["jobs"], *JOBS]} == set(bodies.JOBS)
    assert {route for _, route, _ in queries()} | {"status", "local", "jobs/abc"} == {
        route for method, route in VERBS if method != "POST"
    }


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
async def test_a_reading_for_a_page_of_another_site_is_refused(
    headers: dict[str, str], http_server_client: Any, jp_base_url: str, jp_serverapp: Any, home: Settings
) -> None:
    """Such a request has the browser's cookies and no Origin; it would have the server ask any host."""
    cookie = await signed_in(http_server_client, jp_base_url, jp_serverapp)
    site = {"Host": f"127.0.0.1:{jp_serverapp.port}", "Cookie": cookie}
    for more, expected in ((headers, 403), ({"Sec-Fetch-Site": "same-origin"}, 200), ({}, 200)):
        answer = await http_server_client.fetch(
            f"{jp_base_url}kitops/api/local", headers={**site, **more}, raise_error=False, follow_redirects=False
        )
        assert answer.code == expected


async def test_the_panel_under_a_hub_has_a_cookie_its_pages_token_and_a_body_of_any_type(
    http_server_client: Any, jp_base_url: str, jp_serverapp: Any, home: Settings
) -> None:
    """JupyterLab sends the body as text/plain there, as browsers do with a text."""
    cookie = await signed_in(http_server_client, jp_base_url, jp_serverapp)
    address = f"127.0.0.1:{jp_serverapp.port}"
    token = "ab" * 16  # in a cookie, and again in a header: only a page of this server can do the second
    site = {"Host": address, "Origin": f"http://{address}", "Sec-Fetch-Site": "same-origin"}
    for headers, expected in (({"X-XSRFToken": token}, 200), ({}, 403)):
        answer = await http_server_client.fetch(
            f"{jp_base_url}kitops/api/validate",
            method="POST",
            body=json.dumps({"text": ""}),
            headers={
                **site,
                **headers,
                "Cookie": f"{cookie}; _xsrf={token}",
                "Content-Type": "text/plain;charset=UTF-8",
            },
            raise_error=False,
        )
        assert answer.code == expected, answer.body
