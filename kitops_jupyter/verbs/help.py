"""`kit help`: the verbs on one screen, or one verb's flags with an example."""

from __future__ import annotations

import argparse
import textwrap
from dataclasses import dataclass

from kitops_jupyter.result import Result
from kitops_jupyter.show.cards import Card, Table
from kitops_jupyter.show.results import card_of, text_of
from kitops_jupyter.show.text import kit_table
from kitops_jupyter.verbs.core.parser import Option, Parser
from kitops_jupyter.verbs.core.table import NAMES, find
from kitops_jupyter.verbs.core.verb import Context, Verb

WIDTH = 100


@dataclass(frozen=True, slots=True)
class HelpResult(Result):
    """What help shows of one verb."""

    name: str
    usage: str
    about: str
    examples: tuple[str, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Overview(Result):
    """Every verb in one line each."""

    verbs: tuple[tuple[str, str], ...]


@text_of.register
def _text_of_help(result: HelpResult) -> str:
    blocks = [
        textwrap.fill(result.about, WIDTH),
        f"Usage:\n  {result.usage}",
        "Examples:\n" + "\n".join(f"  {line}" for line in result.examples),
    ]
    for title, is_common in (("Flags", False), ("Flags of every verb", True)):
        rows = [(option.shown, option.help) for option in result.options if option.is_common == is_common]
        if rows:
            lines = kit_table(("", ""), rows).splitlines()[1:]
            blocks.append(f"{title}:\n" + "\n".join(f"  {line}" for line in lines))
    return "\n\n".join(blocks)


@card_of.register
def _card_of_help(result: HelpResult) -> Card:
    rows = [(option.shown.strip(), option.help) for option in result.options if not option.is_common]
    common = ", ".join(option.shown.strip() for option in result.options if option.is_common)
    return Card(
        title=result.usage,
        facts=(("", result.about),),
        tables=(Table(("flag", "what it does"), rows),) if rows else (),
        text="\n".join(result.examples),
        notes=(f"every verb takes {common}",),
    )


@card_of.register
def _card_of_overview(result: Overview) -> Card:
    return Card(
        title="kit: pack a notebook, its model and its data into one ModelKit",
        tables=(Table(("verb", "what it does"), result.verbs),),
        notes=("kit help VERB shows a verb's flags and an example; to start, try kit pack . -t NAME:TAG",),
    )


def _parser() -> Parser:
    parser = Parser("help", usage="help [VERB]", examples=("kit help pack",))
    parser.word("VERB", kind="verb", required=False)
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> Result:
    if arguments.verb is None:
        return Overview(tuple((name, find(name).summary) for name in NAMES))
    verb = find(arguments.verb)
    parser = verb.parser()
    return HelpResult(verb.name, parser.usage_line, verb.about, parser.examples, tuple(parser.options))


VERB = Verb(
    name="help",
    summary="show this list, or a verb's flags with an example",
    about="Lists every verb in one line, or shows one verb with all its flags and an example.",
    parser=_parser,
    run=_run,
    needs_home=False,
)
