"""`kit unpack`: a kit into files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb

_OLD_FILTERS = ("model", "datasets", "code", "docs", "kitfile")


class _UnpackParser(Parser):
    """`--config` is two things: kit's common flag with a home, and unpack's old switch for the Kitfile."""

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        found = super().read(words)
        if found.ref is None and isinstance(found.config, str):
            found.ref, found.config = found.config, True
        if found.ref is None:
            self.error("REF is missing")
        if found.config is True:
            found.kitfile, found.config = True, None
        return found


def _parser() -> Parser:
    parser = _UnpackParser(
        "unpack",
        usage="unpack REF [flags]",
        examples=(
            "kit unpack churn:tuned -d ./elsewhere",
            "kit unpack churn:tuned --filter model --filter datasets:validation",
            "kit unpack churn:tuned --filter datasets --filter '!datasets:train/raw.csv'",
        ),
    )
    parser.word("REF", kind="reference", required=False)
    parser.flag("-d", "--dir", metavar="DIR", kind="folder", help="folder to write to (default: the current one)")
    parser.flag("-o", "--overwrite", help="replace existing files")
    parser.flag("-i", "--ignore-existing", help="keep existing files")
    parser.flag(
        "-f", "--filter", metavar="TYPES[:NAMES]", kind="filter", action="append", default=[],
        help="only these: kitfile model datasets code prompts docs mcpservers; may be repeated",
    )  # fmt: skip
    parser.flag("--include-remote", help="also fetch data sets that the Kitfile only points to")
    parser.flag("-l", "--label", metavar="KEY=VALUE", action="append", default=[], help="choose one kit of an index")
    for name in _OLD_FILTERS:
        parser.flag(f"--{name}", help=f"old spelling of --filter {name}")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.unpack.unpack import unpack

    filters = [*arguments.filter, *(name for name in _OLD_FILTERS if getattr(arguments, name))]
    return unpack(
        arguments.ref,
        context.path(arguments.dir or "."),
        overwrite=arguments.overwrite,
        ignore_existing=arguments.ignore_existing,
        filters=filters,
        labels=arguments.label,
        include_remote=arguments.include_remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="unpack",
    summary="write a kit's files, verified, or none of them",
    about=(
        "Writes a kit's files below DIR. Lists all conflicts before it writes anything, and replaces existing files "
        "only with --overwrite. A file gets its final name only after its digest is verified."
    ),
    parser=_parser,
    run=_run,
)
