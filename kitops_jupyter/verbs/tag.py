"""`kit tag`: another name for a kit."""

from __future__ import annotations

import argparse

from kitops_jupyter.reference import Reference, is_tag
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "tag",
        usage="tag REF NEWREF",
        examples=("kit tag churn:tuned churn:champion", "kit tag champion churn:tuned"),
    )
    parser.word("REF", kind="reference")
    parser.word("NEWREF", kind="new reference")
    parser.flag("-r", "--remote", help="tag in the registry; no layer passes through this machine")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.transfer.tag import tag

    source, target = arguments.ref, arguments.newref
    if _is_tag_first(source, target, context.settings):
        kit = Reference.parse(target)
        source, target = target, f"{kit.store_name.removeprefix('localhost/')}:{source}"
    return tag(
        source,
        target,
        remote=arguments.remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


def _is_tag_first(first: str, second: str, settings: Settings) -> bool:
    """Whether it is `tag NEWTAG REF`, as KitOps' stories write it: a bare tag that names no kit, then a kit."""
    from kitops_jupyter import targets
    from kitops_jupyter.operations.look.here import Here

    here = Here(settings)
    if not is_tag(first) or here.is_named(first):
        return False
    return here.is_named(second) or targets.names_registry(Reference.parse(second), settings)


VERB = Verb(
    name="tag",
    summary="give a kit another name; copies no data",
    about=(
        "Makes NEWREF point to the kit that REF names, in the same repository or another one. `tag NEWTAG REF` does "
        "the same within REF's repository."
    ),
    parser=_parser,
    run=_run,
)
