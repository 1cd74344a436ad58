"""Addresses on the web: parsed once, strictly, and sent as they were parsed.

Parsers disagree about backslashes, user parts, tabs and odd hosts; whoever compares with one and connects with another
gives secrets away. So an `Address` is made of what was parsed and judged, its text is written from its parts, and
requests are made from that text alone: any parser reads the same in it.
Source: RFC 3986; hosts of digits as the URL standard of browsers reads them ("ends in a number").
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin

from kitops_jupyter.errors import Unreachable, Usage

Origin = tuple[str, str, int]
PORTS = {"http": 80, "https": 443}
_PROXY_PORTS = {**PORTS, **dict.fromkeys(("socks4", "socks4a", "socks5", "socks5h"), 1080)}
_SHOWN = 100  # characters of an address in a message
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WHOLE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?\Z", re.DOTALL)
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,254}))(?::([0-9]{0,5}))?\Z")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}\Z")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029]")  # what some parsers drop, and some take for a slash
_USER = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:%-]*\Z")
_SAFE = "!#$%&'()*+,/:;=?@[]~"  # in a path or a query, besides letters and digits


@dataclass(frozen=True, slots=True)
class Address:
    """An address without user part; `host` in lower case, an IPv6 address without brackets, `target` path and query.

    The same `origin` means the same server: a final dot and a default port make no difference.
    """

    scheme: str
    host: str
    port: int
    target: str = "/"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `http(s)://host[:port]/...`. Raises Unreachable for what is no such address, or could be two.

        What a path may not have is encoded, a fragment left out. Never repeats a user part.
        """
        match = None if _FORBIDDEN.search(text) else _WHOLE.match(text)
        if match is None:
            raise _none(text, "it is not a valid URL")
        scheme, authority, path, query = match[1].lower(), match[2], match[3], match[4] or ""
        if scheme not in PORTS:
            raise _none(text, "its scheme is not http or https")
        host, port = parse_authority(authority, default_port=PORTS[scheme])
        return cls(scheme, host, port, _encoded((path or "/") + query))

    @property
    def origin(self) -> Origin:
        """Scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """`host` or `host:port`, the port only if it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the `?`, "" for none."""
        return self.target.partition("?")[2]

    @property
    def base(self) -> str:
        """`scheme://host[:port]`."""
        return f"{self.scheme}://{self.authority}"

    @property
    def shown(self) -> str:
        """For people: without the query, which may hold a signature."""
        shown = self.base + self.path
        return shown if len(shown) <= 2 * _SHOWN else shown[: 2 * _SHOWN] + "…"

    def __str__(self) -> str:
        return self.base + self.target

    def joined(self, location: str, what: str = "") -> Address:
        """Where a `Location` or a link on this page leads. Raises Unreachable, which says `what` was being done.

        A relative one stays on this server, whatever it contains. Source: RFC 3986, 5.2.
        """
        try:
            return self._joined(location)
        except Unreachable as error:
            raise Unreachable(f"{what}: {self.authority} redirects to an unusable address: {error.message}") from None

    def _joined(self, location: str) -> Address:
        if _FORBIDDEN.search(location):
            raise _none(location, "it is not a valid URL")
        if _SCHEME.match(location):
            return Address.parse(location)
        if location.startswith("//"):
            return Address.parse(f"{self.scheme}:{location}")
        found = Address.parse(urljoin(str(self), _encoded(location)))
        if found.origin != self.origin:
            raise _none(location, "it resolves to another host than it names")
        return found

    def with_query(self, query: str) -> Address:
        """The same page with another query."""
        return replace(self, target=f"{self.path}?{_encoded(query)}" if query else self.path)


def parse_authority(text: str, *, default_port: int) -> tuple[str, int]:
    """Host and port of `host[:port]`, as they are compared and connected to. Raises Unreachable."""
    match = _AUTHORITY.match(text)
    if match is None:
        raise _none(text, "a host is letters, digits, dots and dashes, without a user name")
    port = int(match[3]) if match[3] else default_port
    if not 1 <= port <= 65535:
        raise _none(text, "a port is a number from 1 to 65535")
    return (_ipv6(match[1]) if match[1] else _host(match[2])), port


def _ipv6(text: str) -> str:
    try:
        return ipaddress.IPv6Address(text).compressed
    except ValueError:
        raise _none(f"[{text}]", "it is not a valid IPv6 address") from None


def _host(text: str) -> str:
    host = text.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.match, labels)):
        raise _none(text, "a host is names of 1 to 63 letters, digits and dashes, with dots between them")
    if _NUMBER.match(labels[-1]):  # a resolver takes 2130706433, 0x7f.1 and 127.1 for 127.0.0.1
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise _none(text, "an IPv4 address is four numbers of 0 to 255") from None
    return host


def _encoded(target: str) -> str:
    """A path and query as they may be sent; bytes of a header, which come as Latin-1, as those bytes."""
    target = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", target)
    try:
        return quote(target.encode("latin-1"), safe=_SAFE)
    except UnicodeEncodeError:
        return quote(target.encode("utf-8", "replace"), safe=_SAFE)


def _none(text: str, why: str) -> Unreachable:
    """The refusal; what is shown of the text has no query, and nothing at all if there may be a password in it."""
    plain = text.partition("?")[0]
    shown = "the address" if "@" in text or "%40" in text or not text else repr(plain[:_SHOWN])
    return Unreachable(f"{shown} cannot be used: {why}")


def parse_proxy(text: str) -> str:
    """A proxy's address, written from its parts: `scheme://[user:password@]host:port`, http without a scheme.

    Raises Usage, which repeats nothing of it: it may hold a password.
    """
    scheme, _, rest = text.rpartition("://") if "://" in text else ("http", "", text)
    user, at, authority = rest.rstrip("/").rpartition("@")
    scheme = scheme.lower()
    problem = "" if scheme in _PROXY_PORTS else "its scheme is not http, https or socks5h"
    problem = problem or (
        "" if _USER.match(user) else "its user name or password has characters that must be percent-encoded"
    )
    if not problem:
        try:
            host, port = parse_authority(authority, default_port=_PROXY_PORTS[scheme])
        except Unreachable:
            problem = "its host or port is not valid"
        else:
            return f"{scheme}://{user}{at}{f'[{host}]' if ':' in host else host}:{port}"
    raise Usage(
        f"the proxy's address cannot be used: {problem}",
        hint="give --proxy or HTTPS_PROXY as http://[USER:PASSWORD@]HOST:PORT",
    )
