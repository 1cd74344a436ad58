"""Help is the documentation: what it says must be there and right."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter import codecs
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs import NAMES, Context, parse, run, split


def shown(line: str) -> str:
    return str(run(parse(split(line)), Context(Settings.load({}, home="/nowhere"), Path(__file__).parent)))


def test_the_overview_fits_on_a_screen_and_has_every_verb() -> None:
    lines = shown("").splitlines()
    assert len(lines) <= 36
    assert all(any(line.startswith(name) for line in lines) for name in NAMES)
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("name", NAMES)
def test_a_verbs_help_has_usage_example_and_flags(name: str) -> None:
    text = shown(f"help {name}")
    assert f"Usage:\n  kit {name}" in text
    assert f"Examples:\n  kit {name}" in text
    assert "--config HOME" in text
    assert shown(f"{name} -h") == text


def test_flags_are_shown_as_kit_shows_them() -> None:
    text = shown("help pack")
    assert "  -t, --tag REF " in text
    assert f"      --compression {'|'.join(codecs.NAMES)} " in text


def test_help_is_a_card_in_a_notebook() -> None:
    result = run(parse(["help", "pack"]), Context(Settings.load({}, home="/nowhere"), Path(__file__).parent))
    bundle = result._repr_mimebundle_()
    assert "kit pack [DIR] [flags]" in bundle["text/html"]
    assert bundle["text/plain"] == str(result)
