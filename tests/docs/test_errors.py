"""Each error code has a section with cause and cure."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from kitops_jupyter import errors

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "errors.md").read_text("utf-8")
SECTIONS = {re.findall(r"\{kit-error\} (\w+)", part)[0]: part for part in TEXT.split("\n## ")[1:]}
CODES = [value.code for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, errors.KitError)]


@pytest.mark.parametrize("code", sorted({*CODES, *SECTIONS}))
def test_a_code_has_its_cause_and_its_cure(code: str) -> None:
    assert code in CODES, f"docs/reference/errors.md: no error has the code {code}"
    assert code in SECTIONS, f"docs/reference/errors.md: add a section for the code {code}"
    assert "**Cause.** " in SECTIONS[code] and "**Cure.** " in SECTIONS[code]
