"""`kit info`: a kit's Kitfile."""

from __future__ import annotations

import argparse

from kitops_jupyter.disk import is_notebook
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "info",
        usage="info REF [flags]",
        examples=("kit info churn:tuned", "kit info churn:tuned -f model.path", "kit info study.ipynb"),
    )
    parser.word("REF", kind="reference")
    parser.flag(
        "-f", "--filter", metavar="FIELD", help="one field of the Kitfile, such as model.name or datasets[0].path"
    )
    parser.flag("-r", "--remote", help="ask the registry, even if the kit is stored locally")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.kit_index import parse_index
    from kitops_jupyter.operations.index.results import IndexInfo
    from kitops_jupyter.operations.look.info import info
    from kitops_jupyter.operations.opening import IsIndex

    if is_notebook(arguments.ref) and context.path(arguments.ref).is_file():
        from kitops_jupyter.operations.look.notebook_state import notebook_state

        return notebook_state(context.path(arguments.ref), settings=context.settings)
    try:
        return info(
            arguments.ref,
            select=arguments.filter,
            remote=arguments.remote,
            connection=connection(arguments, context),
            settings=context.settings,
            observe=context.observe,
        )
    except IsIndex as found:
        if arguments.filter:
            raise
        return IndexInfo(found.reference, found.descriptor.digest, parse_index(found.data), found.data)


VERB = Verb(
    name="info",
    summary="show a kit's Kitfile, or one field of it",
    about=(
        "Shows the Kitfile of a kit with its layers and their sizes; --filter shows only one field. For a notebook on "
        "disk, shows the kit that it was last packed into on this machine, and if it changed since."
    ),
    parser=_parser,
    run=_run,
)
