"""The registry as a process: an address, a folder, and an end at SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import tornado.web
from tornado.httpserver import HTTPServer

from kitops_jupyter.server.registry.base import Site
from kitops_jupyter.server.registry.folder import Folder
from kitops_jupyter.server.registry.handlers import Unknown, routes
from kitops_jupyter.server.registry.uploads import Uploads

_FORGOTTEN_S = 7 * 24 * 3600.0


def make_app(
    folder: Path, *, read_only: bool = False, passwords: Mapping[str, str] | None = None
) -> tornado.web.Application:
    """The API over this folder."""
    disk = Folder(folder)
    _sweep(disk.uploads)
    site = Site(disk, Uploads(disk), read_only, passwords)
    return tornado.web.Application(
        routes(site), default_handler_class=Unknown, default_handler_args={"site": site}, log_function=lambda _: None
    )


async def serve(app: tornado.web.Application, host: str, port: int, told: Callable[[str], None]) -> None:
    """Answer until SIGTERM or SIGINT; `told` gets the address, once it answers. Raises OSError for a port in use."""
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setblocking(False)
    server = HTTPServer(app, max_body_size=1 << 50, chunk_size=1 << 20, max_buffer_size=8 << 20)
    server.add_socket(listening)
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    logging.getLogger("tornado.general").setLevel(logging.ERROR)
    for number in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
        else:
            loop.add_signal_handler(number, ended.set)
    shown = f"[{host}]" if ":" in host else host
    told(f"{shown}:{listening.getsockname()[1]}")
    await ended.wait()
    server.stop()
    await server.close_all_connections()


def _sweep(uploads: Path) -> None:
    """Forget uploads that nobody went on with for a week."""
    for path in uploads.iterdir():
        if path.is_file() and time.time() - path.stat().st_mtime > _FORGOTTEN_S:
            path.unlink(missing_ok=True)
