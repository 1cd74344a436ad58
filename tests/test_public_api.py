"""What `import kitops_jupyter` gives, and what it costs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import kitops_jupyter
from kitops_jupyter.settings import Settings

FUNCTIONS = (
    "browse", "cache_clear", "cache_info", "copy", "diff", "doctor", "files", "index_add", "index_create", "index_list",
    "index_remove", "info", "init", "inspect", "list_kits", "login",
    "logout", "pack", "promote", "pull", "push", "remove", "tag", "unpack", "validate",
)  # fmt: skip
OTHERS = (
    "Cancelled", "Conflict", "Connection", "Event",
    "KitError", "Kitfile", "KitfileInvalid", "KitfileMissing", "NotFound",
    "Observer", "Reference", "Settings", "Usage", "__version__", "load_ipython_extension", "unload_ipython_extension",
    "version",
)  # fmt: skip


def test_the_public_names_are_these_and_no_others() -> None:
    assert sorted(kitops_jupyter.__all__) == sorted([*FUNCTIONS, *OTHERS])
    assert set(kitops_jupyter.__all__) <= set(dir(kitops_jupyter))


@pytest.mark.parametrize("name", [*FUNCTIONS, *OTHERS])
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(kitops_jupyter, name) is not None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_verb_takes_settings_and_an_observer_by_keyword(name: str) -> None:
    function = getattr(kitops_jupyter, name)
    parameters = inspect.signature(function).parameters
    for keyword in ("settings", "observe"):
        assert parameters[keyword].kind is inspect.Parameter.KEYWORD_ONLY
    assert function.__doc__


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
