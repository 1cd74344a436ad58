"""Words -> a call: kit's flags and defaults, and errors that say what to type."""

from __future__ import annotations

from typing import Any

import pytest

from kitops_jupyter.errors import KitError, Usage
from kitops_jupyter.verbs import NAMES, find, parse, split


def arguments(line: str) -> dict[str, Any]:
    return vars(parse(split(line)).arguments)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pack . -t a:b", {"dir": ".", "tag": "a:b", "compression": "none", "layer_format": "tar", "file": None}),
        ("pack -t a:b .", {"dir": ".", "tag": "a:b"}),
        ("pack", {"dir": None, "use_model_pack": False, "init": False, "no_cache": False}),
        ("pack . -f - --compression=gzip-fastest", {"file": "-", "compression": "gzip-fastest"}),
        ("pack . -tag a:b -layer-format raw", {"tag": "a:b", "layer_format": "raw"}),
        ("pack . -ta:b", {"tag": "a:b", "message": []}),
        ("pack . -m 'two words' -m '' --message=-x", {"message": ["two words", "", "-x"]}),
        ("unpack a:b -o -d x", {"ref": "a:b", "overwrite": True, "dir": "x", "filter": [], "config": None}),
        ("unpack -oi a:b", {"ref": "a:b", "overwrite": True, "ignore_existing": True}),
        ("unpack a:b -f model -filter datasets:x", {"filter": ["model", "datasets:x"]}),
        ("unpack a:b --model --datasets", {"model": True, "datasets": True, "code": False, "kitfile": False}),
        ("unpack a:b --config", {"ref": "a:b", "kitfile": True, "config": None}),
        ("unpack --config a:b", {"ref": "a:b", "kitfile": True, "config": None}),
        ("unpack --config /home/x a:b", {"ref": "a:b", "kitfile": False, "config": "/home/x"}),
        ("unpack a:b --config=/home/x", {"ref": "a:b", "kitfile": False, "config": "/home/x"}),
        ("list", {"repository": None, "format": "table", "filter": []}),
        ("list --format json repo", {"repository": "repo", "format": "json"}),
        ("info a:b -f .model.name", {"ref": "a:b", "filter": ".model.name"}),
        ("files a:b data --long", {"ref": "a:b", "layer": "data", "long": True}),
        ("diff a:b c:d", {"ref1": "a:b", "ref2": "c:d"}),
        ("tag 1.0 corp-registry/app-model:champion", {"ref": "1.0", "newref": "corp-registry/app-model:champion"}),
        ("remove a:b c:d -f", {"ref": ["a:b", "c:d"], "force": True, "all": False}),
        ("remove -a", {"ref": [], "all": True}),
        ("init --name n --desc 'two words' --author Ada --depth 2", {"dir": None, "desc": "two words", "depth": 2}),
        ("init -o - -f", {"output": "-", "force": True}),
        ("cache clear", {"action": "clear"}),
        ("cache", {"action": None}),
        ("validate ./Kitfile --format json", {"kitfile": "./Kitfile", "format": "json"}),
        ("files a:b -- -odd-name", {"ref": "a:b", "layer": "-odd-name"}),
    ],
)
def test_a_line_is_understood_as_kit_understands_it(line: str, expected: dict[str, Any]) -> None:
    found = arguments(line)
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("line", ["--config /x -v --progress plain list", "list -v --config=/x --progress=plain"])
def test_common_flags_may_stand_before_the_verb_or_after_it(line: str) -> None:
    call = parse(split(line))
    assert (call.verb.name, call.home, call.progress) == ("list", "/x", "plain")


@pytest.mark.parametrize("name", NAMES)
def test_every_verb_takes_the_common_flags_and_explains_itself(name: str) -> None:
    verb = find(name)
    parser = verb.parser()
    assert {"--config", "--progress", "--log-level", "--verbose"} <= set(parser.long_names())
    assert verb.name == name
    assert verb.summary and verb.about.endswith(".")
    assert parser.usage_line.startswith(f"kit {name}")
    assert all(option.help for option in parser.options)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_in_the_help_can_be_typed(name: str) -> None:
    examples = find(name).parser().examples
    assert examples
    for example in examples:
        assert parse(split(example.removeprefix("kit "))).verb.name == name


@pytest.mark.parametrize(
    ("line", "said", "hint"),
    [
        ("serve ./registry", "cannot run in a cell", "on a terminal: jupyter kit serve"),
        ("pak .", "no verb 'pak'", "did you mean kit pack?"),
        ("LIST", "no verb 'LIST'", "did you mean kit list?"),
        ("rm a:b", "no verb 'rm'", "did you mean kit remove?"),
        ("steal a:b", "no verb 'steal'", "kit help shows all verbs"),
        ("val Kitfile", "no verb 'val'", "did you mean kit validate?"),
        ("RM a:b", "no verb 'RM'", "did you mean kit remove?"),
        ("pack . --tga a:b", "unknown flag --tga (did you mean --tag?)", "kit pack . -t churn:tuned"),
        ("unpack a:b -overwrit", "unknown flag -overwrit (did you mean --overwrite?)", "kit unpack REF"),
        ("tag a:b", "NEWREF is missing", "kit tag REF NEWREF; for example: kit tag"),
        ("unpack", "REF is missing", "kit unpack REF"),
        ("info", "REF is missing", "kit info REF"),
        ("diff a b c", "unexpected argument 'c'", "kit diff REF1 REF2"),
        ("pack . --compression zip", "invalid choice: 'zip'", "kit pack [DIR]"),
        ("pack . -t", "expected one argument", "kit pack [DIR]"),
        ("init --depth deep", "invalid int value", "kit init"),
        ("cache clean", "'clean' is not one of info, clear (did you mean clear?)", "kit cache"),
        ("help pakc", "no verb 'pakc'", "did you mean kit pack?"),
    ],
)
def test_a_line_that_does_not_fit_says_what_to_type(line: str, said: str, hint: str) -> None:
    from kitops_jupyter.settings import Settings
    from kitops_jupyter.verbs import Context, run

    with pytest.raises(Usage) as caught:
        call = parse(split(line))
        run(call, Context(Settings.load({}, home="/nowhere"), directory=_here()))
    assert said in caught.value.message
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message + caught.value.hint


def _here() -> Any:
    from pathlib import Path

    return Path(__file__).parent


@pytest.mark.parametrize(
    "line",
    [
        "login r.example --password=hunter2",
        "login r.example -password hunter2",
        "login r.example -p hunter2",
        "login -phunter2 r.example",
        "import hf:a/b --token hunter2",
        "list --api-key=hunter2",
        "--secret hunter2",
    ],
)
def test_a_secret_on_a_line_is_refused_and_not_repeated(line: str) -> None:
    with pytest.raises(Usage, match="not used") as caught:
        parse(split(line))
    assert "hunter2" not in str(caught.value)
    assert "--password-stdin" in caught.value.hint


def test_a_flag_that_says_where_the_password_comes_from_is_no_secret() -> None:
    assert parse(split("login r.example --password-stdin")).arguments.password_stdin


@pytest.mark.parametrize("line", ["", "help", "--help", "-h", "help help", "-v"])
def test_without_a_verb_help_is_asked_for(line: str) -> None:
    assert parse(split(line)).verb.name == "help"


@pytest.mark.parametrize("line", ["pack -h", "pack --help", "-h pack", "tag -help", "unpack a:b -d x --help"])
def test_a_flag_for_help_never_exits(line: str) -> None:
    call = parse(split(line))
    assert call.verb.name == "help"
    assert call.arguments.verb in line


def test_every_error_of_parsing_is_a_kit_error() -> None:
    for words in (["\x00"], ["--"], ["-"], ["pack", "--", "a", "b"], ["list", "-f"], ["pack", "--compression"]):
        try:
            parse(words)
        except KitError:
            continue
