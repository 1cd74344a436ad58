"""The panel's REST: what it shows, what it starts, and whom it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.server import bodies, typescript
from kitops_jupyter.server.routes import ROUTES
from kitops_jupyter.server.schemas import schema
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.registries import Real
from tests.operations.projects import FILES, files_in, make_project
from tests.server.conftest import Ask

HTTP = Connection(plain_http=True)
VERBS = [(route.method, route.path.replace("{id}", "abc")) for route in ROUTES]


@pytest.fixture
def packed(root: Path, home: Settings) -> str:
    kit.pack(make_project(root / "project"), tag="churn:v1", settings=home)
    return "churn:v1"


@pytest.fixture
def named(plain: Real, home: Settings, tmp_path: Path, repository_name: str) -> str:
    """A repository in a registry that has a name here, with one kit in it that is not here."""
    home.home.mkdir(parents=True, exist_ok=True)
    (home.home / "registries.json").write_text(json.dumps({"corp": {"url": f"http://{plain.host}"}}))
    repository = f"corp/{repository_name}/churn"
    other = Settings.load({}, home=tmp_path / "other")
    (other.home).mkdir()
    (other.home / "registries.json").write_bytes((home.home / "registries.json").read_bytes())
    other = Settings.load({}, home=tmp_path / "other")
    kit.pack(make_project(tmp_path / "elsewhere"), tag=f"{repository}:v1", settings=other)
    kit.push(f"{repository}:v1", settings=other)
    return repository


def test_wire_ts_is_what_the_dataclasses_say() -> None:
    committed = Path(__file__).parents[2] / "labextension" / "src" / "wire.ts"
    assert committed.read_text("utf-8") == typescript.generate()


async def test_the_local_store_and_a_kit_in_it(ask: Ask, packed: str) -> None:
    status = await ask("GET", "status")
    assert status["version"] == kit.__version__ and status["registries"] == []
    listed = await ask("GET", "local")
    (repository,) = listed["repositories"]
    assert [tag["reference"] for tag in repository["tags"]] == [packed]
    assert listed["stamp"] and listed["size_bytes"] == repository["tags"][0]["size_bytes"]
    shown = await ask("GET", "kit", reference=packed)
    assert [(layer["key"], layer["path"], layer["filter"]) for layer in shown["layers"]][:2] == [
        ("model:0", "model/forest.bin", "model:model/forest.bin"),
        ("code:0", "train.ipynb", "code:train.ipynb"),
    ]
    assert shown["is_local"] and "name: churn" in shown["kitfile_yaml"]


async def test_a_kit_in_a_registry_is_looked_into_without_pulling(ask: Ask, named: str, home: Settings) -> None:
    assert named in [f"corp/{name}" for name in (await ask("GET", "repositories", registry="corp"))["items"]]
    assert (await ask("GET", "tags", repository=named))["items"] == ["v1"]
    (summary,) = await ask("POST", "summaries", {"references": [f"{named}:v1"]})
    assert (summary["kit_name"], summary["is_local"], summary["error"]) == ("churn", False, None)
    shown = await ask("GET", "kit", reference=f"{named}:v1")
    key = next(layer["key"] for layer in shown["layers"] if layer["name"] == "training")
    page = await ask("GET", "files", reference=f"{named}:v1", key=key)
    assert [(row["name"], row["is_dir"], row["files"]) for row in page["items"]] == [("data", True, 2)]
    page = await ask("GET", "files", reference=f"{named}:v1", key=key, folder="data/training", limit="1")
    assert [row["name"] for row in page["items"]] == ["part-1.csv"] and page["is_verified"]
    page = await ask("GET", "files", reference=f"{named}:v1", key=key, folder="data/training", after=page["next"])
    assert [row["path"] for row in page["items"]] == ["data/training/part-2.csv"] and page["next"] == ""
    found = await ask("GET", "notebook", reference=f"{named}:v1", key="code:0", path="train.ipynb")
    assert found["notebook"] == {"cells": []} and found["is_verified"]
    assert [row["tag"] for row in await ask("GET", "history", repository=named)] == ["v1"]
    assert not (home.storage / "blobs").exists()


async def test_a_pull_of_one_file_is_checked_and_done(ask: Ask, ended: Ask, named: str, root: Path) -> None:
    asked = {"reference": f"{named}:v1", "filters": ["dataset:data/training/part-2.csv"], "directory": "into"}
    checked = await ask("POST", "check/pull", asked)
    name = "data/training/part-2.csv"
    assert (checked["moved_bytes"], checked["files"], checked["conflicts"]) == (len(FILES[name]), 1, [])
    words = ["pull", f"{named}:v1", "--filter", "dataset:data/training/part-2.csv", "-d", "into"]
    assert checked["command"] == {"words": words, "paths": [5]}
    started = await ask("POST", "jobs", {"kind": "pull", **asked})
    job = await ended(started["id"])
    assert (job["state"], job["result"]["files"], job["result"]["directory"]) == ("done", 1, "into"), job["error"]
    assert files_in(root / "into") == {name: FILES[name]}
    checked = await ask("POST", "check/pull", asked)
    (conflict,) = checked["conflicts"]
    assert (conflict["path"], checked["conflict_count"]) == (name, 1)
    assert checked["keep_command"] == {"words": [*words, "--ignore-existing"], "paths": [5]}
    assert checked["overwrite_command"]["words"] == [*words, "--overwrite"]
    assert checked["beside"] == "into/churn-v1" and checked["beside_command"]["words"][-1] == "into/churn-v1"
    job = await ended((await ask("POST", "jobs", {"kind": "pull", **asked}))["id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "conflict")
    job = await ended((await ask("POST", "jobs", {"kind": "pull", **asked, "directory": checked["beside"]}))["id"])
    assert job["result"]["directory"] == "into/churn-v1"
    assert str(root) not in job["result"]["text"] and " into/churn-v1" in job["result"]["text"]
    await ask("DELETE", f"jobs/{job['id']}")
    assert job["id"] not in [each["id"] for each in (await ask("GET", "jobs"))["jobs"]]


async def test_a_local_kit_is_pulled_into_a_folder_and_no_registry_is_asked(
    ask: Ask, ended: Ask, packed: str, root: Path
) -> None:
    for name in (packed, "team/churn:v1"):
        await ask("POST", "tag", {"source": packed, "target": name})
        job = await ended((await ask("POST", "jobs", {"kind": "pull", "reference": name, "directory": "into"}))["id"])
        assert (job["state"], job["result"] and job["result"]["directory"]) == ("done", "into"), job["error"]
        assert files_in(root / "into")["train.ipynb"] == FILES["train.ipynb"]
        shutil.rmtree(root / "into")


async def test_a_folder_is_packed_pushed_promoted_compared_and_removed(
    ask: Ask, ended: Ask, named: str, root: Path
) -> None:
    make_project(root / "project", kitfile=None)
    checked = await ask("POST", "check/pack", {"directory": "project"})
    assert checked["is_proposed"] and {layer["path"] for layer in checked["layers"]} >= {"train.ipynb"}
    wrong = await ask("POST", "check/pack", {"directory": "project", "kitfile": "nonsense: [1]\n"})
    assert wrong["problems"] and wrong["problems"][0]["message"]
    request = {"kind": "pack", "directory": "project", "reference": f"{named}:v2", "push": True}
    job = await ended((await ask("POST", "jobs", request))["id"])
    assert job["state"] == "done", job["error"]
    assert sorted((await ask("GET", "tags", repository=named))["items"]) == ["v1", "v2"]
    done = await ask("POST", "promote", {"reference": f"{named}:v2", "to": "champion"})
    assert done["command"] == {"words": ["promote", f"{named}:v2", "--to", "champion"], "paths": []}
    assert "champion" in (await ask("GET", "tags", repository=named))["items"]
    compared = await ask("GET", "diff", a=f"{named}:v1", b=f"{named}:v2")
    assert compared["kitfile"] and {row["change"] for row in compared["layers"]} >= {"same"}
    freed = await ask("POST", "remove", {"references": [f"{named}:v2"], "dry_run": True})
    removed = await ask("POST", "remove", {"references": [f"{named}:v2"]})
    assert removed["references"] == [f"{named}:v2"]
    assert 0 < freed["freed_bytes"] <= removed["freed_bytes"]


async def test_a_promotion_and_its_undo_say_what_moves_before_they_do(ask: Ask, packed: str, root: Path) -> None:
    await ask("POST", "tag", {"source": packed, "target": "churn:champion"})
    kit.pack(make_project(root / "other"), text="code: [{path: train.ipynb}]", tag="churn:v2")

    async def undoable() -> list[str]:
        return [row["tag"] for row in await ask("GET", "history", repository="churn") if row["can_undo"]]

    async def digests() -> dict[str, str]:
        return {row["tag"]: row["digest"] for row in await ask("GET", "history", repository="churn")}

    before = await digests()
    asked = {"reference": "churn:v2", "to": "champion"}
    plan = await ask("GET", "promotion", **asked)
    assert plan["moves"] == [
        {"tag": "rollback", "before": "", "after": before["v1"]},
        {"tag": "champion", "before": before["v1"], "after": before["v2"]},
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


async def test_a_tag_says_how_much_of_it_is_here(ask: Ask, named: str, home: Settings, root: Path) -> None:
    asked = {"references": [f"{named}:v1"]}
    (before,) = await ask("POST", "summaries", asked)
    assert (before["layers_here"], before["layers"]) == (0, 6)
    kit.pack(root / ".." / "elsewhere", tag="mine:v1", settings=home)  # the same files, another name
    (after,) = await ask("POST", "summaries", asked)
    assert (after["layers_here"], after["layers"], after["is_local"]) == (6, 6, False)


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


@pytest.mark.parametrize("path", ["../x", "/etc", "a/../../x", ".hidden", "C:/x", "a\\b", "link/x"])
async def test_a_path_that_leads_out_is_refused(ask: Ask, packed: str, root: Path, path: str) -> None:
    (root / "link").symlink_to("/tmp")
    request = {"kind": "pull", "reference": packed, "directory": path}
    assert (await ask("POST", "jobs", request))["code"] == "path_invalid"
    assert (await ask("POST", "check/pack", {"directory": path}))["code"] == "path_invalid"
    packing = {"kind": "pack", "directory": path, "reference": "a:b"}
    assert (await ask("POST", "jobs", packing))["code"] == "path_invalid"


@pytest.mark.parametrize(
    "side",
    [
        "oci:/tmp/x",
        "oci:../x:tag",
        "oci:~/x",
        "/tmp/x.tar",
        "../x.tar:tag",
        "/tmp/x.tar:v1",
        "oci-archive:/tmp/x",
        "oci:.hidden",
        "link/x.tar",
        f"../x.tar@sha256:{'0' * 64}",
    ],
)
async def test_a_copy_stays_below_the_servers_folder(ask: Ask, packed: str, root: Path, side: str) -> None:
    (root / "link").symlink_to("/tmp")
    for ends in ({"source": packed, "destination": side}, {"source": side, "destination": "a/b:c"}):
        assert (await ask("POST", "jobs", {"kind": "copy", **ends}))["code"] == "path_invalid"


async def test_a_kit_is_copied_into_a_layout_below_the_servers_folder(
    ask: Ask, ended: Ask, packed: str, root: Path
) -> None:
    started = await ask("POST", "jobs", {"kind": "copy", "source": packed, "destination": "oci:layout:v1"})
    assert (await ended(started["id"]))["state"] == "done"
    assert (root / "layout" / "index.json").exists()


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
    cookie = await _signed_in(http_server_client, jp_base_url, jp_serverapp)
    site = {"Host": f"127.0.0.1:{jp_serverapp.port}", "Cookie": cookie}
    assert await status(**site, Origin="http://evil.example", Sec_Fetch_Site="cross-site") in (403, 404)
    if method != "GET":
        assert await status(**site) == 403  # without the page's token


async def _signed_in(client: Any, base_url: str, server: Any) -> str:
    """The cookies of a browser that is signed in."""
    answer = await client.fetch(
        f"{base_url}tree?token={server.identity_provider.token}", raise_error=False, follow_redirects=False
    )
    cookies = [value.partition(";")[0] for value in answer.headers.get_list("Set-Cookie")]
    assert any(cookie.startswith("username-") for cookie in cookies), answer.headers
    return "; ".join(cookies)


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


async def test_layers_are_left_out_of_a_kitfile_and_its_comments_stay(ask: Ask, root: Path) -> None:
    (root / "project").mkdir()
    for name in ("a.csv", "b.csv", "c.csv", "d.md"):
        (root / "project" / name).write_text("x")
    text = "# mine\ndatasets:\n- path: a.csv\n- {path: b.csv, description: &b x}\n# why\n- path: c.csv\n"
    text += "docs: [{path: d.md, description: *b}]\n"
    checked = await ask("POST", "check/pack", {"directory": "project", "kitfile": text})
    assert [layer["key"] for layer in checked["layers"]] == ["dataset:0", "dataset:1", "dataset:2", "docs:0"]
    dropped = ["dataset:0", "dataset:1", "dataset:2"]
    less = await ask("POST", "check/pack", {"directory": "project", "kitfile": text, "dropped": dropped})
    assert less["kitfile"] == text.replace("- path: a.csv\n", "").replace("- path: c.csv\n", "")
    assert less["kept"] == ["dataset:1"] and [layer["key"] for layer in less["layers"]] == ["dataset:0", "docs:0"]
    for wrong in ("dataset", "dataset:x", "nothing:0", ":"):
        body = {"directory": "project", "kitfile": text, "dropped": [wrong]}
        assert (await ask("POST", "check/pack", body, status=400))["code"] == "usage"


async def test_links_are_followed_when_asked_and_never_out_of_the_servers_folder(ask: Ask, root: Path) -> None:
    (root / "project").mkdir()
    (root / "rows.csv").write_text("a,b")
    (root / "project/rows.csv").symlink_to("../rows.csv")
    text = "manifestVersion: 1.0.0\ndatasets: [{name: d, path: rows.csv}]\n"
    asked = {"directory": "project", "kitfile": text, "follow_links": True}
    checked = await ask("POST", "check/pack", asked)
    assert [layer["files"] for layer in checked["layers"]] == [1]
    (root / "project/rows.csv").unlink()
    (root / "project/rows.csv").symlink_to("/etc/passwd")
    refused = await ask("POST", "check/pack", asked, status=422)
    assert "points outside" in refused["message"]
