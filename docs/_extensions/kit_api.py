"""The reference of the Python API, from the public names: functions, then values, errors, and what functions return."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.util.nodes import make_refnode

import kitops_jupyter
from kitops_jupyter.errors import KitError

PAGE = "reference/api.md"
_NOT_A_CALL = {"__version__", "load_ipython_extension", "unload_ipython_extension"}


def setup(app: Any) -> dict[str, Any]:
    app.connect("config-inited", lambda app, config: _write(Path(app.srcdir) / PAGE))
    app.connect("autodoc-process-docstring", _escape)
    app.connect("missing-reference", _find)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write(path: Path) -> None:
    text = page()
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def page() -> str:
    """The page as MyST."""
    names = [name for name in kitops_jupyter.__all__ if name not in _NOT_A_CALL]
    values = {name: getattr(kitops_jupyter, name) for name in names}
    errors = [name for name, value in values.items() if _is_error(value)]
    functions = [name for name, value in values.items() if inspect.isfunction(value)]
    returned = results_of([values[name] for name in functions], [values["Settings"]])
    results = [each for each in returned if not _is_error(each)]
    exported = {id(value): name for name, value in values.items()}
    placed = {*errors, *functions, *(exported.get(id(each)) for each in results)}
    others = [name for name in names if name not in placed]
    intro = (
        "`import kitops_jupyter as kit`. Each function does what the verb of its name does, returns a value with "
        "fields, and raises a [`KitError`](errors.md). `settings` and `observe` are keywords everywhere: where the "
        "store is, and who observes. This page is generated from the docstrings."
    )
    blocks = [
        "# Python API",
        intro,
        "## Functions",
        _rst(f".. autofunction:: kitops_jupyter.{name}" for name in functions),
        "## Values",
        _rst(_directive(f"kitops_jupyter.{name}", values[name]) for name in others),
        "## Results and settings",
        "Each result has `str()` (what a terminal shows) and, in a notebook, a card.",
        _rst(_directive(_path(each, exported), each) for each in results),
        "## Errors",
        "Those that a program is likely to catch; [all of them, with cause and cure](errors.md).",
        _rst(f".. autoexception:: kitops_jupyter.{name}" for name in errors),
    ]
    return "\n\n".join(blocks) + "\n"


def results_of(functions: list[Any], values: list[type]) -> Iterator[type]:
    """The classes of ours that these functions return, these values, and those of their fields, each once."""
    seen: set[type] = set()
    waiting = [found for function in functions for found in _classes(_hints(function).get("return"))] + values
    while waiting:
        each = waiting.pop(0)
        if each in seen:
            continue
        seen.add(each)
        yield each
        if dataclasses.is_dataclass(each):
            hints = _hints(each)
            for field in dataclasses.fields(each):
                if not field.name.startswith("_"):
                    waiting += _classes(hints.get(field.name))


def _hints(value: Any) -> dict[str, Any]:
    """Its annotations, resolved; names that are imported for type checkers alone are looked up among ours."""
    spaces = vars(importlib.import_module(value.__module__))
    for _ in range(50):
        try:
            return typing.get_type_hints(value, globalns=spaces)
        except NameError as problem:
            spaces = {**spaces, str(problem.name): _import_for_types(value.__module__, str(problem.name))}
    raise AssertionError(f"{value}: its annotations cannot be resolved")


def _import_for_types(module: str, name: str) -> Any:
    text = Path(str(importlib.import_module(module).__file__)).read_text("utf-8")
    for found in re.finditer(r"^ +from (\S+) import ((?:.|\n(?= {8})|\n +\))*)", text, re.MULTILINE):
        if name in re.findall(r"\w+", found[2]):
            return getattr(importlib.import_module(found[1]), name)
    return Any


def _classes(hint: Any) -> Iterator[type]:
    if inspect.isclass(hint) and hint.__module__.startswith("kitops_jupyter"):
        yield hint
    for part in typing.get_args(hint):
        yield from _classes(part)


def _is_error(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, KitError)


def _path(value: type, exported: dict[int, str]) -> str:
    name = exported.get(id(value))
    return f"kitops_jupyter.{name}" if name else f"{value.__module__}.{value.__qualname__}"


def _directive(path: str, value: Any) -> str:
    if not inspect.isclass(value):
        return f".. autodata:: {path}"
    return f".. autoclass:: {path}\n   :members:\n   :exclude-members: card"


def _rst(directives: Any) -> str:
    return "```{eval-rst}\n" + "\n\n".join(directives) + "\n```"


def _escape(app: Any, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Docstrings here are plain text with code in single backticks: nothing else is markup."""
    parts = "\n".join(lines).split("`")
    for at in range(0, len(parts), 2):
        parts[at] = re.sub(r"([*|\\]|_(?=\W|$))", r"\\\1", parts[at])
    lines[:] = "`".join(parts).split("\n")


def _find(app: Any, env: Any, node: Any, contnode: Any) -> Any:
    """A type is named by the module that has it; its entry may stand under its public name."""
    if node.get("refdomain") != "py":
        return None
    name = node["reftarget"].rpartition(".")[2]
    objects = env.get_domain("py").objects
    public = f"kitops_jupyter.{name}"
    found = public if public in objects else next((full for full in objects if full.endswith(f".{name}")), None)
    if found is None:
        return None
    entry = objects[found]
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contnode, found)
