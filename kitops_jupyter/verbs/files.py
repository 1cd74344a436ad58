"""`kit files`: what is inside each layer."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "files",
        usage="files REF [LAYER] [flags]",
        examples=("kit files churn:tuned", "kit files churn:tuned data --long"),
    )
    parser.word("REF", kind="reference")
    parser.word("LAYER", kind="layer", required=False)
    parser.flag("-l", "--long", help="show permissions and sizes in bytes")
    parser.flag("-r", "--remote", help="ask the registry, even if the kit is stored locally")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.look.files import files

    return files(
        arguments.ref,
        arguments.layer,
        long=arguments.long,
        remote=arguments.remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="files",
    summary="list the files inside each layer",
    about="Lists the files inside every layer of a kit, or inside the layer with the name, path or type LAYER.",
    parser=_parser,
    run=_run,
)
