"""`kit log`: numbers of a training into the next kit, and those of a kit."""

from __future__ import annotations

import argparse

from kitops_jupyter.errors import Usage
from kitops_jupyter.lines import command
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.values import numbers
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    parser = Parser(
        "log",
        usage="log [NAME=VALUE...|REF] [flags]",
        examples=(
            "kit log loss=0.3 --step 5",
            "kit log accuracy=acc --param lr=0.01",
            "kit log",
            "kit log churn:champion",
        ),
    )
    parser.word("REF", kind="reference", required=False, many=True)
    parser.flag("--step", metavar="N", help="the step of these numbers; without it they are counted")
    parser.flag(
        "--param", metavar="NAME=VALUE", action="append", default=[],
        help="what the model is trained with; may be repeated",
    )  # fmt: skip
    parser.flag("--clear", help="begin a new run: forget what was logged")
    parser.flag("-r", "--remote", help="ask the registry, even if the kit is stored locally")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.log import log, log_clear, log_params
    from kitops_jupyter.operations.logged import logged

    words: list[str] = arguments.ref or []
    values = [word for word in words if "=" in word]
    if words and not values:
        if len(words) > 1 or arguments.param or arguments.step or arguments.clear:
            raise Usage("kit log takes numbers, or one kit", hint=command("log", words[0]))
        return logged(
            words[0],
            remote=arguments.remote,
            connection=connection(arguments, context),
            settings=context.settings,
            observe=context.observe,
        )
    if context.variables is None:
        raise Usage(
            "kit log keeps numbers in a notebook's memory, and a terminal has none",
            hint="in Python: kit.log(loss=0.3); kit log REF shows what a kit has",
        )
    if arguments.clear:
        if words or arguments.param or arguments.step:
            raise Usage("kit log --clear takes nothing else", hint="kit log --clear, then log again")
        return log_clear()
    metrics = numbers(words, "kit log", context.variables)
    params = numbers(arguments.param, "--param", context.variables)
    if arguments.step and not metrics:
        raise Usage("--step is the step of a metric", hint=f"kit log loss=0.3 --step {arguments.step}")
    if params:
        log_params(params)
    if metrics:
        log(
            metrics,
            step=numbers([f"step={arguments.step}"], "--step", context.variables)["step"] if arguments.step else None,
        )
    return logged()


VERB = Verb(
    name="log",
    summary="log metrics for the next kit, or show those of a kit",
    about=(
        "Keeps numbers in the notebook's memory until the next kit pack takes them along: the last of each metric into "
        "the Kitfile, all of them into metrics.csv. Nothing is written or sent before. In a training loop use "
        "kit.log(loss=0.3, step=i). Without numbers it shows what was logged, with a kit's name what that kit has."
    ),
    parser=_parser,
    run=_run,
)
