"""What the panel changes at once: tags, promotions, removals, sign-ins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.fakes.registries import Real
from tests.operations.projects import make_project
from tests.server.conftest import Ask


async def test_a_promotion_and_its_undo_say_what_moves_before_they_do(ask: Ask, packed: str, root: Path) -> None:
    await ask("POST", "tag", {"source": packed, "target": "churn:champion"})
    kit.pack(
        make_project(root / "other"), text="code: [{path: train.ipynb}]", tag="churn:v2", message="no leak\n\nat last"
    )

    async def undoable() -> list[str]:
        return [row["tag"] for row in await ask("GET", "history", repository="churn") if row["can_undo"]]

    async def digests() -> dict[str, str]:
        return {row["tag"]: row["digest"] for row in await ask("GET", "history", repository="churn")}

    before = await digests()
    asked = {"reference": "churn:v2", "to": "champion"}
    plan = await ask("GET", "promotion", **asked)
    assert plan["moves"] == [
        {"tag": "rollback", "before": "", "after": before["v1"], "message": ""},
        {"tag": "champion", "before": before["v1"], "after": before["v2"], "message": "no leak\n\nat last"},
    ]
    assert await undoable() == [] and await digests() == before
    await ask("POST", "promote", asked)
    assert await undoable() == ["champion"]
    undo = await ask("GET", "promotion", **asked, undo="true")
    assert [(move["tag"], move["after"]) for move in undo["moves"]] == [("champion", before["v1"]), ("rollback", "")]
    assert undo["command"]["words"] == ["promote", "churn:v2", "--to", "champion", "--undo"]
    await ask("POST", "promote", {**asked, "undo": True})
    assert await digests() == before and await undoable() == []
    assert (await ask("GET", "promotion", **asked, undo="true"))["code"] == "not_found"


async def test_an_undo_is_not_offered_for_a_tag_that_was_moved_since(ask: Ask, packed: str, root: Path) -> None:
    kit.pack(make_project(root / "other"), text="code: [{path: train.ipynb}]", tag="churn:v2")
    await ask("POST", "promote", {"reference": packed, "to": "tuned"})
    await ask("POST", "tag", {"source": "churn:v2", "target": "churn:tuned"})
    assert not any(row["can_undo"] for row in await ask("GET", "history", repository="churn"))
    plan = await ask("GET", "promotion", reference=packed, to="tuned", undo="true")
    assert plan["moves"] == [] and [each["tag"] for each in plan["kept"]] == ["tuned"]


async def test_what_goes_with_a_kit_is_said_before_it_goes(ask: Ask, named: str, home: Settings, packed: str) -> None:
    for source, target in ((packed, "churn:also"), (f"{named}:v1", f"{named}:champion")):
        await ask("POST", "tag", {"source": source, "target": target})
    assert sorted((await ask("GET", "kit", reference=packed))["tags"]) == ["also", "v1"]
    look = {"references": [packed], "dry_run": True}
    one = await ask("POST", "remove", look)
    assert (one["references"], one["freed_bytes"]) == (["churn:v1"], 0)  # the other tag keeps the bytes
    every = await ask("POST", "remove", {**look, "force": True})
    done = await ask("POST", "remove", {"references": [packed], "force": True})
    assert sorted(every["references"]) == sorted(done["references"]) == ["churn:also", "churn:v1"]
    assert 0 < every["freed_bytes"] <= done["freed_bytes"]
    look = {"references": [f"{named}:v1"], "dry_run": True, "remote": True}
    assert (await ask("POST", "remove", look))["references"] == [f"{named}:v1"]
    every = await ask("POST", "remove", {**look, "force": True})
    assert every["references"] == [f"{named}:v1", f"{named}:champion"]
    gone = await ask("POST", "remove", {"references": [f"{named}:nothing"], "dry_run": True, "remote": True})
    assert gone["code"] == "not_found"


async def test_a_sign_in_is_tried_and_its_secret_comes_never_back(
    ask: Ask,
    with_users: Real,
    home: Settings,
    jp_serverapp: Any,
) -> None:
    form = {"registry": with_users.host, "username": "user", "password": "wrong", "plain_http": True}
    refused = await ask("POST", "login", form)
    assert (refused["status"], refused["code"]) == (502, "unauthorized")
    row = await ask("POST", "login", {**form, "password": "hunter2"})
    assert (row["signed_in_as"], row["plain_http"]) == ("user", True)
    status = await ask("GET", "status")
    assert "hunter2" not in json.dumps([row, status, refused])
    assert [entry["signed_in_as"] for entry in status["registries"]] == ["user"]
    await ask("POST", "logout", {"registry": with_users.host})
    assert [entry["signed_in_as"] for entry in (await ask("GET", "status"))["registries"]] == [""]
