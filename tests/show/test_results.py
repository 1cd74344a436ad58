"""Results are shown wherever they are made, and no operation knows how."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import kitops_jupyter
from kitops_jupyter.result import Result
from kitops_jupyter.show import card_of

PACKAGE = Path(kitops_jupyter.__file__).parent


class Unknown(Result):
    """A result that nothing shows."""


def result_types() -> list[type[Result]]:
    """Every kind of result of the operations."""
    found = []
    for path in sorted((PACKAGE / "operations").rglob("*.py")):
        name = ".".join(("kitops_jupyter", *path.relative_to(PACKAGE).with_suffix("").parts))
        for value in vars(importlib.import_module(name)).values():
            is_own = isinstance(value, type) and issubclass(value, Result) and value.__module__ == name
            if is_own and hasattr(value, "__dataclass_fields__"):  # others are what results share
                found.append(value)
    assert len(found) > 20
    return found


@pytest.mark.parametrize("kind", result_types(), ids=lambda kind: kind.__name__)
def test_every_result_of_an_operation_has_a_card(kind: type[Result]) -> None:
    importlib.import_module(kind.__module__.replace(".operations.", ".show."))
    assert card_of.dispatch(kind) is not card_of.dispatch(object)


@pytest.mark.parametrize("kind", result_types(), ids=lambda kind: kind.__name__)
def test_a_result_leaves_its_looks_to_the_one_place_that_shows_it(kind: type[Result]) -> None:
    assert not {"__str__", "_repr_html_", "_repr_mimebundle_", "card"} & set(vars(kind))


def test_a_result_that_nothing_shows_is_an_error_that_names_it() -> None:
    with pytest.raises(TypeError, match="Unknown has no card"):
        str(Unknown())


def test_showing_a_result_imports_no_other_operation() -> None:
    code = """
import sys
from kitops_jupyter.operations.version import versions
before = {name for name in sys.modules if name.startswith("kitops_jupyter.operations")}
text = str(versions()) + versions()._repr_html_()
after = {name for name in sys.modules if name.startswith("kitops_jupyter.operations")}
print(sorted(after - before), text.startswith("Version: "))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"
