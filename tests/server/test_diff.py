"""Two kits against each other as the panel has them: what is inside a file comes when somebody asks for it."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.fakes.registries import Real
from tests.fakes.slow_way import slow_way
from tests.operations.projects import write_files
from tests.server.conftest import Ask

KITFILE = "code: [{path: .}]\nmodel: {path: model.json, parameters: {metrics: {auc: %s}, params: {lr: 0.1}}}\n"
NASTY = "<img src=x onerror=alert(1)>"


def notebook(*sources: str) -> bytes:
    cells = [{"cell_type": "code", "id": f"c{at}", "source": text, "outputs": []} for at, text in enumerate(sources)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def array(size: int) -> bytes:
    """Random bytes as a `.npy`."""
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({size},), }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + os.urandom(size)


@pytest.fixture
def pair(tmp_path: Path, home: Settings) -> tuple[str, str]:
    """Two kits: a notebook, a table, a text and values differ."""
    for version, auc in (("v1", 0.5), ("v2", 0.75)):
        files = {
            "a.ipynb": notebook("x = 1", f"y = '{version} {NASTY}'"),
            "rows.csv": f"a,b\n1,{version}\n".encode(),
            "same.txt": b"same",
            "read.md": f"one\n{version}\nthree\n".encode(),
            "model.json": json.dumps({"depth": 3, "name": version}).encode(),
            f"only-{version}.txt": b"x",
        }
        write_files(tmp_path / version, files)
        at = replace(home, created_epoch_s=1_700_000_000 + int(version[1]))
        kit.pack(tmp_path / version, text=KITFILE % auc, tag=f"app:{version}", settings=at)
    return "app:v1", "app:v2"


async def test_the_whole_has_no_insides_but_metrics_by_value(ask: Ask, pair: tuple[str, str]) -> None:
    shown = await ask("GET", "diff", a=pair[1], b=pair[0], oldest_first="1")
    assert (shown["a"], shown["b"]) == pair
    files = {file["path"]: (file["change"], file["inside"]) for file in shown["files"]}
    assert files == {
        **dict.fromkeys(("a.ipynb", "rows.csv", "read.md", "model.json"), ("changed", None)),
        "only-v1.txt": ("removed", None),
        "only-v2.txt": ("added", None),
    }
    assert shown["parameters"] == [{"name": "metrics.auc", "a": "0.5", "b": "0.75", "difference": 0.25}]
    assert "-      auc: 0.5\n" in shown["kitfile"]


async def test_a_file_is_looked_into_when_it_is_asked_for(ask: Ask, pair: tuple[str, str]) -> None:
    one, two = pair
    text = await ask("GET", "diff/file", a=one, b=two, path="read.md")
    assert text["inside"]["summary"] == "+1 −1 lines"
    assert text["inside"]["folds"][0]["lines"] == ["@@ -1,3 +1,3 @@", " one", "-v1", "+v2", " three"]
    cells = (await ask("GET", "diff/file", a=one, b=two, path="a.ipynb"))["inside"]
    assert cells["folds"][0]["title"].startswith("~ code cell 2: source")
    assert cells["folds"][0]["lines"][-1] == f"+y = 'v2 {NASTY}'"  # as text: the panel makes no markup of it
    table = (await ask("GET", "diff/file", a=one, b=two, path="rows.csv"))["inside"]["folds"][0]
    assert (table["columns"][0], [row[0] for row in table["rows"]]) == ("column", ["~ b"])
    values = (await ask("GET", "diff/file", a=two, b=one, path="model.json"))["inside"]["folds"][0]
    assert values["rows"] == [["name", '"v2"', '"v1"']]
    for path in ("same.txt", "none", "../a", "/etc/passwd"):
        refused = await ask("GET", "diff/file", a=one, b=two, path=path)
        assert refused["status"] in (400, 404), refused


async def test_a_deep_comparison_has_all_insides(ask: Ask, pair: tuple[str, str]) -> None:
    one, two = pair
    shown = await ask("GET", "diff", a=one, b=two, deep="1", id="abc")
    changed = [file for file in shown["files"] if file["change"] == "changed"]
    assert len(changed) == 4 and all(file["inside"] for file in changed)
    assert await ask("GET", "diff/read", id="abc") == {"read_bytes": 0, "is_running": False}


async def test_the_insides_of_many_files_are_sent_as_far_as_they_are_small(
    ask: Ask, tmp_path: Path, home: Settings
) -> None:
    for version in ("v1", "v2"):
        line = f"{version} {'x' * 900}\n".encode()
        write_files(tmp_path / version, {f"{at:02}.txt": line * 400 for at in range(30)})
        kit.pack(tmp_path / version, text="code: [{path: .}]", tag=f"app:{version}", settings=home)
    shown = await ask("GET", "diff", a="app:v1", b="app:v2", deep="1")
    assert {bool(file["inside"]) for file in shown["files"]} == {True, False} and len(shown["files"]) == 30
    assert len(json.dumps(shown)) < 6 << 20
    last = await ask("GET", "diff/file", a="app:v1", b="app:v2", path=shown["files"][-1]["path"])
    assert last["inside"]["folds"][0]["lines"]


async def test_a_folder_of_the_server_is_a_side_and_no_other_folder_is(
    ask: Ask, pair: tuple[str, str], root: Path, tmp_path: Path
) -> None:
    write_files(root / "work", {"Kitfile": (KITFILE % 0.75).encode(), "read.md": b"mine\n", "model.json": b"{}"})
    shown = await ask("GET", "diff", a="./work", b=pair[1])
    assert {file["path"]: file["change"] for file in shown["files"]}["read.md"] == "changed"
    assert shown["a"] == "./work"
    (root / "out").symlink_to(tmp_path)
    for outside in ("/etc", "~", "../x", "./../x", "./out", "./.ssh", str(tmp_path / "v1"), ".\\x"):
        refused = await ask("GET", "diff", a=outside, b=pair[1])
        assert refused["status"] in (400, 404) and "files" not in refused, outside


async def test_a_comparison_says_how_far_it_is_and_ends_with_its_asker(
    ask: Ask,
    named: str,
    plain: Real,
    home: Settings,
    tmp_path: Path,
    jp_base_url: str,
    jp_http_port: int,
    jp_auth_header: dict[str, str],
) -> None:
    other = Settings.load({}, home=tmp_path / "other")
    for version in ("big1", "big2"):
        write_files(tmp_path / version, {"model.npy": array(24 << 20)})
        kit.pack(tmp_path / version, text="model: {path: model.npy}", tag=f"{named}:{version}", settings=other)
        kit.push(f"{named}:{version}", settings=other)
    with slow_way(plain.host, 4 << 20) as way:
        (home.home / "registries.json").write_text(json.dumps({"corp": {"url": f"http://{way.address}"}}))
        query = f"a={named}:big1&b={named}:big2&deep=1&id=abc"
        path = f"{jp_base_url}kitops/api/diff?{query}"
        reader, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
        headers = f"Host: 127.0.0.1\r\nAuthorization: {jp_auth_header['Authorization']}"
        writer.write(f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        seen = {"read_bytes": 0, "is_running": False}
        for _ in range(200):
            seen = await ask("GET", "diff/read", id="abc")
            if seen["read_bytes"]:
                break
            await asyncio.sleep(0.05)
        assert seen["is_running"] and 0 < seen["read_bytes"] < 48 << 20
        writer.close()
        await writer.wait_closed()
        assert await reader.read() == b""
        began_s = time.monotonic()
        while (await ask("GET", "diff/read", id="abc"))["is_running"]:
            assert time.monotonic() - began_s < 3
            await asyncio.sleep(0.05)
