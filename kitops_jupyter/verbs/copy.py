"""`kit copy`: between registries, the local store and OCI layouts."""

from __future__ import annotations

import argparse
from dataclasses import replace

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "copy",
        usage="copy SRC DST [flags]",
        examples=(
            "kit copy registry.example.com/team/churn:v1 mirror.example.com/team/churn:v1",
            "kit copy registry.example.com/team/churn:v1 churn-v1.tar",
            "kit copy churn-v1.tar local://registry.example.com/team/churn:v1",
            "kit copy churn:tuned oci:layout:tuned",
        ),
    )
    parser.word("SRC", kind="reference")
    parser.word("DST", kind="reference")
    parser.flag("--no-referrers", help="do not copy what refers to the kit, such as signatures and file indexes")
    parser.flag("-o", "--overwrite", help="replace an existing tar")
    parser.flag("--src-plain-http", help="use HTTP for SRC only")
    parser.flag("--dst-plain-http", help="use HTTP for DST only")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.transfer.copy import copy

    how = connection(arguments, context)
    return copy(
        arguments.src,
        arguments.dst,
        referrers=not arguments.no_referrers,
        overwrite=arguments.overwrite,
        directory=context.directory,
        connection=replace(how, plain_http=how.plain_http or arguments.dst_plain_http),
        source_connection=replace(how, plain_http=how.plain_http or arguments.src_plain_http),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="copy",
    summary="copy a kit between registries, stores and OCI layouts, byte for byte",
    about=(
        "SRC and DST can each be a name with a registry; any other name, or local://NAME, for the local store; or "
        "oci:DIR[:TAG] or FILE.tar[:TAG] for an OCI layout, which can cross an air gap. Copies everything that refers "
        "to the kit, too. No digest changes, and content that DST already has is not moved again."
    ),
    parser=_parser,
    run=_run,
)
