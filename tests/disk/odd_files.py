"""What may lie where a file is expected."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

ODD = ("pipe", "socket", "device", "folder") if sys.platform != "win32" else ()


def make_odd(kind: str, path: Path) -> Path:
    """A pipe, socket or folder at this path, or a link to a device that never ends; the path."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        here = os.open(".", os.O_RDONLY)
        os.chdir(path.parent)  # a socket's whole path may be 107 bytes long
        try:
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(path.name)
        finally:
            os.fchdir(here)
            os.close(here)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    return path
