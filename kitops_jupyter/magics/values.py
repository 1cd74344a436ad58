"""The values of `$name` and `{expression}` on a line of %kit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kitops_jupyter.verbs.core.lexer import Expand

_CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}


class ShellNamespace:
    """The variables of a notebook; `local` are those of a function that the magic runs in."""

    def __init__(self, shell: Any, local: Mapping[str, Any]) -> None:
        self._shell = shell
        self._local = local

    def value(self, expression: str) -> Any:
        return eval(expression, {**self._shell.user_ns, **self._local})

    def taken(self, names: Sequence[str]) -> list[str]:
        hidden = getattr(self._shell, "user_ns_hidden", {})
        return [name for name in names if name in self._shell.user_ns and name not in hidden]

    def names(self) -> list[str]:
        hidden = getattr(self._shell, "user_ns_hidden", {})
        return sorted(name for name in self._shell.user_ns if name not in hidden and not name.startswith("_"))

    def put(self, values: Mapping[str, Any]) -> None:
        self._shell.push(dict(values))


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
