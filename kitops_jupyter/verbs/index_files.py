"""`kit index-files`: a file index for a kit that was packed without."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "index-files",
        usage="index-files REF [flags]",
        examples=("kit index-files churn:v1", "kit index-files registry.example.com/team/churn:v1 --remote"),
    )
    parser.word("REF", kind="reference")
    parser.flag("-r", "--remote", help="attach it in the registry, even if the kit is stored locally")
    parser.flag("-l", "--label", metavar="KEY=VALUE", action="append", default=[], help="choose one kit of an index")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.index_files import index_files

    return index_files(
        arguments.ref,
        labels=arguments.label,
        remote=arguments.remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="index-files",
    summary="add a file index to a kit that has none, so that single files can be read",
    about=(
        "Reads each layer once and attaches an index of its files to the kit. The kit and its digest do not change. "
        "The index lets this machine read and verify single files of the kit in a registry. Another machine reads the "
        "whole layer once and compares it with the index before it uses the index."
    ),
    parser=_parser,
    run=_run,
)
