"""The panel's REST: what it takes, and whom it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.server import bodies, kitfile_fields, typescript
from kitops_jupyter.server.routes import ROUTES
from kitops_jupyter.server.schemas import schema
from tests.server.conftest import Ask, signed_in

VERBS = [(route.method, route.path.replace("{id}", "abc")) for route in ROUTES]


def test_wire_ts_is_what_the_dataclasses_say() -> None:
    committed = Path(__file__).parents[2] / "labextension" / "src" / "wire.ts"
    assert committed.read_text("utf-8") == typescript.generate()


def test_the_editor_knows_the_fields_that_the_reader_knows() -> None:
    committed = Path(__file__).parents[2] / "labextension" / "src" / "components" / "kitfile" / "fields.ts"
    assert committed.read_text("utf-8") == kitfile_fields.generate()


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "pull"},
        {"kind": "erase", "reference": "a:b"},
        {"kind": "pull", "reference": "a:b", "extra": 1},
        {"kind": "pull", "reference": ["a"]},
        {"kind": "pull", "reference": "a:b", "on_conflict": "burn"},
        [],
        "x",
    ],
)
async def test_a_body_that_is_not_what_was_agreed_is_refused(ask: Ask, body: object) -> None:
    answer = await ask("POST", "jobs", body)
    assert (answer["status"], answer["code"]) == (422, "usage")


def test_every_question_has_a_schema_that_refuses_unknown_fields() -> None:
    for kind in (*(route.asks for route in ROUTES if isinstance(route.asks, type)), *bodies.JOBS.values()):
        assert schema(kind)["additionalProperties"] is False


@pytest.mark.parametrize(("method", "path"), VERBS)
async def test_every_route_refuses_strangers_and_other_sites(
    method: str, path: str, http_server_client: Any, jp_base_url: str, jp_serverapp: Any
) -> None:
    url = f"{jp_base_url}kitops/api/{path}"
    body = "{}" if method == "POST" else None

    async def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await http_server_client.fetch(
            url, method=method, body=body, headers=named, raise_error=False, follow_redirects=False
        )
        return int(answer.code)

    assert await status() in (302, 401, 403)
    assert await status(Authorization="token wrong") in (302, 401, 403)
    cookie = await signed_in(http_server_client, jp_base_url, jp_serverapp)
    site = {"Host": f"127.0.0.1:{jp_serverapp.port}", "Cookie": cookie}
    assert await status(**site, Origin="http://evil.example", Sec_Fetch_Site="cross-site") in (403, 404)
    if method != "GET":
        assert await status(**site) == 403  # without the page's token


@pytest.mark.parametrize(("method", "path"), VERBS)
async def test_every_route_asks_the_authorizer(
    method: str, path: str, ask: Ask, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def is_authorized(handler: object, user: object, action: str, resource: str) -> bool:
        asked.append((action, resource))
        return False

    monkeypatch.setattr(jp_serverapp.authorizer, "is_authorized", is_authorized)
    answer = await ask(method, path, {} if method == "POST" else None)
    assert answer["status"] == 403
    assert asked == [("read" if method == "GET" else "write", "kitops")]
