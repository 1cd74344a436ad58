"""`kit doctor`: what is broken, and the command that fixes it."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser("doctor", usage="doctor", examples=("kit doctor", "kit doctor --deep"))
    parser.flag("--deep", help="read and hash every byte of the store; takes minutes for a large store")
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.doctor import doctor

    return doctor(deep=arguments.deep, settings=context.settings, observe=context.observe)


VERB = Verb(
    name="doctor",
    summary="find problems and show the command that fixes each",
    about=(
        "Checks Python, the libraries, the store and the disk, and shows the command that fixes each problem. "
        "--deep also hashes every layer and names the damaged kits. Exits with status 1 if it finds a problem."
    ),
    parser=_parser,
    run=_run,
    failed=lambda result: not getattr(result, "is_well", True),
    needs_home=False,
)
