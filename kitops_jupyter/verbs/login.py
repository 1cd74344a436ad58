"""`kit login`: who we are to a registry."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from kitops_jupyter.errors import Usage
from kitops_jupyter.lines import command
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import refuse_user_part
from kitops_jupyter.verbs.core.network import connection, network_words
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.screen import SignIn
from kitops_jupyter.verbs.core.verb import Context, Verb

if TYPE_CHECKING:
    from kitops_jupyter.operations.login import LoginResult


def _parser() -> Parser:
    parser = Parser(
        "login",
        usage="login REGISTRY [flags]",
        examples=("kit login registry.example.com -u ada", "kit login registry.example.com -u ada --password-stdin"),
    )
    parser.word("REGISTRY", kind="registry")
    parser.flag("-u", "--username", metavar="NAME", help="user name; asked for if not given")
    parser.secret("-p")
    parser.flag("--password-stdin", help="read the password from standard input")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    refuse_user_part(arguments.registry)
    if arguments.password_stdin:
        if not arguments.username:
            raise Usage("kit login: --password-stdin needs -u NAME", hint="kit login REGISTRY -u NAME --password-stdin")
        username, password = arguments.username, context.read_input("login").rstrip("\r\n")
    elif context.screen is not None:
        attempt, flags = _attempt(arguments, context, ignore), network_words(arguments)  # the form outlives our bars
        return context.screen.sign_in(SignIn(arguments.registry, arguments.username or "", attempt, flags))
    else:
        username, password = _asked(arguments, context)
    return _attempt(arguments, context, context.observe)(username, password)


def _asked(arguments: argparse.Namespace, context: Context) -> tuple[str, str]:
    """A name and a password from whoever is there. Raises Usage, with the way in for scripts, where nobody is."""
    username = arguments.username
    if context.ask is not None:
        try:
            username = username or context.ask("User name: ", False)
            return username, context.ask(f"Password of {username} at {arguments.registry}: ", True)
        except Usage:
            pass  # a cell that is run without a front end
    words = command("login", arguments.registry, "-u", username or "NAME", "--password-stdin")
    raise Usage("kit login cannot ask for a password here", hint=f"on a terminal: ... | jupyter {words}")


def _attempt(arguments: argparse.Namespace, context: Context, observe: Observer) -> Callable[[str, str], LoginResult]:
    """Tries a name and a password at the registry."""
    from kitops_jupyter.operations.login import login

    how = connection(arguments, context)
    return lambda username, password: login(
        arguments.registry, username, password, connection=how, settings=context.settings, observe=observe
    )


VERB = Verb(
    name="login",
    summary="log in to a registry",
    about=(
        "Asks for the password without showing it, in a form if the front end has widgets. Keeps it only if "
        "the registry accepts it: in the system's keychain if there is one, otherwise in kit's own credentials "
        "file. It is never part of a notebook."
    ),
    parser=_parser,
    run=_run,
)
