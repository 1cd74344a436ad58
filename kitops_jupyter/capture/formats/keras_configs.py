"""What a Keras configuration may name: Keras's own layers and functions, and none of those that run code or read files.

The library looks names up in its modules and in what the user registered. Which of these a file may use is decided
here, before the library sees it. Source: keras/src/saving/serialization_lib.py of Keras 3.15.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_CLASSES = frozenset(
    f"keras{name}"
    for name in (
        "", ".constraints", ".dtype_policies", ".initializers", ".layers", ".losses", ".metrics", ".models",
        ".optimizers", ".optimizers.schedules", ".quantizers", ".random", ".regularizers", ".src.models.functional",
    )
)  # fmt: skip
_OPERATIONS = re.compile(r"keras\.src\.ops\.[a-z_]+")
_FUNCTIONS = frozenset(
    f"keras.{name}"
    for name in ("activations", "constraints", "initializers", "losses", "metrics", "ops", "regularizers")
)
_SPECIAL = frozenset(["__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"])
_RUN_CODE = frozenset(
    ["Lambda", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer", "__lambda__", "__typespec__"]
)
_CLASS = re.compile(r"[A-Z]\w*")
_NAME = re.compile(r"[a-z]\w*")
_LOOKUPS = frozenset(["deserialize", "get", "serialize"])
_BACKENDS = re.compile(r"keras\.src\.backend\.\w+\.optimizers\.\w+")


def problems(told: Any, inside: str = "") -> Iterator[tuple[str, str, str]]:
    """What a file of ours does not have: the path inside, the name of the object, and why it is refused."""
    if isinstance(told, list):
        for at, each in enumerate(told):
            yield from problems(each, f"{inside}[{at}]")
    if not isinstance(told, dict):
        return
    if "class_name" in told:
        why = _problem_of(told)
        if why:
            yield inside, _name_of(told), why
    for key, each in told.items():
        if key == "vocabulary" and isinstance(each, str):
            yield f"{inside}[{key!r}]", each[:100], "names a file of words"
        yield from problems(each, f"{inside}[{key!r}]")


def _name_of(told: dict[str, Any]) -> str:
    config = told.get("config")
    name = config if told["class_name"] == "function" and isinstance(config, str) else told["class_name"]
    return f"{told.get('module') or ''}.{name}"[:200].strip(".")


def _problem_of(told: dict[str, Any]) -> str:
    kind, module, config = told["class_name"], told.get("module"), told.get("config")
    if kind in _SPECIAL and isinstance(kind, str):
        return ""
    if isinstance(kind, str) and kind in _RUN_CODE:
        return "runs code when it is loaded"
    if kind == "function":
        known = module in _FUNCTIONS and isinstance(config, str) and _NAME.fullmatch(config) and config not in _LOOKUPS
        return "" if known else "is a function that is not Keras's own"
    is_own = isinstance(module, str) and (module in _CLASSES or _OPERATIONS.fullmatch(module))
    if not is_own or not isinstance(kind, str) or not _CLASS.fullmatch(kind) or not isinstance(config, dict):
        return "is not one of Keras's own classes"
    if told.get("registered_name") not in (None, kind):
        return f"is registered as {str(told['registered_name'])[:100]!r}"
    return ""


def in_order(told: Any, public: frozenset[str], seen: dict[Any, int]) -> Any:
    """The configuration as every process and every backend writes it: objects that occur twice are numbered in their
    order, not by their address; optimizers, of which `public` has the names, have their public name."""
    if isinstance(told, list):
        return [in_order(each, public, seen) for each in told]
    if not isinstance(told, dict):
        return told
    found = {key: in_order(each, public, seen) for key, each in told.items() if key != "shared_object_id"}
    if "shared_object_id" in told:
        found["shared_object_id"] = seen.setdefault(told["shared_object_id"], len(seen))
    if _BACKENDS.fullmatch(str(found.get("module"))) and found.get("class_name") in public:
        found |= {"module": "keras.optimizers", "registered_name": None}
    return found
