"""`kit push`: a kit into a registry."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "push",
        usage="push REF [DEST] [flags]",
        examples=(
            "kit push registry.example.com/team/churn:v1",
            "kit push churn:v1 registry.example.com/team/churn:v1 --plain-http",
        ),
    )
    parser.word("REF", kind="reference")
    parser.word("DEST", kind="new reference", required=False)
    parser.flag("--all-tags", help="every tag of the local repository")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.transfer.push import push

    return push(
        arguments.ref,
        arguments.dest,
        all_tags=arguments.all_tags,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="push",
    summary="a kit into a registry; what is there is not sent again",
    about=(
        "Sends a kit of the local store to its registry, or to DEST. A push that broke off resumes where it was, and "
        "the tag moves last: nobody sees half a kit."
    ),
    parser=_parser,
    run=_run,
)
