"""`kit index`: several kits under one name, told apart by labels."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kitops_jupyter.errors import Usage
from kitops_jupyter.lines import command
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Printed, Verb

if TYPE_CHECKING:
    from kitops_jupyter.operations.index.results import IndexInfo

_ACTIONS = ("create", "add", "remove", "list", "info", "delete", "push")


def _parser() -> Parser:
    parser = Parser(
        "index",
        usage="index ACTION [REF] [KIT...] [flags]",
        examples=(
            "kit index create churn:latest",
            "kit index add churn:latest churn:q4_0 -l quantization=q4_0 -l gpu=none",
            "kit index list churn:latest",
            "kit index push registry.example.com/team/churn:latest",
        ),
    )
    parser.word("ACTION", choices=_ACTIONS)
    parser.word("REF", kind="reference", required=False)
    parser.word("KIT", kind="reference", required=False, many=True)
    parser.flag(
        "-l", "--label", metavar="KEY=VALUE", action="append", default=[],
        help="label of the kit; KEY:=JSON sets a number or a list, KEY- removes it",
    )  # fmt: skip
    parser.flag(
        "--annotate", metavar="KEY=VALUE", action="append", default=[], help="annotation of the kit; KEY- removes it"
    )
    parser.flag("-r", "--remote", help="look up the kit or the index in its registry")
    parser.flag(
        "--format",
        choices=("table", "json"),
        default="table",
        help="output format of info, and of list for one index",
    )
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    action, reference, kits = arguments.action, arguments.ref, list(arguments.kit or ())
    if reference is None and action != "list":
        raise Usage(f"kit index {action}: REF is missing", hint=f"kit index {action} NAME:TAG")
    if kits and action not in ("create", "add", "remove"):
        raise Usage(f"kit index {action}: unexpected argument {kits[0]!r}", hint=command("index", action, reference))
    if action in ("add", "remove") and not kits:
        raise Usage(f"kit index {action}: KIT is missing", hint=command("index", action, reference, "NAME:TAG"))
    return _change(arguments, context, kits) if action in ("create", "add", "remove") else _other(arguments, context)


def _change(arguments: argparse.Namespace, context: Context, kits: list[str]) -> object:
    from kitops_jupyter.operations.index.index import index_add, index_create, index_remove

    how, observe = connection(arguments, context), context.observe
    result: IndexInfo | None = None
    if arguments.action == "create":
        return index_create(
            arguments.ref, kits, labels=arguments.label, connection=how, settings=context.settings, observe=observe
        )
    for kit in kits:
        if arguments.action == "remove":
            result = index_remove(arguments.ref, kit, settings=context.settings)
        else:
            result = index_add(
                arguments.ref,
                kit,
                labels=arguments.label,
                annotations=arguments.annotate,
                remote=arguments.remote,
                connection=how,
                settings=context.settings,
                observe=observe,
            )
    return result


def _other(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.index.index import index_delete, index_list
    from kitops_jupyter.operations.index.results import IndexInfo
    from kitops_jupyter.operations.transfer.push import push

    how, observe = connection(arguments, context), context.observe
    if arguments.action == "delete":
        return index_delete(arguments.ref, settings=context.settings)
    if arguments.action == "push":
        return push(arguments.ref, connection=how, settings=context.settings, observe=observe, index=True)
    result = index_list(
        arguments.ref, remote=arguments.remote, connection=how, settings=context.settings, observe=observe
    )
    if arguments.format == "json" and isinstance(result, IndexInfo):
        return Printed.of(result.json(), result)
    return result


VERB = Verb(
    name="index",
    summary="group several kits under one name, told apart by labels",
    about=(
        "create, add, remove, delete and info work on one index; list shows all indexes, or the kits of one. push "
        "sends the kits of an index first, then the index. pull and unpack choose one of its kits with -l KEY=VALUE."
    ),
    parser=_parser,
    run=_run,
)
