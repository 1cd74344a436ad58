"""A line -> words, a pasted block -> commands."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitops_jupyter.errors import Usage
from kitops_jupyter.verbs import commands, split, split_typed

STORIES = r"""
$ ./kit pack -t corp-registry/app-model:challenger
$ ./kit push  --http corp-registry/app-model:challenger
$ ./kit pull -filter dataset:validation -filter model corp-registry/app-model:challenger
$ ./kit tag 1.0 corp-registry/app-model:champion
kit pack . -t registry.gitlab.com/chatbot/legalchat:tuned
kit unpack registry.gitlab.com/chatbot/legalchat:tuned --model --datasets
"""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pack . -t churn:tuned", ["pack", ".", "-t", "churn:tuned"]),
        ("pack 'my folder' -t a:b", ["pack", "my folder", "-t", "a:b"]),
        ('init --desc "it\'s small" .', ["init", "--desc", "it's small", "."]),
        (r"pack my\ folder", ["pack", "my folder"]),
        (r"pack C:\data\new", ["pack", r"C:\data\new"]),
        (r'init --desc "a \"quoted\" word"', ["init", "--desc", 'a "quoted" word']),
        ("list # what is there", ["list"]),
        ("list '#1'", ["list", "#1"]),
        ("tag a#1 b", ["tag", "a#1", "b"]),
        ("init --name ''", ["init", "--name", ""]),
        ("list --format='{{ .Repo }}|{{ .Tags }}'", ["list", "--format={{ .Repo }}|{{ .Tags }}"]),
        ("validate '|'", ["validate", "|"]),
        ("  ", []),
    ],
)
def test_a_line_is_split_as_a_shell_would(line: str, words: list[str]) -> None:
    assert split(line, windows=False) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r"pack C:\data\ -t a:b", ["pack", "C:\\data\\", "-t", "a:b"]),
        (r'pack "C:\my data\"', ["pack", "C:\\my data\\"]),
        (r"pack \\server\share", ["pack", r"\\server\share"]),
    ],
)
def test_on_windows_a_backslash_is_always_part_of_a_path(line: str, words: list[str]) -> None:
    assert split(line, windows=True) == words


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12), max_size=5))
def test_what_shlex_quotes_comes_back_as_it_was(words: list[str]) -> None:
    assert split(shlex.join(words), windows=False) == words


@pytest.mark.parametrize("line", ["list | grep x", "list > file", "pack . && list", "list ; list"])
def test_what_only_a_shell_can_do_is_refused_with_the_way_to_do_it(line: str) -> None:
    with pytest.raises(Usage, match="shell syntax") as caught:
        split(line)
    assert "result = %kit list" in caught.value.hint


def test_an_open_quote_is_an_error() -> None:
    with pytest.raises(Usage, match="not closed"):
        split("init --desc 'half")


def test_the_stories_blocks_lose_their_prompts() -> None:
    found = [command.split()[0] for _, command in commands(STORIES)]
    assert found == ["pack", "push", "pull", "tag", "pack", "unpack"]


@pytest.mark.parametrize(
    "prompt", ["", "$ ", "$", "kit ", "./kit ", "$ kit ", "!kit ", "%kit ", "jupyter kit ", "! kit "]
)
def test_every_usual_prompt_is_dropped(prompt: str) -> None:
    assert list(commands(f"{prompt}list --format json")) == [(1, "list --format json")]


def test_what_looks_like_a_prompt_later_in_a_line_stays() -> None:
    line = "tag $name kit $ kit"
    assert list(commands(line)) == [(1, line)]


def test_a_verb_that_begins_like_a_prompt_stays() -> None:
    assert list(commands("kitchen sink")) == [(1, "kitchen sink")]


def test_a_backslash_joins_lines_and_the_first_ones_number_is_kept() -> None:
    block = "# first\nkit pack . \\\n  -t a:b \\\n  --no-cache\n\nkit list\n"
    assert [(number, command.split()) for number, command in commands(block)] == [
        (2, ["pack", ".", "-t", "a:b", "--no-cache"]),
        (6, ["list"]),
    ]


def test_markdown_fences_and_comments_are_skipped() -> None:
    assert list(commands("```sh\n# a comment\n$ kit list\n```\n$\n")) == [(3, "list")]


def test_a_block_may_end_in_the_middle_of_a_joined_line() -> None:
    assert [command for _, command in commands("kit list \\")] == ["list"]


VALUES = {"tag": "v1", "d['a b']": "x y", "'t' + 'ag'": "tag", "n": "|"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pack -t churn:$tag", ["pack", "-t", "churn:v1"]),
        ("pack -t {tag}-{tag}", ["pack", "-t", "v1-v1"]),
        ("help {'t' + 'ag'}", ["help", "tag"]),
        ("info {d['a b']}", ["info", "x y"]),
        ("info \"{d['a b']}: $tag\"", ["info", "x y: v1"]),
        ("info '{tag} $tag'", ["info", "{tag} $tag"]),
        (r"info \{tag} \$tag $$tag", ["info", "{tag}", "$tag", "$tag"]),
        ("info $unknown {unknown}", ["info", "$unknown", "{unknown}"]),
        ("info {{tag}} {tag", ["info", "{tag}", "{tag"]),
        ('info "a{" "b}"', ["info", "a{", "b}"]),
        ("list --format '{{ .Repo }}'", ["list", "--format", "{{ .Repo }}"]),
        ("info $n", ["info", "|"]),
        ("info {}", ["info", "{}"]),
        ("info cost$5", ["info", "cost$5"]),
    ],
)
def test_values_are_put_in_after_the_words_are_known_and_not_in_single_quotes(line: str, words: list[str]) -> None:
    assert split(line, windows=False, expand=VALUES.get) == words


@given(st.text(max_size=12))
def test_a_value_is_one_word_whatever_it_is(value: str) -> None:
    assert split("info a$x {x}", expand=lambda expression: value) == ["info", f"a{value}", value]


@pytest.mark.parametrize(
    ("typed", "before", "current", "quote"),
    [
        ("pack ./a", ["pack"], "./a", ""),
        ("pack ", ["pack"], "", ""),
        ("pack 'my f", ["pack"], "my f", "'"),
        ('pack "my f', ["pack"], "my f", '"'),
        (r"pack my\ f", ["pack"], "my f", ""),
        ("pack 'my folder'/a", ["pack"], "my folder/a", ""),
        ("", [], "", ""),
    ],
)
def test_the_word_under_the_cursor_is_the_last_one_with_its_open_quote(
    typed: str, before: list[str], current: str, quote: str
) -> None:
    words, token = split_typed(typed, windows=False)
    assert (words, token.text, token.quote, token.end) == (before, current, quote, len(typed))
