"""The parts of a value, each with its path: what a refusal points at, and what is checked after loading."""

from __future__ import annotations

import functools
import importlib.util
import sys
import types
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from kitops_jupyter.capture.formats.contract import Saving
from kitops_jupyter.errors import Cancelled, VariableRefused

_PLAIN = (str, bytes, int, float, complex, bool, type(None))
_CALLABLES = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
_PARTS_LIMIT = 1_000_000


def parts_of(value: Any) -> Iterator[tuple[str, Any]]:
    """The value and all that it reaches through attributes, items and keys, each object once, the outer ones first;
    plain text and numbers are left out. A path is Python text to put behind the variable: `.steps[1][1].func`."""
    seen = {id(value)}
    waiting: deque[tuple[str, Any]] = deque([("", value)])
    for _ in range(_PARTS_LIMIT):
        if not waiting:
            return
        inside, part = waiting.popleft()
        yield inside, part
        for name, inner in _inner(part):
            if type(inner) not in _PLAIN and id(inner) not in seen:
                seen.add(id(inner))
                waiting.append((inside + name, inner))


def _inner(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, (type, types.FunctionType, types.ModuleType)):
        return
    if isinstance(part, dict):
        for key, item in part.items():
            yield f"[{key!r:.80}]", item
    elif isinstance(part, (list, tuple)):
        yield from ((f"[{at}]", item) for at, item in enumerate(part))
    elif isinstance(part, (set, frozenset)):
        yield from (("{...}", item) for item in part)
    elif isinstance(part, functools.partial):
        yield from ((".func", part.func), (".args", part.args), (".keywords", part.keywords))
    elif isinstance(part, types.MethodType):
        yield ".__self__", part.__self__
    elif _holds_objects(part):
        yield from ((f".flat[{at}]", item) for at, item in enumerate(part.flat))
    attributes = getattr(part, "__dict__", None)
    if isinstance(attributes, dict):
        yield from ((f".{name}", item) for name, item in list(attributes.items()))


def _holds_objects(part: Any) -> bool:
    """Whether it is an array of Python objects."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(part, numpy.ndarray) and part.dtype.kind == "O"


def refuse_own_code(value: Any, saving: Saving) -> None:
    """Raise VariableRefused, with its path, for a part whose class or function a fresh process would not find."""
    for inside, part in parts_of(value):
        named = part if isinstance(part, (type, *_CALLABLES)) else type(part)
        problem = _unreachable(named)
        if problem:
            raise saving.refuse(
                part, inside, problem, "move it into a .py file beside the notebook, import it from there, pack again"
            )


def _unreachable(named: Any) -> str:
    """Why an import by module and name would not give this class or function; "" if it does."""
    if isinstance(named, types.MethodType):
        return ""  # its object is a part of its own
    module, name = getattr(named, "__module__", None), getattr(named, "__qualname__", "")
    if name.endswith("<lambda>"):
        return "a lambda has no name to load it by"
    if "<locals>" in name:
        return f"{name} is defined inside a function, where no other process finds it"
    if module in ("__main__", "__mp_main__"):
        return f"{name} is defined in the notebook itself, which no other process has"
    if isinstance(named, type) and module and not _is_importable(module):
        return f"the module {module} is no file that can be imported"
    return ""


@functools.lru_cache(maxsize=4096)
def _is_importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return module in sys.modules and getattr(sys.modules[module], "__file__", None) is not None


def refuse_culprit(value: Any, saving: Saving, save: Callable[[Any], object], problem: Exception) -> VariableRefused:
    """The refusal of the innermost part at which `save` fails as it did at the whole."""
    found, why = ("", value), problem
    for inside, part in reversed(list(islice(parts_of(value), 10_000))):
        try:
            save(part)
        except Cancelled:
            raise
        except Exception as its:  # noqa: BLE001 -- whatever a library's writer raises
            if type(its) is type(problem):
                found, why = (inside, part), its
                break
    text = " ".join(str(why).split()) or type(why).__name__
    return saving.refuse(found[1], found[0], f"cannot be stored: {text[:200]}", "take it out, and pack it by itself")
