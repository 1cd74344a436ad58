"""Parse a line, and run what it asks for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import KitError, Usage
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.door import typed_errors
from kitops_jupyter.verbs.core.parser import refuse_secrets
from kitops_jupyter.verbs.core.table import find
from kitops_jupyter.verbs.core.verb import Call, Context

_HELP = ("-h", "--help", "-help")
_WITH_VALUE = ("--config", "--progress", "--log-level")  # the common flags that may stand before the verb


def parse(words: Sequence[str]) -> Call:
    """The call that these words ask for; no words, or a flag for help, ask for help. Raises Usage."""
    refuse_secrets(words)
    at = verb_at(words)
    if at is None:
        return _help(None)
    verb = find(words[at])
    rest = [*words[:at], *words[at + 1 :]]
    if any(word in _HELP for word in (rest[: rest.index("--")] if "--" in rest else rest)):
        return _help(verb.name)
    arguments = verb.parser().read(rest)
    home = arguments.config if isinstance(arguments.config, str) else ""
    return Call(verb, arguments, home, arguments.progress or "")


def settings_of(call: Call, directory: Path) -> Settings:
    """What the call runs with: this process's settings, with the home that `--config` names.

    Raises Usage, PathInvalid; not for a verb that needs no home: that one has what can be used of them.
    """
    on_problem = None if call.verb.needs_home else _forget
    home = directory / typed_path(call.home) if call.home else None
    return Settings.load(home=home, on_problem=on_problem)


def _forget(problem: KitError) -> None:
    """The verb works without; doctor looks for itself."""


def run(call: Call, context: Context) -> Any:
    """Do it; the result is a value with fields, and `str()` of it is what a terminal shows.

    Raises KitError, and nothing else that comes from the input or the system.
    """
    if context.cell_text is not None and not call.verb.takes_cell:
        raise Usage(
            f"kit {call.verb.name} takes no cell body", hint=f"%kit {call.verb.name}, with one % and on one line"
        )
    with typed_errors():
        return call.verb.run(call.arguments, context)


def is_failure(call: Call, result: Any) -> bool:
    """Whether a script should stop here although nothing was raised: a Kitfile that is not valid, a broken store."""
    return call.verb.failed(result)


def verb_at(words: Sequence[str]) -> int | None:
    """Where the verb stands: the first word that is not a flag, and no flag's value."""
    at = 0
    while at < len(words):
        if not words[at].startswith("-"):
            return at
        at += 2 if words[at] in _WITH_VALUE else 1
    return None


def _help(name: str | None) -> Call:
    return Call(find("help"), argparse.Namespace(verb=name))
