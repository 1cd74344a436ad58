"""kit's own guess, to the byte."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter import discover, kitfile
from kitops_jupyter.discover.licences import spdx_name
from kitops_jupyter.errors import PathInvalid, Usage
from tests.golden_trees import GOLDEN, build_tree

CASES: list[dict[str, Any]] = json.loads((GOLDEN / "init.json").read_text("utf-8"))
FLAGS = {"--name": "name", "--desc": "description", "--author": "author"}


@pytest.mark.parametrize("case", [case for case in CASES if not case["exit"]], ids=lambda case: case["about"])
def test_the_guess_is_the_one_that_kit_makes(case: dict[str, Any], tmp_path: Path) -> None:
    build_tree(case, tmp_path / "in")
    flags = case.get("flags", [])
    given = {FLAGS[flag]: flags[at + 1] for at, flag in enumerate(flags) if flag in FLAGS}
    proposal = discover.like_kit(tmp_path / "in", **given)
    assert kitfile.to_yaml(proposal.kitfile) == case["kitfile"]
    assert not proposal.left_out
    assert not proposal.notes


def test_all_golden_cases_are_here() -> None:
    assert len(CASES) == 16
    assert [case["about"] for case in CASES if case["exit"]] == ["a Kitfile exists"]


def test_files_of_no_size_have_the_first_as_model(tmp_path: Path) -> None:
    for name in ("b.pt", "a.pt"):
        (tmp_path / name).touch()
    model = discover.like_kit(tmp_path).kitfile.model
    assert model and (model.name, model.path, [part.path for part in model.parts]) == ("", "a.pt", ["b.pt"])


@pytest.mark.parametrize(
    ("files", "section"),
    [(["m.pt"], "model"), (["d.csv"], "datasets"), (["lib/x.py"], "code"), (["d.csv", "e.csv"], "package")],
)
def test_the_licence_goes_to_the_one_thing_that_it_can_be_for(files: list[str], section: str, tmp_path: Path) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "licence-not").touch()
    (tmp_path / "LICENSE.txt").write_text("  Apache License\n   Version 2.0, January 2004\n")
    (tmp_path / "licence-not").unlink()
    found = getattr(discover.like_kit(tmp_path).kitfile, section)
    assert (found[0] if isinstance(found, tuple) else found).license == "Apache-2.0"


def test_an_unknown_licence_gets_no_name() -> None:
    assert spdx_name("All rights reserved, " * 100_000) == ""


def test_links_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "m.pt").symlink_to("/dev/zero")
    (tmp_path / "LICENSE").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to(".")
    assert kitfile.to_yaml(discover.like_kit(tmp_path).kitfile) == "manifestVersion: 1.0.0\n"


def test_depth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="depth"):
        discover.like_kit(tmp_path, depth=2)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PathInvalid, match="cannot be read"):
        discover.like_kit(tmp_path / "nowhere")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / b"m\xff.pt".decode("utf-8", "surrogateescape")).touch()
    with pytest.raises(PathInvalid, match="not UTF-8"):
        discover.like_kit(tmp_path)
