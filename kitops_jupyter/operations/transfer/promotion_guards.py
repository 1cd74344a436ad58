"""Guards of a promotion: a number among the parameters of a kit's model that must hold."""

from __future__ import annotations

import operator
import re
from typing import Any

from kitops_jupyter.content import Source
from kitops_jupyter.errors import Conflict, Usage
from kitops_jupyter.operations.opening import read_kit
from kitops_jupyter.reference import Reference

_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq}
_GUARD = re.compile(r"\s*([\w@%+][\w./:@%+ -]*?)\s*(>=|<=|=|>|<)\s*(-?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)\s*\Z")


def check_metric(reference: Reference, repository: Source, guard: str) -> None:
    """Raise Conflict unless the guard (`accuracy>=0.9`) holds for this kit; Usage for what is not a guard."""
    match = _GUARD.match(guard)
    if not match:
        raise Usage(f"--metric {guard!r}: expected NAME>=NUMBER", hint="--metric 'accuracy>=0.9'")
    name, sign, limit = match.groups()
    model = read_kit(reference, repository, repository.resolve(reference.name)).described().model
    found = _numbers(model.parameters if model else None, name)
    if len(found) != 1:
        what = f"{len(found)} numbers" if found else "no number"
        raise Conflict(f"{reference} has {what} {name} among its model's parameters: nothing was moved")
    if not _COMPARE[sign](found[0], float(limit)):
        raise Conflict(f"{reference}: {name} is {found[0]:g}, expected {sign} {limit}: nothing was moved")


def _numbers(node: Any, name: str) -> list[float]:
    """Every number under this name, or at this path of names with dots between, at any depth."""
    if isinstance(node, list):
        return [number for item in node for number in _numbers(item, name)]
    if not isinstance(node, dict):
        return []
    here: Any = node
    for step in [name] if name in node else name.split("."):
        here = here.get(step) if isinstance(here, dict) else None
    own = [float(here)] if isinstance(here, (int, float)) and not isinstance(here, bool) else []
    return own + [number for item in node.values() for number in _numbers(item, name)]
