"""Nothing that the panel asks for is read or written outside the server's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.conftest import Ask


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
