"""`kit pull`: a kit out of a registry."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from kitops_jupyter.errors import Usage
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb

if TYPE_CHECKING:
    from pathlib import Path

    from kitops_jupyter.progress import Observer
    from kitops_jupyter.settings import Settings
    from kitops_jupyter.targets import Connection


def _parser() -> Parser:
    parser = Parser(
        "pull",
        usage="pull REF [flags]",
        examples=(
            "kit pull registry.example.com/team/churn:v1",
            "kit pull registry.example.com/team/churn:v1 --filter datasets:validation --filter model",
            "kit pull registry.example.com/team/churn:v1 --filter dataset --filter '!dataset:train/raw.csv' -d data",
            "kit pull registry.example.com/team/churn:v1 --filter model --as-tar -d archives",
        ),
    )
    parser.word("REF", kind="reference")
    parser.flag(
        "-f", "--filter", metavar="TYPES[:NAMES]", kind="filter", action="append", default=[],
        help="write only these as files: kitfile model datasets code prompts docs mcpservers",
    )  # fmt: skip
    parser.flag("-d", "--dir", metavar="DIR", kind="folder", help=("write the files to this folder, and store nothing"))
    parser.flag("-l", "--label", metavar="KEY=VALUE", action="append", default=[], help="choose one kit of an index")
    parser.flag("-o", "--overwrite", help="replace existing files")
    parser.flag("-i", "--ignore-existing", help="keep existing files")
    parser.flag("--include-remote", help="also fetch data sets that the Kitfile only points to")
    parser.flag("--as-tar", help="write each layer as an archive, NAME.tar")
    parser.flag("--store-only", help="pull the whole kit into the local store (the default without the flags above)")
    parser.flag(
        "--with-referrers",
        help=("pull into the store, and also pull what refers to the kit, such as signatures and file indexes"),
    )
    parser.network_flags()
    parser.common_flags()
    return parser


class _Always(TypedDict):
    """The arguments that each form of a pull has."""

    labels: Sequence[str]
    connection: Connection
    settings: Settings
    observe: Observer


class _Files(_Always):
    """And those of the two that write files."""

    directory: Path
    filters: Sequence[str]
    overwrite: bool
    ignore_existing: bool


def _run(arguments: argparse.Namespace, context: Context) -> object:
    """The flags choose the form: into the store, into files, or archives left as they are."""
    from kitops_jupyter.operations.transfer.pull import pull, pull_files
    from kitops_jupyter.operations.unpack.tars import pull_tars

    always: _Always = {
        "labels": arguments.label,
        "connection": connection(arguments, context),
        "settings": context.settings,
        "observe": context.observe,
    }
    _check(arguments)
    if not _writes_files(arguments):
        return pull(arguments.ref, with_referrers=arguments.with_referrers, **always)
    files: _Files = {
        "directory": context.path(arguments.dir or "."),
        "filters": arguments.filter,
        "overwrite": arguments.overwrite,
        "ignore_existing": arguments.ignore_existing,
        **always,
    }
    if arguments.as_tar:
        return pull_tars(arguments.ref, **files)
    return pull_files(arguments.ref, include_remote=arguments.include_remote, **files)


def _writes_files(arguments: argparse.Namespace) -> bool:
    return bool(arguments.dir or arguments.filter or arguments.as_tar)


def _check(arguments: argparse.Namespace) -> None:
    """Raise Usage for flags of two forms: the store never has a part of a kit under the kit's name."""
    for flag, is_given in (("--store-only", arguments.store_only), ("--with-referrers", arguments.with_referrers)):
        if is_given and _writes_files(arguments):
            raise Usage(
                f"{flag} is for a pull into the store; --filter, --dir and --as-tar write files and store nothing",
                hint=f"kit pull {arguments.ref} {flag}, then kit unpack {arguments.ref} --filter ...",
            )
    if arguments.include_remote and (arguments.as_tar or not _writes_files(arguments)):
        raise Usage(
            "--include-remote writes files: it needs --dir or --filter, and cannot be combined with --as-tar",
            hint=f"kit pull {arguments.ref} -d FOLDER --include-remote",
        )


VERB = Verb(
    name="pull",
    summary="pull a kit from a registry, or only the parts that you name",
    about=(
        "Without --filter and --dir, pulls the whole kit into the local store. With --filter, downloads only the "
        "selected layers. With either flag, verifies the layers and writes them as files, and stores nothing."
    ),
    parser=_parser,
    run=_run,
)
