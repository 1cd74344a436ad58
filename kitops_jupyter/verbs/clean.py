"""`kit clean`: the space that nothing needs, shown first, and freed when that is confirmed."""

from __future__ import annotations

import argparse

from kitops_jupyter.errors import Usage
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "clean", usage="clean [flags]", examples=("kit clean", "kit clean --yes", "kit clean --cache --yes")
    )
    parser.flag("-y", "--yes", help="remove what can go, instead of only showing it")
    parser.flag("--untagged", help="with --yes: remove only the kits without a tag")
    parser.flag("--cache", help="with --yes: only empty the cache")
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.transfer.disk_use import clean_up, disk_use

    is_all = arguments.untagged == arguments.cache
    if arguments.yes:
        return clean_up(
            untagged=is_all or arguments.untagged,
            cache=is_all or arguments.cache,
            settings=context.settings,
            observe=context.observe,
        )
    if arguments.untagged or arguments.cache:
        raise Usage("kit clean: --untagged and --cache say what --yes removes", hint="kit clean shows all that can go")
    return disk_use(settings=context.settings, observe=context.observe)


VERB = Verb(
    name="clean",
    summary="show what takes disk space and can go, or remove it",
    about=(
        "Shows what the local store and the cache take. With --yes, removes the kits that have no tag and the data "
        "that no other kit needs, and empties the cache. Never removes a kit that has a tag."
    ),
    parser=_parser,
    run=_run,
)
