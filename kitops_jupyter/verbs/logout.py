"""`kit logout`: forget who we are to a registry."""

from __future__ import annotations

import argparse

from kitops_jupyter.reference import refuse_user_part
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser("logout", usage="logout REGISTRY", examples=("kit logout registry.example.com",))
    parser.word("REGISTRY", kind="registry")
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    refuse_user_part(arguments.registry)
    from kitops_jupyter.operations.login import logout

    return logout(arguments.registry, settings=context.settings, observe=context.observe)


VERB = Verb(
    name="logout",
    summary="log out of a registry",
    about=(
        "Removes a registry's credentials from the keychain or from kit's file, and the names that Tab offers of it; "
        "docker's own file is not changed."
    ),
    parser=_parser,
    run=_run,
)
