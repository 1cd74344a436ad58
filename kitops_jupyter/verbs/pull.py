"""`kit pull`: a kit out of a registry."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "pull",
        usage="pull REF [flags]",
        examples=(
            "kit pull registry.example.com/team/churn:v1",
            "kit pull registry.example.com/team/churn:v1 --filter datasets:validation --filter model",
            "kit pull registry.example.com/team/churn:v1 --filter model --as-tar -d archives",
        ),
    )
    parser.word("REF", kind="reference")
    parser.flag(
        "-f", "--filter", metavar="TYPES[:NAMES]", kind="filter", action="append", default=[],
        help="only these, straight into files: kitfile model datasets code prompts docs mcpservers",
    )  # fmt: skip
    parser.flag("-d", "--dir", metavar="DIR", kind="folder", help="write the files there, store nothing")
    parser.flag("-l", "--label", metavar="KEY=VALUE", action="append", default=[], help="choose one kit of an index")
    parser.flag("-o", "--overwrite", help="replace files that are there already")
    parser.flag("-i", "--ignore-existing", help="keep files that are there already")
    parser.flag("--include-remote", help="also data sets that the Kitfile only points at")
    parser.flag("--as-tar", help="leave each layer as the archive that it is, NAME.tar")
    parser.flag("--store-only", help="all of it into the local store, as without any of the flags above")
    parser.flag("--with-referrers", help="into the store, with what refers to the kit: signatures, file indexes")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.transfer.pull import pull

    writes_files = bool(arguments.dir or arguments.filter or arguments.as_tar)
    return pull(
        arguments.ref,
        context.path(arguments.dir or ".") if writes_files else None,
        filters=arguments.filter,
        labels=arguments.label,
        overwrite=arguments.overwrite,
        ignore_existing=arguments.ignore_existing,
        include_remote=arguments.include_remote,
        store_only=arguments.store_only,
        as_tar=arguments.as_tar,
        with_referrers=arguments.with_referrers,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="pull",
    summary="a kit out of a registry, or only the parts that you name",
    about=(
        "Without --filter and --dir the whole kit goes into the local store. With them only those layers travel, and "
        "their files are on disk afterwards, verified."
    ),
    parser=_parser,
    run=_run,
)
