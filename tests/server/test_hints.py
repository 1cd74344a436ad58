"""What the panel reads of an error: a command as a cell takes it, and for each code with a button one that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kitops_jupyter import errors
from kitops_jupyter.server.answers import error_of
from kitops_jupyter.server.bodies import Validate
from kitops_jupyter.server.deeds import validate_text

WAYS = Path(__file__).parents[2] / "labextension" / "src" / "components" / "shared" / "ways.ts"


@pytest.mark.parametrize(
    ("hint", "shown"),
    [
        ("kit list shows the kits in the store", "%kit list shows the kits in the store"),
        ("kit init a, or kit pack b", "%kit init a, or %kit pack b"),
        ("jupyter kit doctor on a terminal", "jupyter kit doctor on a terminal"),
        ("%kit list", "%kit list"),
        ("kit works with ModelKits", "kit works with ModelKits"),
    ],
)
def test_a_hint_reaches_the_panel_with_its_commands_as_a_cell_takes_them(hint: str, shown: str) -> None:
    assert error_of(errors.NotFound("no such kit", hint=hint)).hint == shown


def test_so_does_the_hint_of_a_problem_in_a_kitfile() -> None:
    (problem,) = validate_text(Validate("")).problems
    assert problem.hint == "%kit init proposes a Kitfile"


def test_every_code_that_the_panel_has_a_button_for_is_the_code_of_an_error() -> None:
    known = {
        kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.KitError)
    }
    asked = set(re.findall(r"case '(\w+)':", WAYS.read_text("utf-8")))
    assert asked and asked <= known
