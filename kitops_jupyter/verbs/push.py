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
    parser.word("REF", kind="local reference")
    parser.word("DEST", kind="new reference", required=False)
    parser.flag("--all-tags", help="push every tag of the local repository")
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
    summary="push a kit to a registry; sends only what is missing there",
    about=(
        "Sends a kit of the local store to its registry, or to DEST. An interrupted push resumes where it "
        "stopped. The tag moves last, so nobody sees half a kit."
    ),
    parser=_parser,
    run=_run,
)
