"""The README of a kit and its other files, to look at without pulling: hostile bytes stay data."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.server.views.reading import PICTURE_LIMIT_BYTES, TEXT_LIMIT_BYTES
from kitops_jupyter.settings import Settings
from tests.fakes.registries import Real
from tests.operations.projects import write_files
from tests.server.conftest import Ask

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
FILES = {
    "all/README.md": b"# All of it <script>alert(1)</script>",
    "all/deep/README.md": b"deep",
    "all/a.csv": b'x,y\n1,"two, three"\n',
    "all/long.csv": b"x,y\n" + b"12,34\n" * 100_000,
    "all/exact.csv": b"1\n" * 200,
    "all/wide.csv": b"1," * 50 + b"2\n",
    "all/german.csv": b"x;y\n1,5;2\n",
    "all/long.txt": "é".encode() * TEXT_LIMIT_BYTES,
    "all/lines.txt": b"1\n" * 5001,
    "all/odd.txt": b"\xff\xfe\x80",
    "all/nul.py": b"a\0b",
    "all/p.png": PNG,
    "all/false.png": b"<svg onload=alert(1)>",
    "all/large.png": PNG + b"\0" * PICTURE_LIMIT_BYTES,
    "all/empty": b"",
    "model.bin": b"1",
    "data.csv": b"1",
}
KITFILE = """
package: {name: all}
model: {name: forest, path: model.bin, framework: sklearn, version: 1.0, parameters: {fit: {depth: 3, names: [a, b]}}}
datasets: [{name: rows, path: data.csv, description: two columns, license: MIT}]
code: [{path: all}]
"""


def naming_corp(folder: Path, plain: Real) -> Settings:
    """Settings of this home, to which the registry is `corp`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "registries.json").write_text(json.dumps({"corp": {"url": f"http://{plain.host}"}}))
    return Settings.load({}, home=folder)


@pytest.fixture(params=["here", "in a registry"])
def packed(request: Any, root: Path, home: Settings, plain: Real, repository_name: str, tmp_path: Path) -> str:
    """The kit, in the local store or in a registry only."""
    write_files(root, FILES)
    if request.param == "here":
        kit.pack(root, text=KITFILE, tag="all:v1", settings=home)
        return "all:v1"
    naming_corp(home.home, plain)
    reference, settings = f"corp/{repository_name}/all:v1", naming_corp(tmp_path / "other", plain)
    kit.pack(root, text=KITFILE, tag=reference, settings=settings)
    kit.push(reference, settings=settings)
    return reference


async def test_a_file_is_shown_as_what_its_bytes_are(ask: Ask, packed: str) -> None:
    async def look(path: str) -> Any:
        return await ask("GET", "preview", reference=packed, key="code:0", path=path)

    table = await look("all/a.csv")
    assert (table["kind"], table["rows"], table["is_whole"]) == ("table", [["x", "y"], ["1", "two, three"]], True)
    table = await look("all/long.csv")
    assert (len(table["rows"]), table["rows"][-1], table["is_whole"]) == (200, ["12", "34"], False)
    assert (await look("all/exact.csv"))["is_whole"]
    assert not (await look("all/wide.csv"))["is_whole"]
    assert (await look("all/german.csv"))["rows"] == [["x", "y"], ["1,5", "2"]]
    text = await look("all/lines.txt")
    assert text["text"].count("1") == 5000 and not text["is_whole"]
    text = await look("all/long.txt")
    assert text["text"] == "é" * (TEXT_LIMIT_BYTES // 2) and not text["is_whole"]
    assert text["size_bytes"] == 2 * TEXT_LIMIT_BYTES
    picture = await look("all/p.png")
    assert (picture["media_type"], base64.b64decode(picture["data"])) == ("image/png", PNG)
    for path in ("all/odd.txt", "all/nul.py", "all/false.png"):
        shown = await look(path)
        assert (shown["kind"], shown["text"], shown["data"]) == ("binary", "", ""), path
    large = await look("all/large.png")
    assert (large["kind"], large["size_bytes"]) == ("large", PICTURE_LIMIT_BYTES + len(PNG))
    empty = await look("all/empty")
    assert (empty["kind"], empty["text"], empty["is_whole"]) == ("text", "", True)
    assert (await look("all/none"))["status"] == 404


async def test_the_readme_nearest_to_the_top_is_shown_as_it_is(ask: Ask, packed: str) -> None:
    shown = await ask("GET", "readme", reference=packed)
    assert (shown["path"], shown["kind"], shown["key"]) == ("all/README.md", "markdown", "code:0")
    assert shown["text"].encode() == FILES["all/README.md"]


async def test_what_the_kitfile_says_of_its_entries_is_plain_text(ask: Ask, packed: str) -> None:
    entries = {each["section"]: each for each in (await ask("GET", "kit", reference=packed))["entries"]}
    assert entries["model"]["facts"] == {"framework": "sklearn", "version": "1.0"}
    assert entries["model"]["parameters"] == [
        {"name": "fit.depth", "value": "3"},
        {"name": "fit.names", "value": '["a", "b"]'},
    ]
    assert entries["dataset"]["facts"] == {"license": "MIT", "description": "two columns"}


async def test_a_kit_without_a_readme_says_so(ask: Ask, root: Path, home: Settings) -> None:
    write_files(root / "bare", {"a.py": b"1", "readme.png": b"1"})
    kit.pack(root / "bare", text="code: [{path: .}]", tag="bare:v1", settings=home)
    shown = await ask("GET", "readme", reference="bare:v1")
    assert (shown["path"], shown["text"], shown["is_whole"]) == ("", "", True)


async def test_a_readme_that_is_a_layer_of_its_own_comes_first(ask: Ask, root: Path, home: Settings) -> None:
    write_files(root / "own", {"README.md": b"code", "doc/deep/README.md": b"docs"})
    text = "code: [{path: README.md}]\ndocs: [{path: doc/deep/README.md}]"
    kit.pack(root / "own", text=text, tag="own:v1", settings=home)
    shown = await ask("GET", "readme", reference="own:v1")
    assert (shown["key"], shown["text"]) == ("docs:0", "docs")


async def test_a_readme_is_not_denied_where_a_layer_was_not_looked_through(
    ask: Ask, root: Path, home: Settings, plain: Real, repository_name: str
) -> None:
    naming_corp(home.home, plain)
    elsewhere = naming_corp(root / "elsewhere", plain)
    write_files(root / "packed", {"code/a.bin": random.Random(1).randbytes(5 << 20), "code/README.md": b"hidden"})
    reference = f"corp/{repository_name}/packed:v1"
    kit.pack(root / "packed", text="code: [{path: code}]", tag=reference, compression="gzip", settings=elsewhere)
    kit.push(reference, settings=elsewhere)
    shown = await ask("GET", "readme", reference=reference)
    assert (shown["path"], shown["is_whole"]) == ("", False)


async def test_what_is_read_is_the_kit_of_the_registry_where_that_is_asked_for(
    ask: Ask, root: Path, home: Settings, plain: Real, repository_name: str
) -> None:
    reference, settings = f"corp/{repository_name}/both:v1", naming_corp(home.home, plain)
    for word in ("there", "here"):
        cells = [{"cell_type": "raw", "metadata": {}, "source": word}]
        write_files(root / "both", {"README.md": word.encode(), f"{word}.txt": b"1"})
        write_files(root / "both", {"a.ipynb": json.dumps({"nbformat": 4, "cells": cells}).encode()})
        kit.pack(root / "both", text="code: [{path: .}]", tag=reference, settings=settings)
        if word == "there":
            kit.push(reference, settings=settings)
            (root / "both" / "there.txt").unlink()
    for remote, word in (("0", "here"), ("1", "there")):
        of = {"reference": reference, "remote": remote}
        assert (await ask("GET", "readme", **of))["text"] == word
        assert (await ask("GET", "preview", **of, key="code:0", path="README.md"))["text"] == word
        read = await ask("GET", "notebook", **of, key="code:0", path="a.ipynb")
        assert read["notebook"]["cells"][0]["source"] == word
        page = await ask("GET", "files", **of, key="code:0")
        assert f"{word}.txt" in [row["name"] for row in page["items"]]
