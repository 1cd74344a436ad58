"""Tab in a line of %kit, and in the lines of a %%kit cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher
from IPython.core.interactiveshell import InteractiveShell

from kitops_jupyter.disk import current_folder
from kitops_jupyter.magics.values import ShellNamespace

IDENTIFIER = "kitops_jupyter"
PRIORITY = 1000  # before IPython's own, which are at 0 to 100

_LINE = re.compile(r"^\s*(?:[\w.,\s]+=\s*)?%kit\s(?P<words>.*)$")
_CELL = re.compile(r"^\s*%%kit(?:[ \t]+(?P<words>[^\n]*))?$")
_VARIABLE = re.compile(r"(?:\$\{?|\{)(\w*)$")
_EXPRESSION = re.compile(r"\{[^{}]*\W[^{}]*$")
_PROMPT = re.compile(r"^\s*[$!%]?\s*(?:(?:jupyter\s+|\./|\.\\)?kit\s+)?")


def add_completion(shell: InteractiveShell) -> None:
    """Let Tab know kits."""

    def match_kit(context: CompletionContext) -> SimpleMatcherResult:
        offer = _offer(context, shell)
        if offer is None:
            return SimpleMatcherResult(completions=[])
        # What is typed, again, where nothing fits: Python's names would not fit either, and take their time.
        texts = offer.texts or {offer.replaced: ""}
        found = [SimpleCompletion(text=text, type=about or "kit") for text, about in texts.items()]
        return SimpleMatcherResult(completions=found, matched_fragment=offer.replaced, suppress=True, ordered=True)

    matcher: Any = context_matcher  # IPython's own types leave it open
    if shell.Completer is not None:
        shell.Completer.custom_matchers.append(matcher(priority=PRIORITY, identifier=IDENTIFIER)(match_kit))


def remove_completion(shell: InteractiveShell) -> None:
    """Let Tab forget kits."""
    if shell.Completer is not None:
        kept = [
            matcher
            for matcher in shell.Completer.custom_matchers
            if getattr(matcher, "matcher_identifier", "") != IDENTIFIER
        ]
        shell.Completer.custom_matchers[:] = kept


@dataclass(frozen=True, slots=True)
class _Offer:
    """The text before the cursor that is replaced, and by what, with a few words on it."""

    replaced: str
    texts: dict[str, str]


def _offer(context: CompletionContext, shell: Any) -> _Offer | None:
    """What the word at the cursor may become; None where this is not a line of ours, or an expression in it."""
    typed = _typed(context)
    if typed is None:
        return None
    from kitops_jupyter import verbs

    words, current = verbs.split_typed(typed)
    if current.quote != "'":
        if _EXPRESSION.search(typed):
            return None
        if variable := _VARIABLE.search(typed):
            names = ShellNamespace(shell, {}).names()
            return _Offer(variable[1], {name: "" for name in names if name.startswith(variable[1])})
    following = context.full_text.split("\n")[context.cursor_line][context.cursor_position :]
    raw = typed[current.start :]
    found = _words([*words, current.text], ShellNamespace(shell, {}))
    texts = {verbs.retyped(raw, current, text, following): about for text, about in found.items()}
    return _Offer(raw, {text: about for text, about in texts.items() if text})


def _words(words: list[str], names: ShellNamespace) -> dict[str, str]:
    """What the last of the words may become, with a few words on it where there are any."""
    from kitops_jupyter import verbs
    from kitops_jupyter.errors import KitError
    from kitops_jupyter.settings import Settings
    from kitops_jupyter.verbs.core.complete import complete, describe

    try:
        context = verbs.Context(settings=Settings.load(), directory=current_folder(), interactive=True, variables=names)
    except KitError:  # no home, no folder: nothing is known, and the verb will say why
        return {}
    about = describe(words, context)
    return {text: about.get(text, "") for text in complete(words, context)}


def _typed(context: CompletionContext) -> str | None:
    """The words of a kit command up to the cursor; None where the line is something else."""
    until_cursor = context.text_until_cursor
    if match := _LINE.match(until_cursor):
        return match["words"]
    first, *_ = context.full_text.lstrip("\n").split("\n", 1)
    header = _CELL.match(first)
    if header is None:
        return None
    if until_cursor.lstrip().startswith("%%kit"):
        inside = _CELL.match(until_cursor)
        return inside["words"] if inside else None
    words = (header["words"] or "").split()
    if any(not word.startswith("-") for word in words):
        return None  # the body is a Kitfile
    return _PROMPT.sub("", until_cursor)
