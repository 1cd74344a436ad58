"""`kit search`: repositories and tags of a registry by a part of their names."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "search",
        usage="search REGISTRY TEXT [flags]",
        examples=(
            "kit search registry.example.com champion",
            "kit search registry.example.com champion --after team/model-400",
        ),
    )
    parser.word("REGISTRY", kind="registry")
    parser.word("TEXT")
    parser.flag("--after", metavar="REPOSITORY", default="", help="start after this repository")
    parser.flag("--limit", metavar="N", type=int, default=400, help="search the tags of this many repositories")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.look.search import search

    return search(
        arguments.registry,
        arguments.text,
        after=arguments.after,
        limit=arguments.limit,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="search",
    summary="find repositories and tags of a registry by a part of their names",
    about=(
        "Searches the names of all repositories of a registry, and the tags of 400 of them, and says how far it got. "
        "Skips repositories that it cannot read, and names them. Downloads no kit."
    ),
    parser=_parser,
    run=_run,
)
