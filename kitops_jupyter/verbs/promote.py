"""`kit promote`: lifecycle tags, moved as one guarded step."""

from __future__ import annotations

import argparse

from kitops_jupyter.reference import LIFECYCLE_TAGS
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "promote",
        usage="promote REF --to TAG [flags]",
        examples=(
            "kit promote registry.example.com/team/churn:challenger --to champion --metric 'accuracy>=0.9'",
            "kit promote registry.example.com/team/churn --to champion --undo --dry-run",
        ),
    )
    parser.word("REF", kind="reference")
    known = ", ".join(LIFECYCLE_TAGS)
    parser.flag(
        "--to",
        metavar="TAG",
        kind="lifecycle",
        required=True,
        help=f"the tag to set: {known}, or any other",
    )
    parser.flag(
        "--from", metavar="TAG", kind="lifecycle", dest="from_tag", help="require that this tag already names the kit"
    )
    parser.flag(
        "--metric", metavar="NAME>=X", help="require that a number among the model's parameters meets this limit"
    )
    parser.flag("--undo", help="restore the tags as they were before the last promotion; remove those that it made")
    parser.flag("--dry-run", help="show which tags would move, without moving them")
    parser.flag("-r", "--remote", help="work in the registry, even if the name does not point to one")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.transfer.promote import promote
    from kitops_jupyter.operations.transfer.promotion_plan import plan_promotion

    return (plan_promotion if arguments.dry_run else promote)(
        arguments.ref,
        arguments.to,
        from_tag=arguments.from_tag,
        metric=arguments.metric,
        undo=arguments.undo,
        remote=arguments.remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )


VERB = Verb(
    name="promote",
    summary="move lifecycle tags in one guarded step; copies no data",
    about=(
        "Makes TAG name the kit, in its registry if its name includes one. When the champion changes, rollback "
        "first names the old one. If someone else moved a tag meanwhile, that is an error. --undo restores the tags; "
        "--dry-run shows what either would move."
    ),
    parser=_parser,
    run=_run,
)
