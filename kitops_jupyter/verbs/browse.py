"""`kit browse`: registries and the local store, their kits, and what is in them; in widgets where there are any."""

from __future__ import annotations

import argparse

from kitops_jupyter.reference import refuse_user_part
from kitops_jupyter.verbs.core.network import connection, network_words
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.screen import Browse
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "browse",
        usage="browse [REF | REGISTRY] [flags]",
        examples=(
            "kit browse",
            "kit browse registry.example.com",
            "kit browse registry.example.com/team/churn:champion",
        ),
    )
    parser.word("REF", kind="reference", required=False)
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    how = connection(arguments, context)
    start = arguments.ref or ""
    refuse_user_part(start)
    if context.screen is not None:
        flags = network_words(arguments)
        return context.screen.browse(Browse(start, context.directory, how, context.settings, flags))
    from kitops_jupyter.operations.look.browse import browse

    return browse(start, connection=how, settings=context.settings, observe=context.observe)


VERB = Verb(
    name="browse",
    summary="browse registries and kits, and pick what to pull",
    about=(
        "In a notebook, opens a browser in the cell: registries and the local store, repositories, and tags with "
        "size and date. A kit opens to its layers, folders and files; tick what you need and pull it into a "
        "folder. It lists conflicts with existing files first. Outside a notebook, prints the same as text, one level "
        "at a time."
    ),
    parser=_parser,
    run=_run,
)
