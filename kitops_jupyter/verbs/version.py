"""`kit version`: what runs here."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser("version", usage="version", examples=("kit version",))
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.version import versions

    return versions(settings=context.settings)


VERB = Verb(
    name="version",
    summary="show the versions of this program and of Python",
    about="Shows the versions of this program, of Python, and of the Kitfile format that it writes.",
    parser=_parser,
    run=_run,
    needs_home=False,
)
