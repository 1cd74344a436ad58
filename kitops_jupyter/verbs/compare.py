"""`kit compare`: the kits of a repository by their metrics and parameters."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Printed, Verb


def _parser() -> Parser:
    parser = Parser(
        "compare",
        usage="compare REPOSITORY [flags]",
        examples=(
            "kit compare churn",
            "kit compare registry.example.com/team/churn --metric auc --metric loss",
            "kit compare churn --format json",
        ),
    )
    parser.word("REPOSITORY", kind="repository")
    parser.flag(
        "--metric", metavar="NAME", action="append", default=[], help="only this metric; may be repeated, in this order"
    )
    parser.flag("--lower", metavar="NAME", action="append", default=[], help="the lowest number of this metric is best")
    parser.flag("--higher", metavar="NAME", action="append", default=[], help="the highest number of it is best")
    parser.flag("--series", help="also read the logs of the newest kits of a registry, to draw metrics over steps")
    parser.flag("--format", choices=("table", "json"), default="table", help="table, or json with every number")
    parser.flag("-r", "--remote", help="ask the registry")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.look.compare import compare

    result = compare(
        arguments.repository,
        metrics=arguments.metric,
        lower=arguments.lower,
        higher=arguments.higher,
        series=arguments.series or None,
        remote=arguments.remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )
    return result if arguments.format == "table" else Printed.of(result.json(), result)


VERB = Verb(
    name="compare",
    summary="compare a repository's kits by metrics and parameters",
    about=(
        "Shows the kits of a repository side by side: the metrics that they were packed with, the parameters that "
        "differ, and which kit is best. Of kits in a registry only manifests and Kitfiles are read, without --series. "
        "Of the newest local kits each metric is drawn over its steps. kit.compare(REPOSITORY).to_pandas() is "
        "a DataFrame."
    ),
    parser=_parser,
    run=_run,
)
