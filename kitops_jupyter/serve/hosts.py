"""The names that the registry answers to.

A web page can let its own name lead to this machine (DNS rebinding): its requests are then no cross-site ones for the
browser, but they name its host. So a request must name us as we are known: by a loopback name, by the address that we
listen on, or by a name that the person who started us gave.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?")


class Hosts:
    """What may stand in a request's Host header."""

    def __init__(self, listening: str, names: Iterable[str] = ()) -> None:
        """`listening` is the address or name that we are bound to, `names` are hosts without a port."""
        self._names = {_plain(name) for name in (listening, *names)}
        bound = _address(listening)
        self._is_anywhere = bound is not None and bound.is_unspecified
        if self._is_anywhere:
            self._names.add(_plain(socket.gethostname()))

    def has(self, header: str) -> bool:
        """Whether a request with this Host header means us."""
        match = _HOST.fullmatch(header)
        if not match:
            return False
        host = _plain(match[1])
        address = _address(host)
        if address is not None and (address.is_loopback or self._is_anywhere):
            return True  # a page cannot let an address lead elsewhere
        return host == "localhost" or host.endswith(".localhost") or host in self._names


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches this name or address."""
    address = _address(host)
    return address.is_loopback if address else _plain(host) == "localhost"


def _plain(host: str) -> str:
    host = host.lower().removesuffix(".")
    address = _address(host)
    return str(address) if address else host


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
