"""`kit load`: variables of a kit, back in the notebook."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from kitops_jupyter.errors import Conflict, Usage
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.values import Namespace
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "load",
        usage="load REF [NAME...] [flags]",
        examples=(
            "kit load churn:champion",
            "kit load churn:champion train --as df --columns age,income",
            "kit load registry.example.com/churn:v1 --list",
        ),
    )
    parser.word("REF", kind="reference")
    parser.word("NAME", kind="kit variable", required=False, many=True)
    parser.flag("--as", dest="as_name", metavar="NAME", help="the variable to set, in place of the one it had")
    parser.flag("--overwrite", help="replace variables that the notebook has")
    parser.flag("--columns", metavar="A,B", help="only these columns of a table")
    parser.flag("--into", metavar="VAR", help="the module that takes the weights, or the class to build")
    parser.flag(
        "--trust-types", metavar="T,...", action="append", default=[],
        help="allow exactly these types, which the refusal lists",
    )  # fmt: skip
    parser.flag("--trust", help="allow files that run code when they are loaded")
    parser.flag("--list", help="show the variables, and load none")
    parser.flag("-r", "--remote", help="ask the registry, even if the kit is stored locally")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.load.load import load_variables

    names: list[str] = arguments.name or []
    if context.variables is None and not arguments.list:
        raise Usage(
            "kit load puts variables into a notebook, and a terminal has none",
            hint=f"%kit load {arguments.ref} in a cell; kit load {arguments.ref} --list shows them here",
        )
    if arguments.as_name and (len(names) != 1 or not arguments.as_name.isidentifier()):
        raise Usage("--as gives one variable a name", hint=f"kit load {arguments.ref} NAME --as {arguments.as_name}")

    def check(found: Sequence[str]) -> None:
        if context.variables is not None and not arguments.list and not arguments.overwrite:
            _refuse_taken([arguments.as_name] if arguments.as_name else found, context.variables)

    result = load_variables(
        arguments.ref,
        names,
        columns=arguments.columns.split(",") if arguments.columns else None,
        into=context.variables.value(arguments.into) if arguments.into and context.variables else None,
        trust_types=[name for text in arguments.trust_types for name in text.split(",") if name],
        trust=arguments.trust,
        listing=arguments.list,
        before=check,
        remote=arguments.remote,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )
    if context.variables is not None:
        context.variables.put({arguments.as_name or name: value for name, value in result.objects.items()})
    return result


def _refuse_taken(names: Sequence[str], namespace: Namespace) -> None:
    if taken := namespace.taken(names):
        raise Conflict(
            f"the notebook has {', '.join(taken)} already: nothing was loaded",
            details=taken,
            hint="--overwrite replaces them; kit load REF NAME --as OTHER loads one under another name",
        )


VERB = Verb(
    name="load",
    summary="put a kit's variables back into the notebook",
    about=(
        "Loads the variables that kit pack --model and --dataset kept, under their names, from the local store or "
        "straight from a registry. Only the files of these variables travel, and each is verified first. No code of "
        "the kit runs: types outside the known ones are refused and listed, and --trust-types allows exactly those."
    ),
    parser=_parser,
    run=_run,
)
