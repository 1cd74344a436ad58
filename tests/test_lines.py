"""What is offered as a line to copy is its words and nothing else, wherever it is pasted."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from kitops_jupyter.lines import command, offered, path_word
from kitops_jupyter.magics.kit import KitMagics
from kitops_jupyter.verbs import parse, split

VECTORS = json.loads(Path(__file__).with_name("lines.json").read_text("utf-8"))
CANARY = "{ran.append(1)}"
PIECES = [
    *"'\"\\{}$`;#!?%&|<>()*~^=,/@:-. \t\n\r\x0b\x0c\x1c\x85\u2028\u2029\u00a0\u3000\u202e\u200b\x00a1äデ",
    "$ran", "$$", "{{", "}}", CANARY, "'''", '"""', "%kit", "%%", "$(id)", "\\'", "??", "--", "-d", "||", "\ud800",
]  # fmt: skip
CELLS = ["{}", "x = {}", "{}\ny = 1", "y = 1\nif y:\n    {}\ny = 2", "%{}\nversion", "%%kit\n{}\n"]
WORDS = st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=4)


class Recorder(KitMagics):
    """The magic up to where a verb is called."""

    heard: list[list[str]]

    def _run(self, words: list[str], names: Any, cell: str | None = None, *, report: Any = None) -> Any:
        self.heard.append(words)
        return len(self.heard)


@pytest.fixture(scope="module")
def magic() -> Iterator[Recorder]:
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    made = Recorder(shell)
    shell.register_magics(made)
    yield made
    InteractiveShell.clear_instance()


@settings(max_examples=120, deadline=None)
@given(WORDS, st.sampled_from(CELLS))
@example(["pull", f"code:{CANARY}"], "{}")
@example(["pack", "C:\\data\\", "b?", "c"], CELLS[2])
@example(["pack", "it's", '"""', "'''", "", "what?"], CELLS[2])
@example(["x=%kit", "=%kit", "%kit", "y;"], CELLS[1])
def test_an_offered_line_calls_the_verb_with_exactly_its_words(magic: Recorder, words: list[str], form: str) -> None:
    line = offered("version", *words)
    assert bool(line.text) != bool(line.problem)
    if not line.text:
        return
    shell: Any = magic.shell
    magic.heard, shell.user_ns["ran"] = [], []
    done = shell.run_cell(form.format(line.text), store_history=False, silent=True)
    assert done.error_before_exec is None
    assert shell.user_ns["ran"] == []
    assert magic.heard == [["version", *words]]


@given(WORDS, st.booleans())
def test_an_offered_line_is_split_into_its_words_on_every_system(words: list[str], windows: bool) -> None:
    line = offered(*words)
    if line.text:
        assert split(line.text.removeprefix("%kit"), windows=windows) == words


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")
def test_the_same_line_means_the_same_in_a_posix_shell() -> None:
    told = [(words, line.removeprefix("%kit")) for words, line in VECTORS if line]
    script = "".join(f"printf '%s\\n'{line} ''; echo .\n" for words, line in told if words)
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, encoding="utf-8", check=True).stdout
    assert printed == "".join("\n".join([*words, ""]) + "\n.\n" for words, _ in told if words)


@pytest.mark.parametrize(("words", "line"), VECTORS)
def test_python_writes_the_lines_that_the_front_end_writes(words: list[str], line: str) -> None:
    assert offered(*words).text == line


def test_why_there_is_no_line_is_said_without_what_nobody_sees() -> None:
    assert (
        offered("pull", "code:{x}").problem
        == "no %kit line can be offered: 'code:{x}' has a {, which a cell can run as code"
    )
    assert offered("pull", "a\u202eb").problem == "no %kit line can be offered: 'a\\u202eb' has invisible characters"


def test_a_hint_quotes_its_words_or_names_the_help() -> None:
    assert command("init", "my folder", "--force") == "kit init 'my folder' --force"
    assert command("init", "{x}") == "kit help init"


@pytest.mark.parametrize("path", ["-d", "~old", "", "--overwrite", "a b"])
def test_a_path_is_taken_for_a_path(path: str) -> None:
    call = parse(["pack", path_word(path), "-t", "a:b"])
    assert Path(call.arguments.dir) == Path(path)
    assert not call.arguments.dir.startswith("~")
