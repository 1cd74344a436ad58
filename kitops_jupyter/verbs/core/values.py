"""`NAME=VALUE` on a line: variables of the notebook, and numbers and texts as they are typed."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kitops_jupyter.errors import Cancelled, Usage


class Namespace(Protocol):
    """The variables of a notebook."""

    def value(self, expression: str) -> Any:
        """What the expression is there. Raises NameError and whatever else the user's own expression raises."""

    def taken(self, names: Sequence[str]) -> list[str]:
        """Those of the names that a variable has."""

    def names(self) -> list[str]:
        """The variables that the user has set."""

    def put(self, values: Mapping[str, Any]) -> None:
        """Set these variables."""


def variables(words: Sequence[str], option: str, namespace: Namespace | None) -> dict[str, Any]:
    """The values of `--model NAME`, or `NAME=EXPRESSION`. Raises Usage if there are no variables, or not this one."""
    if words and namespace is None:
        raise Usage(
            f"{option} takes variables of a notebook, and a terminal has none",
            hint="run this line in a cell of a notebook; in Python, kit.pack(models={...}) takes values",
        )
    found: dict[str, Any] = {}
    for word in words:
        name, equals, expression = word.partition("=")
        if not equals and not word.isidentifier():
            raise Usage(f"{option} {word[:80]}: an expression needs a name", hint=f"{option} NAME={word[:80]}")
        assert namespace is not None
        try:
            found[name.strip()] = namespace.value(expression if equals else word)
        except Exception as problem:  # noqa: BLE001 -- whatever the user's own expression raises
            raise Usage(
                f"{option} {word[:80]}: {type(problem).__name__}: {problem}",
                hint="run the cell that sets it, then this one again",
            ) from None
    return found


def numbers(words: Sequence[str], option: str, namespace: Namespace | None) -> dict[str, Any]:
    """The values of `--metric NAME=VALUE`: a variable or expression, else a literal, else a text. Raises Usage."""
    found: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name.strip():
            raise Usage(f"{option} {word[:80]}: expected NAME=VALUE", hint=f"{option} accuracy=0.93")
        found[name.strip()] = _literal_or_value(text.strip(), namespace)
    return found


def _literal_or_value(text: str, namespace: Namespace | None) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    if namespace is not None:
        try:
            return namespace.value(text)
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 -- a plain word, such as adam
            return text
    return text
