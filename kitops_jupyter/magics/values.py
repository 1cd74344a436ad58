"""The values of `$name` and `{expression}` on a line of %kit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kitops_jupyter.verbs.core.lexer import Expand

_CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}


def expander(namespace: Mapping[str, Any]) -> Expand:
    """Evaluates what the user typed, as IPython does for other magics; what has no value stays as it is typed."""

    def expand(expression: str) -> str | None:
        source, _, conversion = expression.strip().rpartition("!")
        if not source or conversion not in _CONVERSIONS:
            source, conversion = expression.strip(), ""
        try:
            value = eval(source, dict(namespace))
            return _CONVERSIONS[conversion](value) if conversion else format(value)
        except Exception:  # noqa: BLE001 -- whatever the user's own expression raises
            return None

    return expand
