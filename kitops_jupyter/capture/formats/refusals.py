"""What a library raises over a value or a file, told as a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Loading, Saving
from kitops_jupyter.errors import Cancelled, KitError, VariableRefused

_PANIC = "PanicException"  # of a library in Rust; no Exception to Python


@contextmanager
def saving_all(value: Any, saving: Saving, hint: str) -> Iterator[None]:
    """Report as VariableRefused whatever the value's own methods raise while they write it."""
    with _told() as problem:
        yield
    if problem:
        raise saving.refuse(value, "", f"cannot be saved: {problem[0]}", hint) from None


@contextmanager
def refusing_all(path: Path, loading: Loading) -> Iterator[None]:
    """Report as VariableRefused whatever a library raises over a hostile file: some raise anything."""
    with _told() as problem:
        yield
    if problem:
        raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {problem[0]}") from None


@contextmanager
def _told() -> Iterator[list[str]]:
    """The text of what was raised, if anything was; our own errors and an interrupt pass."""
    found: list[str] = []
    try:
        yield found
    except (Cancelled, KitError):
        raise
    except BaseException as problem:  # a panic is no Exception
        if not isinstance(problem, Exception) and type(problem).__name__ != _PANIC:
            raise
        found.append((" ".join(str(problem).split()) or type(problem).__name__)[:300])
