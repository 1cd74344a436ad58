"""Connections that notice a cancelled user, a peer that stalls, and an answer that comes before the body is sent.

They are urllib3's own, over sockets of ours; where they lead is read from the address by the one parser that judged it.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.wait import wait_for_read

from kitops_jupyter.address import Address, parse_proxy
from kitops_jupyter.progress import BEAT_S, beat
from kitops_jupyter.registry.http.sockets import dial, within

SLOWEST_BYTES = 4096  # less than this in one stall time is a stall: a trickle must not hold us for ever
HEADERS_BYTES = 1 << 20  # of an answer before its body; servers send 1 KiB


class _Patient(HTTPConnection):
    """Sends in small steps that can be cancelled, and stops if the server has already answered."""

    stall_s = 60.0
    _answered_early = False

    def _new_conn(self) -> socket.socket:
        """As urllib3's, with its exceptions."""
        patience_s = self.timeout if isinstance(self.timeout, (int, float)) else self.stall_s
        try:
            sock = dial(
                self._dns_host, self.port, within_s=patience_s, stall_s=self.stall_s, options=self.socket_options or ()
            )
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, str(error)) from error
        except OSError as error:
            raise NewConnectionError(self, f"Failed to establish a new connection: {error}") from error
        within(sock, self.stall_s, HEADERS_BYTES)  # for a proxy's answer
        return sock

    def send(self, data: Any) -> None:
        """All of `data`; BrokenPipeError when an answer is there, which urllib3 takes as the word to read it."""
        if self.sock is None:
            self.connect()
        sock, left = self.sock, memoryview(data).cast("B")
        is_plain = not isinstance(sock, ssl.SSLSocket)  # TLS has messages of its own, so readable means nothing
        sock.settimeout(BEAT_S)
        until, taken = time.monotonic() + self.stall_s, 0
        while len(left):
            if is_plain and wait_for_read(sock, timeout=0.0):
                self._answered_early = True
                raise BrokenPipeError("the server answered before the end of the body")
            try:
                sent = sock.send(left)
            except (TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                beat()
                sent = 0
            left, taken = left[sent:], taken + sent
            if len(left) and (now := time.monotonic()) > until:
                if taken < SLOWEST_BYTES:
                    raise TimeoutError(f"the registry took {taken} bytes in {self.stall_s:.0f} s")
                until, taken = now + self.stall_s, 0

    def getresponse(self) -> Any:
        """As urllib3's; status and headers must be whole within the stall time."""
        sock = self.sock
        within(sock, self.stall_s, HEADERS_BYTES)
        try:
            return super().getresponse()
        finally:
            within(sock, None)

    @property
    def is_connected(self) -> bool:
        return not self._answered_early and super().is_connected

    def close(self) -> None:
        self._answered_early = False
        super().close()


class _PatientTLS(_Patient, HTTPSConnection):
    """The same over TLS."""


def _pools(stall_s: float) -> Mapping[str, type[HTTPConnectionPool]]:
    """Pool classes whose connections have this patience; urllib3 wants classes, not values."""
    plain = type("Plain", (_Patient,), {"stall_s": stall_s})
    secure = type("Secure", (_PatientTLS,), {"stall_s": stall_s})
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }


class Wire(HTTPAdapter):
    """requests' adapter over such connections; it never retries, and reads no address but by `Address`."""

    def __init__(self, *, connections: int, stall_s: float, context: ssl.SSLContext | None) -> None:
        self._pools = _pools(stall_s)
        self._tls = {"ssl_context": context} if context else {}
        super().__init__(pool_connections=8, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **self._tls, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **self._tls, **options)
        if not proxy.startswith("socks"):  # their connections go another way, which ours would not
            manager.pool_classes_by_scheme = self._pools
        return manager

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: Any,
        proxies: Mapping[str, str] | None = None,
        cert: Any = None,
    ) -> Any:
        """The pool for where the address leads by our own reading; requests would parse it again, and differently."""
        address = Address.parse(request.url or "")
        proxy = (proxies or {}).get(address.scheme)
        manager = self.proxy_manager_for(proxy) if proxy else self.poolmanager
        return manager.connection_from_host(address.host, address.port, address.scheme)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing: whom we trust, and who we are, is in the context alone."""


class LaterWire:
    """A wire that is made when it is first needed: reading the system's authorities takes its time."""

    def __init__(self, make: Callable[[], Wire]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._wire: Wire | None = None

    def __call__(self) -> Wire:
        with self._lock:
            self._wire = self._wire or self._make()
            return self._wire

    def close(self) -> None:
        """Close its idle connections, if it was ever made."""
        if self._wire is not None:
            self._wire.close()


def proxies_for(url: str, proxies: Mapping[str, str], no_proxy: tuple[str, ...]) -> dict[str, str]:
    """What requests wants: the proxy for this URL's scheme, or none. Requests' own rule reads the environment.

    Raises Usage for a proxy that cannot be, without repeating it.
    """
    scheme, host, port = Address.parse(url).origin
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or host in ("localhost", "127.0.0.1", "::1") or any(_bypasses(rule, host, port) for rule in no_proxy):
        return {}
    return {scheme: parse_proxy(proxy)}


def _bypasses(rule: str, host: str, port: int) -> bool:
    """One NO_PROXY entry: `*`, a host, a domain with or without dot, an address, a network, each with a port."""
    name, _, wanted = (
        rule.rpartition(":") if rule.rpartition(":")[2].isdigit() and rule.count(":") == 1 else (rule, "", "")
    )
    if wanted and int(wanted) != port:
        return False
    try:
        address = ipaddress.ip_address(host)
        return address in ipaddress.ip_network(name, strict=False)
    except ValueError:
        domain = name.lower().removeprefix("*").strip(".")
        return name == "*" or (bool(domain) and (host == domain or host.endswith("." + domain)))
