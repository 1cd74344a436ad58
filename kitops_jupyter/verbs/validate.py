"""`kit validate`: judge a Kitfile."""

from __future__ import annotations

import argparse

from kitops_jupyter.errors import Usage
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Printed, Verb


def _parser() -> Parser:
    parser = Parser(
        "validate",
        usage="validate [KITFILE] [flags]",
        examples=("kit validate .", "kit validate ./Kitfile --format json"),
    )
    parser.word("KITFILE", kind="path", required=False)
    parser.flag(
        "-f", "--file", metavar="FILE", kind="path", help=("the Kitfile; - reads the cell's body, or standard input")
    )
    parser.flag("--format", choices=("text", "json"), default="text", help="json is for programs")
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.validate import validate

    if arguments.file and arguments.kitfile:
        raise Usage("kit validate: name the Kitfile once", hint="kit validate FILE")
    named = arguments.file or arguments.kitfile
    if named == "-" or (named is None and context.cell_text is not None):
        result = validate(text=context.read_input("validate"), settings=context.settings)
    else:
        result = validate(context.folder(named), settings=context.settings)
    return Printed.of(result.json(), result) if arguments.format == "json" else result


def _failed(result: object) -> bool:
    judged = result.result if isinstance(result, Printed) else result
    return not getattr(judged, "accepted", True)


VERB = Verb(
    name="validate",
    summary="check a Kitfile: list each problem with its line and a suggestion",
    about=(
        "Checks a Kitfile as strictly as packing does, and lists every problem with its line, field and a "
        "suggestion. KITFILE is a file, or a folder that holds one. Exits with status 1 if the Kitfile is not "
        "valid."
    ),
    parser=_parser,
    run=_run,
    takes_cell=True,
    failed=_failed,
    needs_home=False,
)
