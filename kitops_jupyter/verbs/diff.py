"""`kit diff`: two kits compared."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "diff",
        usage="diff REF1 REF2 [flags]",
        examples=("kit diff churn:tuned churn:champion", "kit diff churn:tuned remote://registry.example.com/churn:v1"),
    )
    parser.word("REF1", kind="reference")
    parser.word("REF2", kind="reference")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.diff.diff import diff

    return diff(
        arguments.ref1,
        arguments.ref2,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="diff",
    summary="compare two kits by layers, files and Kitfile fields",
    about=(
        "Shows which layers two kits share, which files differ in the others, and which Kitfile fields changed. "
        "Put local:// before a reference for the local store, or remote:// for its registry; from a registry, it "
        "downloads only what it must compare."
    ),
    parser=_parser,
    run=_run,
)
