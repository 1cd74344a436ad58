"""What pyproject.toml says of the package is what the package does."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.test_house import imports_of, modules

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # which pytest needs there

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Libraries whose import has another name than their package, or that come with another one.
PACKAGES = {"yaml": "pyyaml", "botocore": "boto3", "sklearn": "scikit-learn", "PIL": "pillow"}
FOR_DEVELOPERS = {"demo", "docs", "test"}
NOT_IMPORTED = {"jupyterlab"}  # the panel runs in it
NEEDED = re.compile(r'\bneed\(\s*"(\w+)|^    \("(\w+)", "\w+"\),$', re.MULTILINE)
NEW_IN_PYTHON = {"compression"}  # since 3.14


def names_in(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", each)[0].lower() for each in requirements}


def imported() -> set[str]:
    """The packages of every library that a module of ours imports, also inside functions."""
    tops = {name.partition(".")[0] for path in modules() for name in imports_of(path)}
    for path in modules():  # those of live variables are imported by name
        tops |= {"".join(found) for found in NEEDED.findall(path.read_text("utf-8"))}
    own = {"kitops_jupyter", "pydantic", "statsmodels"}  # who has a value of these has the library
    foreign = tops - sys.stdlib_module_names - NEW_IN_PYTHON - own
    return {PACKAGES.get(name, name.lower().replace("_", "-")) for name in foreign}


def declared() -> set[str]:
    extras = PROJECT["optional-dependencies"]
    ours = (lines for name, lines in extras.items() if name not in FOR_DEVELOPERS)
    return names_in([*PROJECT["dependencies"], *(line for lines in ours for line in lines)])


def test_every_library_that_is_imported_is_declared() -> None:
    assert imported() - declared() == set()


def test_every_library_that_is_declared_is_imported() -> None:
    assert declared() - imported() == NOT_IMPORTED


@pytest.mark.parametrize("line", PROJECT["dependencies"])
def test_a_dependency_has_the_version_from_which_it_works(line: str) -> None:
    assert re.search(r">=\d", line)


def test_every_python_from_the_oldest_is_named() -> None:
    oldest = int(PROJECT["requires-python"].removeprefix(">=3."))
    named = [int(each) for each in re.findall(r"Python :: 3\.(\d+)", "\n".join(PROJECT["classifiers"]))]
    assert named == list(range(oldest, oldest + len(named)))


@pytest.mark.parametrize("kind", ["Development Status", "Operating System", "Intended Audience", "Topic"])
def test_the_package_says_what_it_is_for(kind: str) -> None:
    assert any(each.startswith(f"{kind} :: ") for each in PROJECT["classifiers"])
    assert PROJECT["authors"] and PROJECT["license"] and PROJECT["readme"]


def test_every_program_that_the_tests_look_for_is_installed_in_ci() -> None:
    looked_for = set()
    for path in (ROOT / "tests").rglob("*.py"):
        looked_for |= set(re.findall(r'which\("([a-z-]+)"\)', path.read_text("utf-8")))
    of_every_machine = {"sh", "bash", "tar", "mount", "kit"}  # kit is never there: its tests are for those who have it
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert not [name for name in looked_for - of_every_machine if f"command -v {name} " not in script]
