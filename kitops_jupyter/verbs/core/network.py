"""The network flags of a line as a Connection."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kitops_jupyter.verbs.core.verb import Context

if TYPE_CHECKING:
    from kitops_jupyter.targets import Connection


def connection(arguments: argparse.Namespace, context: Context) -> Connection:
    """What the flags of `Parser.network_flags` say."""
    from kitops_jupyter.targets import Connection

    def path(text: str | None) -> Path | None:
        return context.path(text) if text else None

    return Connection(
        plain_http=arguments.plain_http,
        tls_verify=arguments.tls_verify == "true",
        ca=path(arguments.tls_cert),
        client_cert=path(arguments.cert),
        client_key=path(arguments.key),
        concurrency=arguments.concurrency,
        proxy=arguments.proxy or "",
    )


def network_words(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The network flags that other lines need as well. A proxy is left out: its URL may contain a secret."""
    found = ["--plain-http"] if arguments.plain_http else []
    found += [] if arguments.tls_verify == "true" else ["--tls-verify", arguments.tls_verify]
    for name in ("tls_cert", "cert", "key"):
        if value := getattr(arguments, name):
            found += [f"--{name.replace('_', '-')}", value]
    return tuple(found)
