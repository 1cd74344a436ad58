"""`kit remove`: names, and the bytes that nothing needs any more."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "remove",
        usage="remove REF... [flags]",
        examples=("kit remove churn:tuned", "kit remove churn:tuned,old", "kit remove --all --force"),
    )
    parser.word("REF", kind="reference", required=False, many=True)
    parser.flag("-f", "--force", help="remove all tags of the kit; with --all: every kit")
    parser.flag("-a", "--all", help="remove every kit that has no tag")
    parser.flag(
        "-r", "--remote", help="remove from the registry; a digest or --force removes the kit with all its tags"
    )
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.transfer.remove import remove

    return remove(
        tuple(arguments.ref or ()),
        force=arguments.force,
        everything=arguments.all,
        remote=arguments.remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="remove",
    summary="remove tags, and the data that no kit needs any more",
    about=(
        "Removes tags. Removing a kit's last tag also removes the kit and the blobs that no other kit needs; the "
        "freed bytes are shown."
    ),
    parser=_parser,
    run=_run,
)
