"""A law: whatever word stands wherever on a line, a verb succeeds or raises a KitError; nothing else comes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kitops_jupyter import verbs
from kitops_jupyter.errors import KitError
from kitops_jupyter.settings import Settings

WORDS = (
    "a\0b",
    "\ud800",
    "\udcff",
    "a" * 300,
    "a/" * 2500,
    "~nobody-has-this-name/x",
    "~",
    "-",
    "",
    "..",
    "/dev/zero",
    "a:\ud800",
    "a@sha256:\0",
    "oci:a\0b",
    "oci:",
    "x.tar:\ud800",
    "[::1",
    "{{ .Repo",
)
VALUES = WORDS[:6]  # of flags
FILLS = {"folder": ".", "path": "a", "reference": "g:v1", "new reference": "g:v2", "verb": "pack"}
SKIPPED = {"login", "logout", "browse"}  # what they contact is the registry's room to test


def lines(name: str, word: str) -> Iterator[list[str]]:
    """The word in each place, and as the value of each flag; the other places have what fits."""
    parser = verbs.find(name).parser()
    fitting = [place.choices[0] if place.choices else FILLS.get(place.kind, "g:v1") for place in parser.words]
    for at in range(len(fitting)):
        yield [name, *fitting[:at], word, *fitting[at + 1 :]]
    for option in parser.options:
        if word in VALUES and option.metavar and not option.choices and "--proxy" not in option.names:
            yield [name, *fitting, f"{option.names[-1]}={word}"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a project, and a home of its own with a kit in it."""
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    (tmp_path / "project/a").write_text("x")
    (tmp_path / "project/Kitfile").write_text("manifestVersion: 1.0.0\npackage: {name: g}\ncode:\n- path: a\n")
    run(["pack", ".", "-t", "g:v1"], tmp_path / "project")
    return tmp_path / "project"


def run(words: list[str], directory: Path) -> None:
    call = verbs.parse(words)
    context = verbs.Context(verbs.settings_of(call, directory), directory, stdin=lambda: "\ud800: [")
    str(verbs.run(call, context))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", [name for name in verbs.NAMES if name not in SKIPPED])
def test_no_word_gets_a_foreign_exception_out_of_a_verb(name: str, place: Path) -> None:
    fell = []
    for word in WORDS:
        for words in lines(name, word):
            try:
                run(words, place)
            except KitError as problem:
                "\n".join(problem.lines()).encode("utf-8", "backslashreplace")
            except Exception as problem:  # noqa: BLE001 (that is the law)
                fell.append((words, repr(problem)[:200]))
    assert fell == []


def test_the_settings_were_read(place: Path) -> None:
    assert Settings.load().home.is_dir()
