"""`kit init`: propose a Kitfile."""

from __future__ import annotations

import argparse

from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "init",
        usage="init [DIR] [flags]",
        examples=("kit init .", "kit init ./my-project --name my-kit --desc 'A small classifier' --author Ada"),
    )
    parser.word("DIR", kind="folder", required=False)
    parser.flag("--name", metavar="NAME", default="", help="the kit's name")
    parser.flag("--desc", metavar="TEXT", default="", help="the kit's description")
    parser.flag("--author", metavar="NAME", default="", help="the kit's author")
    parser.flag("-f", "--force", help="replace an existing Kitfile")
    parser.flag("-o", "--output", metavar="FILE", kind="path", help="write the Kitfile to FILE; - only shows it")
    parser.flag(
        "--depth", metavar="N", type=int, help="how many folder levels to look into before a folder becomes one layer"
    )
    parser.flag("--follow-links", help="include what links point to; kit pack needs this flag too")
    parser.flag("--like-kit", help="propose exactly what the kit program would")
    parser.flag("--dry-run", help="show the Kitfile without writing it")
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.init import init

    folder = context.folder(arguments.dir)
    shown_only = arguments.dry_run or arguments.output == "-"
    return init(
        folder,
        name=arguments.name,
        description=arguments.desc,
        author=arguments.author,
        force=arguments.force,
        output=context.path(arguments.output) if arguments.output and not shown_only else None,
        depth=arguments.depth,
        like_kit=arguments.like_kit,
        follow_links=arguments.follow_links,
        notebook=context.notebook_in(folder),
        dry_run=shown_only,
        settings=context.settings,
    )


VERB = Verb(
    name="init",
    summary="propose a Kitfile from the files in a folder",
    about=(
        "Looks at the files below DIR and writes a Kitfile for them: notebooks and scripts as code, models, data "
        "sets and documents. Hidden files, caches and files that look like credentials are left out and listed. "
        "An existing Kitfile is kept unless you give --force."
    ),
    parser=_parser,
    run=_run,
    needs_home=False,
)
