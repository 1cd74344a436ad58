"""What `import kitops_jupyter` gives, and what it costs."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter
from kitops_jupyter import errors
from kitops_jupyter.public import HOMES
from kitops_jupyter.settings import Settings

SOURCE = Path(kitops_jupyter.__file__)
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
NAMES = tuple(vars(kitops_jupyter)["__all__"])
FUNCTIONS = tuple(
    name for names in HOMES.values() for name in names.split() if inspect.isfunction(getattr(kitops_jupyter, name))
)
# What only looks at this machine, for a moment.
NEVER_WAIT = {
    *("cache_clear", "cache_info", "index_delete", "index_remove", "init", "list_registries", "remove_registry"),
    *("notebook_state", "validate"),
}
# What only touches this process's memory, and takes names of the user's as keywords.
IN_MEMORY = {"log", "log_clear", "log_params"}
RIGHT = """
import kitops_jupyter as kit

packed: kit.PackResult = kit.pack(".", tag="a:b")
kits: kit.ListResult = kit.list_kits(remote=False)
row: kit.ListedKit = kits.kits[0]
pulled: kit.TransferResult = kit.pull("a:b", labels=["quant=q4"])
files: kit.UnpackResult = kit.pull_files("a:b", "out", filters=["model"])
tars: kit.TarsResult = kit.pull_tars("a:b", "out")
running: str = kit.version().version + kit.__version__
try:
    kit.unpack("a:b")
except kit.Unauthorized as problem:
    print(problem.hint)
"""
WRONG = """
import kitops_jupyter as kit

kit.pakc(".")
kit.pack(".", tga="a:b")
size: str = kit.list_kits().size_bytes
result: kit.PackResults
kit.pull("a:b", "out")
kit.pull("a:b", filters=["model"])
"""


def names_for_checkers() -> dict[str, set[str]]:
    """By module, what the block that only type checkers read exports: `import X as X` says so."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(SOURCE.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = node.module.removeprefix("kitops_jupyter.")
            for name in node.names:
                if name.asname == name.name:
                    found.setdefault(module, set()).add(name.name)
    return found


def ours_in(annotation: Any) -> Iterator[type]:
    """The classes of this package in an annotation, however deep."""
    if inspect.isclass(annotation) and annotation.__module__.startswith("kitops_jupyter."):
        yield annotation
    for part in typing.get_args(annotation):
        yield from ours_in(part)


def mentioned() -> Iterator[type]:
    """Every class that a public function takes or returns, with those of its public fields."""
    seen: set[type] = set()
    waiting = [each for name in FUNCTIONS for hint in hints(getattr(kitops_jupyter, name)) for each in ours_in(hint)]
    while waiting:
        found = waiting.pop()
        if found not in seen:
            seen.add(found)
            yield found
            waiting += [each for hint in hints(found) for each in ours_in(hint)]


def hints(owner: Any) -> list[Any]:
    return [hint for name, hint in typing.get_type_hints(owner).items() if not name.startswith("_")]


def test_type_checkers_see_the_public_names_and_no_others() -> None:
    homes = {module: set(names.split()) for module, names in HOMES.items()}
    assert names_for_checkers() == homes
    assert set(NAMES) <= set(dir(kitops_jupyter))


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(kitops_jupyter, name) is not None


def test_every_type_that_a_public_function_takes_or_returns_is_public() -> None:
    assert [
        found.__qualname__ for found in mentioned() if getattr(kitops_jupyter, found.__name__, None) is not found
    ] == []


def test_every_error_is_public() -> None:
    tree = {
        name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, errors.KitError)
    }
    assert tree <= set(NAMES)


@pytest.mark.parametrize("checker", ["mypy", "basedpyright", "pyright"])
def test_a_type_checker_finds_each_wrong_use_and_no_other(checker: str, tmp_path: Path) -> None:
    program = shutil.which(checker, path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip(f"{checker} is not installed")
    (tmp_path / "uses.py").write_text(RIGHT + WRONG)
    if checker == "mypy":
        options = [
            "--strict",
            "--no-error-summary",
            "--config-file",
            str(PROJECT),
            "--cache-dir",
            str(tmp_path / "cache"),
        ]
    else:
        settings = {"typeCheckingMode": "basic", "extraPaths": [str(PROJECT.parent)], "include": ["uses.py"]}
        (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
        options = ["--project", str(tmp_path), "--pythonpath", sys.executable]
    command = [program, *options, *(["uses.py"] if checker == "mypy" else [])]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "MYPYPATH": str(PROJECT.parent)}
    )
    lines = {int(line) for line in re.findall(r"uses\.py:(\d+)(?::\d+)*:? (?:- )?error", done.stdout)}
    first = RIGHT.count("\n") + WRONG[: WRONG.index("kit.pakc")].count("\n") + 1
    assert lines == set(range(first, first + 6)), done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted({*FUNCTIONS} - IN_MEMORY))
def test_every_verb_takes_settings_by_keyword_and_an_observer_where_it_can_wait(name: str) -> None:
    function = getattr(kitops_jupyter, name)
    parameters = inspect.signature(function).parameters
    assert parameters["settings"].kind is inspect.Parameter.KEYWORD_ONLY
    assert ("observe" in parameters) == (name not in NEVER_WAIT)
    assert name in NEVER_WAIT or parameters["observe"].kind is inspect.Parameter.KEYWORD_ONLY
    assert function.__doc__


@pytest.mark.parametrize("name", sorted({*FUNCTIONS} - NEVER_WAIT - IN_MEMORY))
def test_every_observer_that_is_taken_is_used(name: str) -> None:
    function = inspect.unwrap(getattr(kitops_jupyter, name))
    (tree,) = ast.parse(inspect.getsource(function)).body
    assert any(isinstance(node, ast.Name) and node.id == "observe" for node in ast.walk(tree))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_verb"):
        getattr(kitops_jupyter, "no_such_verb")  # noqa: B009 (a type checker would see it)


def test_version_is_a_function_also_after_its_module_was_imported() -> None:
    import kitops_jupyter.version

    assert kitops_jupyter.version().version == kitops_jupyter.__version__


def test_a_verb_works_as_a_function(tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path / "home")
    (tmp_path / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: train.py\n")
    (tmp_path / "train.py").write_text("x = 1\n")
    packed = kitops_jupyter.pack(tmp_path, tag="mine:v1", settings=settings)
    assert [kit.tags for kit in kitops_jupyter.list_kits(settings=settings).kits] == [("v1",)]
    assert kitops_jupyter.info("mine:v1", settings=settings).digest == packed.digest


@pytest.mark.parametrize("statement", ["import kitops_jupyter", "from kitops_jupyter.magics import load"])
def test_importing_costs_no_heavy_library(statement: str) -> None:
    heavy = ("yaml", "requests", "oras", "tqdm", "ipywidgets", "zstandard", "kitops_jupyter.operations")
    code = f"import sys; {statement}; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
