"""A notebook's interpreter, told by its kernel's name and this machine's kernels."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from kitops_jupyter.capture import find_kernel_python

pytest.importorskip("jupyter_client")


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this user's kernels, as Jupyter looks for it."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "share"))
    return tmp_path / "share" / "kernels"


def notebook(folder: Path, name: object) -> Path:
    path = folder / "a.ipynb"
    path.write_text(json.dumps({"metadata": {"kernelspec": {"name": name}}, "cells": []}))
    return path


def install(kernels: Path, program: str) -> None:
    (kernels / "mine").mkdir(parents=True)
    (kernels / "mine" / "kernel.json").write_text(json.dumps({"argv": [program, "-m", "x"], "display_name": "Mine"}))


def test_the_kernels_own_interpreter_is_found(tmp_path: Path, kernels: Path) -> None:
    install(kernels, sys.executable)
    assert find_kernel_python(notebook(tmp_path, "mine")) == Path(sys.executable)


@pytest.mark.parametrize("program", ["python", "/usr/bin/R", "/no/such/python"])
def test_what_is_no_python_here_is_not_run(tmp_path: Path, kernels: Path, program: str) -> None:
    install(kernels, program)
    assert find_kernel_python(notebook(tmp_path, "mine")) is None


@pytest.mark.parametrize("name", ["no-such-kernel", "../../etc", 7, None, ""])
def test_a_notebook_cannot_name_a_program(tmp_path: Path, kernels: Path, name: object) -> None:
    assert find_kernel_python(notebook(tmp_path, name)) is None


def test_a_broken_notebook_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("[")
    assert find_kernel_python(tmp_path / "a.ipynb") is None
    assert find_kernel_python(tmp_path / "gone.ipynb") is None
