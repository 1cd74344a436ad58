"""`kit diff`: two kits compared, or a kit and a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from kitops_jupyter.errors import Usage
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Printed, Verb

_MB = 1 << 20


def _parser() -> Parser:
    parser = Parser(
        "diff",
        usage="diff REF1 REF2 [flags]",
        examples=(
            "kit diff churn:tuned churn:champion",
            "kit diff . churn:champion",
            "kit diff churn:tuned remote://registry.example.com/churn:v1 --deep",
        ),
    )
    parser.word("REF1", kind="reference")
    parser.word("REF2", kind="reference")
    parser.flag("--file", metavar="PATH", action="append", default=[], help="compare only this file; may be repeated")
    parser.flag("--files-only", help="name the files that differ; do not compare what is in them")
    parser.flag("--deep", help="compare everything, however much that downloads")
    parser.flag("--limit", metavar="MB", type=int, help="download at most so many MB to compare files (64)")
    parser.flag("--format", choices=("text", "json"), default="text", help="json is for programs")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.diff.diff import LIMIT_BYTES, diff, is_folder

    limit = arguments.limit
    if limit is not None and (limit < 0 or arguments.deep):
        raise Usage("kit diff: --limit needs a number of MB, and does not go with --deep", hint="--limit 500")

    def side(text: str) -> str | Path:
        return context.path(text) if is_folder(text) else text

    result = diff(
        side(arguments.ref1),
        side(arguments.ref2),
        contents=not arguments.files_only,
        deep=arguments.deep,
        files=arguments.file,
        limit_bytes=LIMIT_BYTES if limit is None else limit * _MB,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )
    return Printed.of(result.json(), result) if arguments.format == "json" else result


VERB = Verb(
    name="diff",
    summary="compare two kits, or a folder and a kit, down to what is in the files",
    about=(
        "Shows which layers two kits share, which Kitfile fields changed, which files differ in the other layers, and "
        "what differs in them: cells of notebooks, lines of text, values of JSON and YAML, columns of tables, tensors "
        "of models. "
        "Put local:// before a reference for the local store, or remote:// for its registry. A folder (., ./FOLDER or "
        "/FOLDER) is compared as packing it would make it; nothing is stored. From a registry, it downloads only what "
        "it must compare, and says what would take more than 64 MB in all: --deep compares that, too."
    ),
    parser=_parser,
    run=_run,
)
