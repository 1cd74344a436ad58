"""Connections that notice a cancelled user, a peer that stalls, and an answer that comes before the body is sent.

They are urllib3's own, with patience of another kind: every wait is cut into beats, and at each beat the
current watch is called, which may raise. So a cancel takes effect within BEAT_S even when nothing moves.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.wait import wait_for_read

from kitops_jupyter.disk import check_regular, why
from kitops_jupyter.errors import Unreachable

BEAT_S = 0.25  # a cancel must take effect within a second


def _nothing() -> None:
    return None


_watch: ContextVar[Callable[[], None]] = ContextVar("registry_watch", default=_nothing)


@contextmanager
def watched(watch: Callable[[], None]) -> Iterator[None]:
    """Within it, `watch` is called at every beat of a wait in this thread; what it raises ends the wait."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


def current_watch() -> Callable[[], None]:
    """The watch of this thread, to hand to another."""
    return _watch.get()


def beat() -> None:
    """One beat: ask the watch."""
    _watch.get()()


def pause(seconds: float) -> None:
    """Sleep, in beats."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        beat()
        time.sleep(min(BEAT_S, left))


def wait_readable(sock: Any, timeout_s: float) -> None:
    """Return when the socket has something to read, or its end. Raises TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while not wait_for_read(sock, timeout=BEAT_S):
        beat()
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing came for {timeout_s:.0f} s")


class _Patient(HTTPConnection):
    """Sends in beats, and stops sending when the server has answered already."""

    stall_s = 60.0
    _answered_early = False

    def send(self, data: Any) -> None:
        """All of `data`; BrokenPipeError when an answer is there, which urllib3 takes as the word to read it."""
        if self.sock is None:
            self.connect()
        sock, left = self.sock, memoryview(data).cast("B")
        is_plain = not isinstance(sock, ssl.SSLSocket)  # TLS has messages of its own, so readable means nothing
        sock.settimeout(BEAT_S)
        deadline = time.monotonic() + self.stall_s
        while len(left):
            if is_plain and wait_for_read(sock, timeout=0.0):
                self._answered_early = True
                raise BrokenPipeError("the server answered before the end of the body")
            try:
                sent = sock.send(left)
            except (TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                beat()
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the registry took no bytes for {self.stall_s:.0f} s") from None
                continue
            left = left[sent:]
            deadline = time.monotonic() + self.stall_s

    def getresponse(self) -> Any:
        """As urllib3's; the wait for the first byte is in beats."""
        if self.sock is not None and not (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            wait_readable(self.sock, self.stall_s)
        return super().getresponse()

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
    """requests' adapter over such connections; it never retries, and trusts `context` besides requests' bundle."""

    def __init__(self, *, connections: int, stall_s: float, context: ssl.SSLContext | None) -> None:
        self._pools = _pools(stall_s)
        self._tls = {"ssl_context": context} if context else {}
        super().__init__(pool_connections=8, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **self._tls, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **self._tls, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def trust(*bundles: Path | None) -> ssl.SSLContext:
    """The system's authorities and these bundles, files or folders. Raises Unreachable for one that cannot be read."""
    for bundle in filter(None, bundles):  # first: the system's own way to open them waits for a pipe
        try:
            if not bundle.is_dir():
                check_regular(bundle)
        except OSError as error:
            raise Unreachable(
                f"{bundle}: no CA certificates in it: {why(error)}", hint="it must be a PEM file"
            ) from None
    context = ssl.create_default_context()
    for bundle in filter(None, bundles):
        try:
            context.load_verify_locations(
                cafile=None if bundle.is_dir() else bundle, capath=bundle if bundle.is_dir() else None
            )
        except OSError as error:
            raise Unreachable(f"{bundle}: no CA certificates in it ({error})", hint="it must be a PEM file") from None
    return context


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: the same three mean the same server. Raises Unreachable for what is no http(s) URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        raise Unreachable(f"{url.split('?')[0][:80]!r} is not an address on the web") from None
    if not parts.hostname:
        raise Unreachable(f"{url.split('?')[0][:80]!r} has no host")
    return parts.scheme, parts.hostname.rstrip("."), port


def joined(url: str, location: str) -> str:
    """Where a `Location` or link leads from an address. Raises Unreachable for what leads nowhere."""
    try:
        return urljoin(url, location)
    except ValueError:
        raise Unreachable(f"{location.split('?')[0][:80]!r} is not an address on the web") from None


def proxies_for(url: str, proxies: Mapping[str, str], no_proxy: tuple[str, ...]) -> dict[str, str]:
    """What requests wants: the proxy for this URL's scheme, or none. Requests' own rule reads the environment."""
    scheme, host, port = origin_of(url)
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or host in ("localhost", "127.0.0.1", "::1") or any(_bypasses(rule, host, port) for rule in no_proxy):
        return {}
    return {scheme: proxy if "://" in proxy else f"http://{proxy}"}


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
