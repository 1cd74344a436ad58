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
        help=f"the tag that shall name it: {known}, or any other",
    )
    parser.flag("--from", metavar="TAG", kind="lifecycle", dest="from_tag", help="a tag that must name it already")
    parser.flag("--metric", metavar="NAME>=X", help="a number among the model's parameters that must hold")
    parser.flag("--undo", help="put the tags of the last promotion back, and take away those that it made")
    parser.flag("--dry-run", help="show which tags would move, move none")
    parser.flag("-r", "--remote", help="in the registry, also for a name that is not known to lead to one")
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
    summary="lifecycle tags, moved as one guarded step; no bytes move",
    about=(
        "Lets TAG name the kit, in its registry if its name leads to one. When a champion goes, rollback names it "
        "first. A tag that somebody else moved meanwhile is an error, and --undo puts the tags back; --dry-run shows "
        "what either would move."
    ),
    parser=_parser,
    run=_run,
)
