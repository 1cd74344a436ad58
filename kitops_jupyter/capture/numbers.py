"""Numbers and texts about a model, as JSON has them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kitops_jupyter.errors import VariableRefused

_NUMBERS_LIMIT = 10_000  # metrics and parameters of one kit


def plain(values: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The values as JSON has them: NumPy's and torch's numbers as Python's, NaN and infinity as text.

    Raises VariableRefused, with the name of the value and the path inside it.
    """
    left = [_NUMBERS_LIMIT]
    return {str(name): _plain(value, f"{what} {name}", left) for name, value in values.items()}


def _plain(value: Any, where: str, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise VariableRefused(f"{where}: a kit has at most {_NUMBERS_LIMIT} metrics and parameters")
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{where}[{key!r}]", left) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{where}[{at}]", left) for at, item in enumerate(value)]
    if not isinstance(value, (int, float, str)) and hasattr(value, "item"):
        with suppress(ValueError, RuntimeError, TypeError):  # an array of several numbers
            value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, (int, str)):
        return int(value) if isinstance(value, int) else str(value)
    kind = type(value)
    raise VariableRefused(
        f"{where} is a {kind.__module__}.{kind.__qualname__}, expected a number, a text, or a dict of them",
        hint="convert it first, for example with float(x) or str(x)",
    )
