"""`kit list`: the kits of the local store, of a repository elsewhere, or what repositories a registry has."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core import template
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Printed, Verb


def _parser() -> Parser:
    parser = Parser(
        "list",
        usage="list [REPOSITORY | REGISTRY] [flags]",
        examples=(
            "kit list",
            "kit list --filter model --format json",
            "kit list registry.example.com/team/churn",
            "kit list --format '{{ .Repo }}:{{ .Tags }} {{ .Size }}'",
        ),
    )
    parser.word("REPOSITORY", kind="repository", required=False)
    parser.flag(
        "--format", metavar="FORMAT", kind="format", default="table",
        help=f"table, json, or a line per kit with {' '.join(template.FIELDS)} in {{{{ }}}}",
    )  # fmt: skip
    parser.flag(
        "-f", "--filter", metavar="TYPES[:NAMES]", kind="filter", action="append", default=[],
        help="only kits with a layer of this type; may be repeated",
    )  # fmt: skip
    parser.flag("-r", "--remote", help="ask the registry")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.look.kits import list_kits
    from kitops_jupyter.operations.look.repositories import list_repositories
    from kitops_jupyter.targets import is_registry

    if arguments.repository and is_registry(arguments.repository, context.settings):
        how = connection(arguments, context)
        return list_repositories(arguments.repository, connection=how, settings=context.settings)
    if arguments.format not in ("table", "json"):
        template.check(arguments.format)
    result = list_kits(
        arguments.repository,
        filters=arguments.filter,
        remote=arguments.remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )
    if arguments.format == "table":
        return result
    if arguments.format == "json":
        return Printed.of(result.json(), result)
    return Printed.of("\n".join(template.fill(arguments.format, kit) for kit in result.kits), result)


VERB = Verb(
    name="list",
    summary="list kits in the local store or in a repository",
    about=(
        "Lists the kits of the local store with tags, sizes and digests; REGISTRY/REPOSITORY lists a remote "
        "repository, REGISTRY alone its repositories."
    ),
    parser=_parser,
    run=_run,
)
