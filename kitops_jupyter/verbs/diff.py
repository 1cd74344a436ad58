"""`kit diff`: two kits compared."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.parser import Parser
from kitops_jupyter.verbs.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser("diff", usage="diff REF1 REF2", examples=("kit diff churn:tuned churn:champion",))
    parser.word("REF1", kind="reference")
    parser.word("REF2", kind="reference")
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.diff import diff

    return diff(arguments.ref1, arguments.ref2, settings=context.settings, observe=context.observe)


VERB = Verb(
    name="diff",
    summary="two kits, by layers, files and Kitfile fields",
    about=(
        "Shows which layers two kits share, which files differ in the others, and which fields of the Kitfile changed."
    ),
    parser=_parser,
    run=_run,
)
