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
    parser.flag("-f", "--force", help="all tags of the kit, not only this one; with --all: every kit")
    parser.flag("-a", "--all", help="every kit that has no tag")
    parser.flag("-r", "--remote", help="in the registry; a digest or --force takes the kit with all its tags")
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
    summary="a name, and the bytes that nothing needs any more",
    about=(
        "Removes tags. A kit's last tag takes the kit with it, and the blobs that no other kit needs; it says how "
        "many bytes."
    ),
    parser=_parser,
    run=_run,
)
