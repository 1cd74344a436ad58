"""Every command on a page is one that the verbs understand, and every Kitfile is valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitops_jupyter import kitfile
from kitops_jupyter.serve import command as serve
from kitops_jupyter.verbs import NAMES, parse, split
from kitops_jupyter.verbs.core.shell import completion

ROOT = Path(__file__).parents[2]
WRITTEN_BY_A_BUILD = ROOT / "docs" / "reference" / "verbs"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if WRITTEN_BY_A_BUILD not in path.parents),
]
FENCE = re.compile(r"^```(?P<language>[\w{}-]*)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
# After the start of a line, a prompt, an assignment or a pipe, up to the next pipe; an import of `kit` is none.
COMMAND = re.compile(
    r"^(?:\$ )?(?:\w+ = |[^#\n]*\| )?(?:%%?kit|jupyter[ -]kit|python -m kitops_jupyter|kit) "
    r"(?P<words>[a-z].*?)(?: \| .*)?$",
    re.MULTILINE,
)


def blocks() -> Iterator[tuple[str, str, str]]:
    for path in PAGES:
        for match in FENCE.finditer(path.read_text("utf-8")):
            yield path.relative_to(ROOT).as_posix(), match["language"], match["body"]


COMMANDS = [(page, found["words"]) for page, _, body in blocks() for found in COMMAND.finditer(body)]
KITFILES = [(page, body) for page, _, body in blocks() if "manifestVersion:" in body]


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[f"{page}: {line}" for page, line in COMMANDS])
def test_a_command_on_a_page_is_understood(page: str, line: str) -> None:
    words = split(line, expand=lambda name: name)
    if words[0] == "serve":
        serve._parser().parse_args(words[1:])
    elif words[0] == "completion":
        assert completion(words[1:], ROOT)
    else:
        parse(words)


@pytest.mark.parametrize(("page", "text"), KITFILES, ids=[page for page, _ in KITFILES])
def test_a_kitfile_on_a_page_is_valid(page: str, text: str) -> None:
    assert not kitfile.validate(kitfile.parse_yaml(text[text.index("manifestVersion:") :].encode()))


def test_the_pages_have_commands_and_kitfiles() -> None:
    assert len(COMMANDS) > 60
    assert len(KITFILES) > 3
    assert {"README.md", "docs/index.md", "docs/how-to/pipeline.md"} <= {page for page, _ in COMMANDS}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("$ kit list", "list"),
        ("found = %kit list", "list"),
        ("printf x | jupyter kit login a.b", "login a.b"),
        ("import kitops_jupyter as kit", None),
        ("kit = 3", None),
        ("a layer of the kit is small", None),
    ],
)
def test_a_command_is_found_in_a_block_and_prose_is_not(line: str, words: str | None) -> None:
    found = COMMAND.search(line)
    assert (found and found["words"]) == words


def test_the_readme_lists_every_verb_once() -> None:
    table = (ROOT / "README.md").read_text("utf-8").partition("## Verbs")[2].partition("\n\nFlags")[0]
    assert sorted(re.findall(r"`([\w-]+)`", table)) == sorted(NAMES)
