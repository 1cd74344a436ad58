"""The commands that kit ran on the golden home, run here one after the other: the same facts, the same files left."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.__main__ import main
from kitops_jupyter.settings import Settings
from kitops_jupyter.sizes import human_size
from tests.golden_trees import GOLDEN

STEPS: list[dict[str, Any]] = json.loads((GOLDEN / "outputs.json").read_text("utf-8"))
# Where we answer and kit does not: `.datasets` is a field of the Kitfile like any other.
BETTER = [["info", "basic:v1", "--filter", ".datasets"]]


def run(words: list[str]) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(words)
    return status, out.getvalue()


def layer_lines(text: str) -> list[str]:
    """The rows of `diff`'s tables of layers, whose order kit leaves to chance, and its verdicts."""
    facts = ("sha256:", "identical", "differ", "ModelKit1", "ModelKit2")
    return sorted(line.strip() for line in text.splitlines() if any(fact in line for fact in facts))


def blobs_of(home: Path) -> set[str]:
    return {path.name for path in (home / "storage" / "blobs" / "sha256").iterdir()}


def listed(home: Path) -> dict[str, Any]:
    """Every list of the store: what is in it, whatever its order."""
    found = {}
    for path in (home / "storage").glob("*.json"):
        parsed = json.loads(path.read_text("utf-8"))
        found[path.name] = sorted(entry["digest"] for entry in parsed["manifests"]) if "manifests" in parsed else parsed
    return found


def test_every_command_answers_as_kit_did(
    golden_home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITOPS_HOME", str(golden_home.home))
    monkeypatch.chdir(tmp_path)
    for step in STEPS:
        words, golden = step["argv"], step["stdout"].replace("@sha256:", "sha256:")
        status, out = run(words)
        if words in BETTER:
            assert status == 0 and "train.csv" in out
            continue
        assert bool(status) == bool(step["exit"]), (words, out)
        if step["exit"] or words[0] == "version":
            continue
        if words[0] == "diff":
            assert set(layer_lines(golden)) <= set(layer_lines(out)), words
        elif words[0] in ("tag", "remove"):
            assert out.splitlines()[0] == golden.splitlines()[0], words
        elif words == ["list", "--format", "json"]:  # since 1.17, kit writes sizes in bytes
            rows = json.loads(out)
            assert all(type(row["size"]) is int for row in rows)
            assert [{**row, "size": human_size(row["size"])} for row in rows] == json.loads(golden)
        else:
            assert [line.rstrip() for line in out.splitlines()] == [line.rstrip() for line in golden.splitlines()], (
                words
            )
    for name, manifests in listed(golden_home.home).items():
        assert isinstance(manifests, (list, dict)), name
    for digests in (value for value in listed(golden_home.home).values() if isinstance(value, list)):
        assert {digest.removeprefix("sha256:") for digest in digests} <= blobs_of(golden_home.home)
