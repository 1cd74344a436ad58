"""`kit lineage`: where a kit came from."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Printed, Verb


def _parser() -> Parser:
    parser = Parser(
        "lineage",
        usage="lineage REF [flags]",
        examples=("kit lineage churn:champion", "kit lineage churn:champion --depth 1 --format json"),
    )
    parser.word("REF", kind="reference")
    parser.flag("--depth", metavar="N", type=int, help="show so many generations of kits (50)")
    parser.flag("--format", choices=("tree", "json"), default="tree", help="json is for programs")
    parser.flag("-r", "--remote", help="ask the registry, even if the kit is stored locally")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.look.lineage import DEPTH_LIMIT, lineage

    result = lineage(
        arguments.ref,
        depth=DEPTH_LIMIT if arguments.depth is None else arguments.depth,
        remote=arguments.remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )
    return Printed.of(result.json(), result) if arguments.format == "json" else result


VERB = Verb(
    name="lineage",
    summary="show the kits that a kit came from, with code and data",
    about=(
        "Draws the chain of kits that led to this one: those that were loaded, pulled or unpacked in the kernel that "
        "packed it, the kit that its model refers to, and its data sets that are other kits; then theirs. Each kit has "
        "its git commit, its data sets, and which cells of its notebook ran. Only manifests and Kitfiles are read."
    ),
    parser=_parser,
    run=_run,
)
