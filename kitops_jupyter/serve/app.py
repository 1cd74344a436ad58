"""The registry as a process: an address, a folder, and an end at SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import tornado.web

from kitops_jupyter.serve.base import Site
from kitops_jupyter.serve.folder import Folder
from kitops_jupyter.serve.handlers import Unknown, routes
from kitops_jupyter.serve.hosts import Hosts
from kitops_jupyter.serve.listener import Listener
from kitops_jupyter.serve.uploads import Uploads

_ENDS_IN_S = 2.0  # at the latest, whatever a thread is doing: a kill leaves nothing half


def make_app(
    folder: Path,
    *,
    hosts: Hosts | None = None,
    read_only: bool = False,
    passwords: Mapping[str, str] | None = None,
) -> tornado.web.Application:
    """The API over this folder; without `hosts` for this machine alone. Raises OSError for a folder that cannot be."""
    disk = Folder(folder)
    uploads = Uploads(disk)
    if not read_only:
        uploads.sweep()
    site = Site(disk, uploads, hosts or Hosts("127.0.0.1"), read_only, passwords)
    return tornado.web.Application(
        routes(site), default_handler_class=Unknown, default_handler_args={"site": site}, log_function=lambda _: None
    )


async def serve(app: tornado.web.Application, host: str, port: int, told: Callable[[str], None]) -> None:
    """Answer until SIGTERM or SIGINT; `told` gets the address, once it answers. Raises OSError for a port in use.

    What is being done at the signal is given a moment, then the process ends.
    """
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setblocking(False)
    server = Listener(app, max_body_size=1 << 50, chunk_size=1 << 20, max_buffer_size=8 << 20)
    server.add_socket(listening)
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in ("tornado.general", "tornado.access"):
        logging.getLogger(name).setLevel(logging.ERROR)

    def end(*_: object) -> None:
        timer = threading.Timer(_ENDS_IN_S, os._exit, [0])
        timer.daemon = True
        timer.start()
        loop.call_soon_threadsafe(ended.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    shown = f"[{host}]" if ":" in host else host
    told(f"{shown}:{listening.getsockname()[1]}")
    await ended.wait()
    server.stop()
    await server.close_all_connections()
