"""`kit doctor`: what is broken, and the command that mends it."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser("doctor", usage="doctor", examples=("kit doctor", "kit doctor --deep"))
    parser.flag("--deep", help="read and hash every byte of the store; a large one takes minutes")
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.doctor import doctor

    return doctor(deep=arguments.deep, settings=context.settings, observe=context.observe)


VERB = Verb(
    name="doctor",
    summary="what is broken, and the command that mends it",
    about=(
        "Looks at Python, the libraries, the store and the disk, and says for each problem the command that mends "
        "it. --deep also hashes every layer and says which kits are damaged. A script gets exit status 1 when "
        "something is broken."
    ),
    parser=_parser,
    run=_run,
    failed=lambda result: not getattr(result, "is_well", True),
    needs_home=False,
)
