"""`kit cache`: the size of the cache, and emptying it."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser("cache", usage="cache [info|clear]", examples=("kit cache info", "kit cache clear"))
    parser.word("ACTION", required=False, choices=("info", "clear"))
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.cache import cache_clear, cache_info

    act = cache_clear if arguments.action == "clear" else cache_info
    return act(settings=context.settings)


VERB = Verb(
    name="cache",
    summary="show the size of the cache, or empty it",
    about="`cache info` shows the size of the cache; `cache clear` empties it. Kits are not affected.",
    parser=_parser,
    run=_run,
)
