"""What scripts written for the kit program read of our output: KitOps' own functional cases, as flows of our own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kitops_jupyter.__main__ import DONE, main

Say = Callable[..., str]
KITFILE = "manifestVersion: 1.0.0\npackage:\n  name: a-kit\nmodel:\n  path: .\n"


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command; its whole output, with the kit's folder below."""
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    (tmp_path / "kit").mkdir()
    monkeypatch.chdir(tmp_path / "kit")
    Path("Kitfile").write_text(KITFILE)

    def run(*words: str, is_fine: bool = True) -> str:
        assert (main([*words, "-vvv"]) == DONE) is is_fine, words
        out, err = capsys.readouterr()
        return out + err

    return run


def saved(output: str) -> str:
    found = re.search(r"Model saved: (sha256:\w+)", output)
    assert found
    return found[1]


def listed(output: str, line: str) -> bool:
    return any(re.search(line, row) for row in output.strip().splitlines())


def test_a_new_file_under_an_old_tag_leaves_the_old_kit_listed_without_a_tag(say: Say) -> None:
    first = saved(say("pack", ".", "-t", "some:tag"))
    Path("one").write_text("1")
    second = saved(say("pack", ".", "-t", "some:tag"))
    rows = say("list")
    assert listed(rows, rf"^some.*{first}$")
    assert listed(rows, rf"^some\s+tag.*{second}$")
    say("remove", "--all")
    assert not listed(say("list"), first)
    assert listed(say("list"), second)
    say("remove", "--all", "--force")
    assert not listed(say("list"), second)


@pytest.mark.parametrize("name", ["some:tag", "some@{digest}", "{digest}"])
def test_a_kit_is_removed_by_the_digest_that_pack_printed(say: Say, name: str) -> None:
    tag = [] if name == "{digest}" else ["-t", "some:tag"]
    digest = saved(say("pack", ".", *tag))
    assert listed(say("list"), rf"{digest}$")
    say("remove", name.format(digest=digest))
    assert not listed(say("list"), digest)


@pytest.mark.parametrize(("name", "stays"), [("some:one", True), ("some@{digest}", False)])
def test_a_kit_with_two_tags_loses_the_one_or_both(say: Say, name: str, stays: bool) -> None:
    digest = saved(say("pack", ".", "-t", "some:one"))
    say("tag", "some:one", "some:two")
    say("remove", name.format(digest=digest))
    assert not listed(say("list"), rf"^some\s+one.*{digest}$")
    assert listed(say("list"), rf"^some\s+two.*{digest}$") is stays


def test_a_list_in_every_format_has_a_row_a_kit(say: Say) -> None:
    assert json.loads(say("list", "--format", "json")) == []
    say("pack", ".", "-t", "some:one")
    assert say("list") == say("list", "--format", "table")
    Path("two").write_text("2")
    say("pack", ".", "-t", "some:two")
    assert len(json.loads(say("list", "--format", "json"))) == 2
    rows = say("list", "--format", "{{ .Repo }}:{{ index .Tags 0 }} - {{ .ModelName }}").strip().splitlines()
    assert sorted(rows) == ["some:one - a-kit", "some:two - a-kit"]


def test_the_eleventh_kit_of_a_chain_and_a_ring_are_refused_in_kits_words(say: Say) -> None:
    Path("file").write_text("x")
    for number in range(1, 13):
        path = f"chain:m{number - 1}" if number > 1 else "file"
        Path("Kitfile").write_text(f"manifestVersion: 1.0.0\nmodel:\n  path: {path}\n")
        told = say("pack", ".", "-t", f"chain:m{number}", is_fine=number < 12)
    assert "reached maximum number of model references" in told
    Path("Kitfile").write_text("manifestVersion: 1.0.0\nmodel:\n  path: chain:m3\n")
    assert "Found cycle in modelkit references" in say("pack", ".", "-t", "chain:m1", is_fine=False)


def test_the_same_files_at_another_time_are_the_same_kit(say: Say) -> None:
    import os

    Path("file").write_text("x")
    first = saved(say("pack", ".", "-t", "some:one"))
    os.utime("file", (2_000_000_000, 2_000_000_000))
    assert saved(say("pack", ".", "-t", "some:two")) == first
