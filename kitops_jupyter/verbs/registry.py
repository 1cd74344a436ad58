"""`kit registry`: names for registries, and whether they answer."""

from __future__ import annotations

import argparse

from kitops_jupyter.errors import Usage
from kitops_jupyter.lines import command
from kitops_jupyter.reference import refuse_user_part
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.verb import Context, Verb

_ACTIONS = ("list", "add", "check", "remove")


def _parser() -> Parser:
    parser = Parser(
        "registry",
        usage="registry ACTION [NAME] [ADDRESS] [flags]",
        examples=(
            "kit registry add corp https://registry.corp.example:5000 --tls-cert corp-ca.pem",
            "kit registry check corp",
            "kit registry list",
            "kit registry remove corp",
        ),
    )
    parser.word("ACTION", choices=_ACTIONS)
    parser.word("NAME", required=False)
    parser.word("ADDRESS", required=False)
    parser.flag("--no-check", help="add it without checking that it answers")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    from kitops_jupyter.operations.check_registry import check_registry
    from kitops_jupyter.operations.registries import add_registry, list_registries, remove_registry
    from kitops_jupyter.settings import RegistrySettings

    action, name, address = arguments.action, arguments.name, arguments.address
    for word in filter(None, (name, address)):
        refuse_user_part(word)
    if name is None and action != "list":
        raise Usage(f"kit registry {action}: NAME is missing", hint=command("registry", action, "NAME"))
    if over := name if action == "list" else address if action != "add" else None:
        hint = command("registry", action, *([name] if over == address else []))
        raise Usage(f"kit registry {action}: unexpected argument {over!r}", hint=hint)
    if action == "list":
        return list_registries(settings=context.settings)
    if action == "remove":
        return remove_registry(name, settings=context.settings)
    how = connection(arguments, context)
    if action == "check":
        return check_registry(name, connection=how, settings=context.settings, observe=context.observe)
    entry = RegistrySettings(address or "", how.plain_http, how.tls_verify, how.ca, how.client_cert, how.client_key)
    check = not arguments.no_check
    return add_registry(name, entry, check=check, connection=how, settings=context.settings, observe=context.observe)


VERB = Verb(
    name="registry",
    summary="give registries names, and check whether they answer",
    about=(
        "add gives a registry a name to use in references, or changes how to reach it: it keeps --tls-cert, --cert, "
        "--key, --tls-verify and --plain-http. If the registry does not answer, add fails; --no-check adds it without "
        "a check. check tests one registry, by its name or its host, and says what would help; its exit status is 1 "
        "if the registry does not answer. list and remove concern the names on this machine; they change nothing in a "
        "registry."
    ),
    parser=_parser,
    run=_run,
    failed=lambda result: not getattr(result, "is_usable", True),
)
