"""Ports for programs that cannot choose one themselves."""

from __future__ import annotations

import socket
from random import SystemRandom

# Below those that systems give to outgoing connections and to servers on port 0 (Linux: from 32,768).
CHOICE = range(10_000, 32_000)


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens, and which nobody is given by chance before its program does."""
    for port in SystemRandom().sample(CHOICE, 100):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("100 ports were tried, and none is free")
