"""Spares the first push its two seconds: what oras imports and nobody here needs is loaded when it is first used.

oras imports jsonschema, which takes one function from rfc3987_syntax where JupyterLab has brought it, and that module
compiles a grammar (1.8 s, measured) to check IRIs. Here jsonschema gets a function that imports the module when it is
called, and so checks the same; whoever else imports the module gets the module. To be imported before oras.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

_SLOW = "rfc3987_syntax"


def _is_valid_syntax(term: str, value: str) -> bool:
    """What the slow module's function of this name says."""
    real = importlib.import_module(_SLOW)
    return bool(real.is_valid_syntax(term, value))


def import_jsonschema() -> None:
    """Import it without the slow module, unless one of them is there already, or that one is not installed."""
    if _SLOW in sys.modules or "jsonschema" in sys.modules or importlib.util.find_spec(_SLOW) is None:
        return
    stand_in = ModuleType(_SLOW)
    stand_in.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
    sys.modules[_SLOW] = stand_in
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[_SLOW]


import_jsonschema()
