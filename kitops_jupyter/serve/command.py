"""`jupyter kit serve`: the small registry for a person on a terminal."""

from __future__ import annotations

import argparse
import asyncio
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from kitops_jupyter.disk import read_bytes, typed_path, why
from kitops_jupyter.errors import Usage
from kitops_jupyter.serve.hosts import Hosts, is_loopback
from kitops_jupyter.serve.running import ANSWERS

_ABOUT = (
    "Runs a small registry over a folder, for demos, classrooms and tests. It is not meant for production: it has "
    "no TLS, no roles and no backups. Use Harbor, Zot, or your cloud's registry instead. "
)
_EXAMPLE = "for example: jupyter kit serve ./registry --port 5000"


def serve_command(words: Sequence[str]) -> int:
    """Serve until the person ends it. Raises Usage, PathInvalid."""
    arguments = _parser().parse_args(words)
    folder = typed_path(arguments.folder)
    passwords = _passwords(typed_path(arguments.password_file)) if arguments.password_file else None
    if not arguments.host:
        raise Usage("--host needs an address", hint="--host 0.0.0.0 for every address of this machine")
    if not is_loopback(arguments.host) and not passwords:
        raise Usage(
            f"--host {arguments.host} lets other machines connect, and anyone there could write",
            hint="give --password-file FILE, with a line user:password for each user",
        )
    from kitops_jupyter.serve.app import make_app, serve

    hosts = Hosts(arguments.host, arguments.allow_host)
    try:
        app = make_app(folder, hosts=hosts, read_only=arguments.read_only, passwords=passwords)
    except OSError as problem:
        raise Usage(f"{folder}: {problem.strerror}", hint="give a folder that you can write") from None

    def tell(address: str) -> None:
        print(f"{ANSWERS}{address}", flush=True)
        print(
            f"from {folder.absolute()}; not meant for a team. Ctrl-C stops it.\n"
            f"In a notebook: %kit push --plain-http churn:v1 {address}/churn:v1",
            flush=True,
        )

    try:
        asyncio.run(serve(app, arguments.host, arguments.port, tell))
    except (OSError, UnicodeError) as problem:
        number = problem.errno if isinstance(problem, OSError) else None
        reason = os.strerror(number) if number and number > 0 else str(problem)
        raise Usage(f"{arguments.host}:{arguments.port}: {reason}", hint="--port 0 picks a free port") from None
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jupyter kit serve", description=_ABOUT, epilog=_EXAMPLE)
    parser.add_argument("folder", nargs="?", default="kit-registry", help="folder for the kits (kit-registry)")
    parser.add_argument("--port", type=_port, default=5000, help="port; 0 picks a free one (5000)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; beyond this machine, passwords are required"
    )
    parser.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        help="also answer to this host name, besides localhost and --host; can be repeated",
    )
    parser.add_argument("--password-file", metavar="FILE", help="file with lines user:password, readable only by you")
    parser.add_argument("--read-only", action="store_true", help="refuse pushes")
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def _passwords(path: Path) -> dict[str, str]:
    try:
        if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Usage(f"{path} can be read by others", hint=f"chmod 600 {path}")
        lines = read_bytes(path).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        hint = "it is a text file with lines user:password"
        raise Usage(f"{path} cannot be read: {why(problem)}", hint=hint) from None
    found = dict(line.split(":", 1) for line in lines if ":" in line)
    if not found:
        raise Usage(f"{path} has no line user:password", hint="write one for each user")
    return found
