"""`kit inspect`: a kit's digest, Kitfile and manifest."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser("inspect", usage="inspect REF", examples=("kit inspect churn:tuned",))
    parser.word("REF", kind="reference")
    parser.flag("-r", "--remote", help="ask the registry, even if the kit is stored locally")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.index.results import IndexJson
    from kitops_jupyter.operations.look.info import inspect
    from kitops_jupyter.operations.opening import IsIndex

    try:
        return inspect(
            arguments.ref,
            remote=arguments.remote,
            connection=connection(arguments, context),
            settings=context.settings,
            observe=context.observe,
        )
    except IsIndex as found:
        return IndexJson(found.reference, found.descriptor.digest, found.data)


VERB = Verb(
    name="inspect",
    summary="show a kit's digest, Kitfile and manifest as JSON",
    about="Shows the manifest of a kit with every layer's media type, digest and size, and its Kitfile, as JSON.",
    parser=_parser,
    run=_run,
)
