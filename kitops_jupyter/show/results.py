"""Finds what shows a result, by its type."""

from __future__ import annotations

import importlib
from functools import singledispatch

from kitops_jupyter.result import Result
from kitops_jupyter.show.cards import Card
from kitops_jupyter.show.text import to_text

_OPERATIONS, _SHOW = "kitops_jupyter.operations.", "kitops_jupyter.show."


@singledispatch
def card_of(result: Result) -> Card:
    """The facts for people. A room above this one registers the cards of its own results with `card_of.register`."""
    _import_show(type(result))
    found = card_of.dispatch(type(result))
    if found is card_of.dispatch(object):
        raise TypeError(f"{type(result).__name__} has no card")
    return found(result)


@singledispatch
def text_of(result: Result) -> str:
    """The result for a terminal: its card, unless its operation answers in the words of the kit program."""
    _import_show(type(result))
    found = text_of.dispatch(type(result))
    return to_text(card_of(result)) if found is text_of.dispatch(object) else found(result)


@singledispatch
def aside_of(result: Result) -> str:
    """What a terminal shows on stderr, beside the result itself: how far it looked, and what it could not read."""
    _import_show(type(result))
    found = aside_of.dispatch(type(result))
    return "" if found is aside_of.dispatch(object) else found(result)


def _import_show(kind: type) -> None:
    """Import the files of this room that show a result of this type or of those it inherits."""
    for base in kind.__mro__:
        if base.__module__.startswith(_OPERATIONS):
            importlib.import_module(_SHOW + base.__module__.removeprefix(_OPERATIONS))
