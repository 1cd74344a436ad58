"""Every command that a hint offers is one that the verbs understand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import kitops_jupyter
from kitops_jupyter.errors import Usage
from kitops_jupyter.verbs import NAMES, parse, split

PACKAGE = Path(kitops_jupyter.__file__).parent
STANDS_FOR = {"flag": "--store-only", "action": "add", "verb": "pack", "meant": "pack", "call.verb.name": "pack"}
COMMAND = re.compile(r"(?<![\w./-])kit (?P<words>[a-z]+(?:-[a-z]+)*\b(?: [^,;()|<]*)?)")
# Prose goes on with a lower-case word; a command's own words are flags, names in capitals, paths and references.
VALUE = re.compile(r"-.*|[A-Z][A-Z_/:]*(?:=VALUE)?|\.|.*[:/@.].*|add|create|list|push|clear")


def texts(node: ast.AST) -> Iterator[str]:
    """The texts that an expression may become, with a name for what is filled in."""
    if isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "command":
        words = (next(texts(word), "name:v1") for word in node.args)
        yield " ".join(("kit", *words))
    elif isinstance(node, ast.JoinedStr):
        filled = (
            part.value
            if isinstance(part, ast.Constant)
            else next(texts(part.value), STANDS_FOR.get(ast.unparse(part.value), "name:v1"))
            for part in node.values
            if isinstance(part, ast.Constant | ast.FormattedValue)
        )
        yield "".join(map(str, filled))
    elif isinstance(node, ast.Name):
        yield STANDS_FOR.get(node.id, "name:v1")


def hints(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (isinstance(node, ast.keyword) and node.arg == "hint") or (
            isinstance(node, ast.Assign) and any(ast.unparse(target).endswith("hint") for target in node.targets)
        ):
            yield from texts(node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "command":
            yield from texts(node)


def commands() -> list[list[str]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for hint in hints(path):
            for match in COMMAND.finditer(hint):
                verb, *words = match["words"].split()
                if verb not in NAMES:
                    continue
                if " '" in match["words"]:
                    found.append(split(match["words"]))
                    continue
                count = next((at for at, word in enumerate(words) if not VALUE.fullmatch(word)), len(words))
                found.append([verb, *words[:count]])
    return found


@pytest.mark.parametrize("words", [words for words in commands() if len(words) > 1], ids=" ".join)
def test_a_command_in_a_hint_is_understood(words: list[str]) -> None:
    parse(words)


def test_there_are_hints_with_commands() -> None:
    assert len(commands()) > 40


@pytest.mark.parametrize("verb", NAMES)
def test_an_example_in_the_help_of_a_verb_is_understood(verb: str) -> None:
    from kitops_jupyter.verbs import find

    for example in find(verb).parser().examples:
        words = split(example)
        assert words[0] == "kit"
        parse(words[1:])


def test_what_a_misspelt_verb_is_taken_for_exists() -> None:
    with pytest.raises(Usage) as caught:
        parse(["pcak"])
    assert "kit help pack" in caught.value.hint
