"""The panel judges names and prints sizes as Python does: jest reads what is checked here."""

from __future__ import annotations

from pathlib import Path

from tests import vectors


def test_the_vectors_that_the_panel_is_tested_with_are_what_python_says() -> None:
    kept = Path(__file__).with_name("vectors.json").read_text("utf-8")
    assert kept == vectors.text_of(), "python -m tests.vectors > tests/vectors.json, then the panel's tests"
