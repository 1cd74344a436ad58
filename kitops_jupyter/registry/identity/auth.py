"""Answers to a registry's challenge: Basic, or a bearer token fetched for just what is to be done.

Tokens are kept per server and scope until they expire. A secret goes to the registry that it is for, and to a token
server that may have it: the same host, a host of the same organisation's domain, or one named in the settings.
Source: RFC 7235; distribution's "Token Authentication" and "OAuth2 Token Authentication".
"""

from __future__ import annotations

import ipaddress
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kitops_jupyter.address import Address, Origin
from kitops_jupyter.errors import RegistryError, Unauthorized
from kitops_jupyter.registry.identity.credentials import Credential

Fetch = Callable[[str, str, Mapping[str, str], Sequence[tuple[str, str]]], dict[str, Any]]
DEFAULT_LIFE_S = 60.0  # the specification's, for a token that does not say
_SAFETY = 0.9  # use a token for this share of its life: clocks differ, and a request takes its time
_TOKEN = re.compile(r"[\x21-\x7e]{1,65536}\Z")  # as a header value; anything else could smuggle a header in
_PARAMETER = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)')
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9_-]*)(?=\s+[^\s=,]+\s*=|\s*(?:,|$))")
_REPOSITORY = re.compile(r"/v2/(?P<name>.+)/(?:blobs|manifests|tags|referrers)/")
# Where unrelated people have neighbouring names: a shared parent there says nothing.
_SHARED_PARENTS = re.compile(
    r"(?:(?:com?|org|net|edu|gov|ac|ne|or|go)\.[a-z]{2}|(?:github|gitlab|azurecr)\.io|(?:web|run|vercel|netlify)\.app"
    r"|(?:herokuapp|amazonaws|appspot|azure)\.com|(?:cloudfront|azurewebsites|cloudapp)\.net|(?:pages|fly|pkg)\.dev)\Z"
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge of a `WWW-Authenticate` header; the scheme in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenges(header: str) -> list[Challenge]:
    """Every challenge in a header, also several in one; what cannot be read is left out."""
    starts = list(_SCHEME.finditer(header[:16384]))
    found = []
    for match, following in zip(starts, [*starts[1:], None], strict=False):
        text = header[match.end() : following.start() if following else len(header)]
        parameters: dict[str, str] = {}
        position = 0
        while piece := _PARAMETER.match(text, position):
            quoted, plain = piece.group(2), piece.group(3)
            parameters.setdefault(piece.group(1).lower(), re.sub(r"\\(.)", r"\1", quoted) if plain is None else plain)
            position = piece.end()
        found.append(Challenge(match.group(1).lower(), parameters))
    return found


def scopes_of(method: str, url: str) -> tuple[str, ...]:
    """What a request needs, sorted: pull to read, else pull and push; a mount also pull at its source."""
    parts = urlsplit(url)
    if parts.path.endswith("/v2/_catalog"):
        return ("registry:catalog:*",)
    match = _REPOSITORY.search(parts.path)
    if not match:
        return ()
    actions = {"GET": "pull", "HEAD": "pull", "DELETE": "delete,pull,push"}.get(method, "pull,push")
    # An upload's status is part of a push, and some servers ask so.
    actions = "pull,push" if "/blobs/uploads/" in parts.path else actions
    scopes = {f"repository:{match.group('name')}:{actions}"}
    scopes.update(f"repository:{name}:pull" for name in parse_qs(parts.query).get("from", []))
    return tuple(sorted(scopes))


def merged(wanted: Sequence[str], asked: str) -> tuple[str, ...]:
    """What we want and what the challenge asks for, with the actions on one resource joined."""
    actions: dict[str, set[str]] = {}
    for scope in [*wanted, *asked.split()]:
        resource, _, names = scope.rpartition(":")
        if resource:
            actions.setdefault(resource, set()).update(names.split(","))
    return tuple(f"{resource}:{','.join(sorted(names))}" for resource, names in sorted(actions.items()))


def realm_problem(registry: Origin, realm: str, *, has_secret: bool, allowed: Sequence[str] = ()) -> str:
    """Why this token server must not be asked; empty when it may be."""
    try:
        scheme, host, _ = Address.parse(realm).origin
    except RegistryError as error:
        return error.message
    if scheme != "https" and registry[0] == "https":
        return "it has no TLS, but the registry has"
    if host == registry[1] or host in allowed:
        return ""
    if has_secret and not _same_organisation(registry[1], host):
        return "it is a host of another organisation"
    if _is_private(host) and not _is_private(registry[1]):
        return "it is on a private network, but the registry is not"
    return ""


def _same_organisation(one: str, other: str) -> bool:
    """Hosts below one domain that belongs to somebody: `registry.x.org` and `auth.x.org`, or `x.org` itself."""
    if {one, other} == {"registry-1.docker.io", "auth.docker.io"}:
        return True
    left, right = one.split("."), other.split(".")
    if any(_is_address(host) for host in (one, other)) or min(len(left), len(right)) < 2:
        return False
    # The shared tail: the registry's parent, or the whole of the shorter name.
    shared = 0
    for a, b in zip(reversed(left), reversed(right), strict=False):
        if a != b:
            break
        shared += 1
    if shared < 2 or shared < max(len(left), len(right)) - 1:
        return False
    return not _SHARED_PARENTS.match(".".join(left[-shared:]))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _shown(realm: str) -> str:
    """A token server's address for people; nothing of one that cannot be read."""
    try:
        return Address.parse(realm).shown
    except RegistryError:
        return "an address"


def _is_private(host: str) -> bool:
    if _is_address(host):
        return not ipaddress.ip_address(host).is_global
    return host == "localhost" or "." not in host


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    good_until_s: float


class Authenticator:
    """The `Authorization` values for one registry, for use by several threads."""

    def __init__(
        self,
        name: str,
        registry: Origin,
        credential: Callable[[str], Credential | None],
        fetch: Fetch,
        *,
        token_hosts: Sequence[str],
    ) -> None:
        self._name = name
        self._registry = registry
        self._find = credential
        self._fetch = fetch
        self._token_hosts = token_hosts
        self._lock = threading.RLock()
        self._credentials: dict[str, Credential | None] = {}
        self._scheme = ""
        self._tokens: dict[tuple[str, ...], _Token] = {}

    def header(self, method: str, url: str) -> str:
        """What to send with a request, as far as is known; empty for nothing."""
        with self._lock:
            if self._scheme == "basic":
                credential = self.credential(url)
                return credential.basic if credential else ""
            token = self._tokens.get(scopes_of(method, url))
            return f"Bearer {token.value}" if token and token.good_until_s > time.monotonic() else ""

    def credential(self, url: str) -> Credential | None:
        """Who we are for this request's repository; looked up once, since a helper may be slow or ask a person."""
        match = _REPOSITORY.search(urlsplit(url).path)
        repository = match.group("name") if match else ""
        with self._lock:
            if repository not in self._credentials:
                self._credentials[repository] = self._find(repository)
            return self._credentials[repository]

    def answer(self, header: str, method: str, url: str, *, sent: str) -> str:
        """What to send after a 401 with this `WWW-Authenticate`; `sent` was refused. Raises Unauthorized.

        Several threads that are refused at once fetch one token.
        """
        challenges = {challenge.scheme: challenge.parameters for challenge in parse_challenges(header)}
        with self._lock:
            current = self.header(method, url)
            if current and current != sent:
                return current
            self._tokens.pop(scopes_of(method, url), None)
            if "bearer" in challenges:
                self._scheme = "bearer"
                return self._bearer(challenges["bearer"], scopes_of(method, url), self.credential(url))
            if "basic" in challenges:
                self._scheme = "basic"
                credential = self.credential(url)
                if credential and credential.username and sent != credential.basic:
                    return credential.basic
            raise self._refused("needs a login" if not sent else "does not accept these credentials")

    def _refused(self, why: str) -> Unauthorized:
        return Unauthorized(f"{self._name} {why}", hint=f"kit login {self._name}", status=401)

    def _bearer(self, parameters: Mapping[str, str], wanted: tuple[str, ...], credential: Credential | None) -> str:
        """Fetch a token for what we want and what the challenge asks for, and keep it under what we want."""
        if credential and credential.registry_token:
            return f"Bearer {credential.registry_token}"
        realm = parameters.get("realm", "")
        problem = realm_problem(self._registry, realm, has_secret=bool(credential), allowed=self._token_hosts)
        if problem:
            raise Unauthorized(
                f"{self._name} redirects to {_shown(realm)} for a token: {problem}",
                hint='if it is right, add its host to "token_hosts" of the registry in registries.json',
                status=401,
            )
        answer = self._ask(
            credential, realm, parameters.get("service", ""), merged(wanted, parameters.get("scope", ""))
        )
        value = answer.get("token") or answer.get("access_token")
        if not isinstance(value, str) or not _TOKEN.match(value):
            raise RegistryError(f"{_shown(realm)} did not answer with a usable token")
        life_s: Any = answer.get("expires_in")
        life_s = life_s if type(life_s) in (int, float) and 0 < life_s < 1e7 else DEFAULT_LIFE_S
        self._tokens[wanted] = _Token(value, time.monotonic() + life_s * _SAFETY)
        return f"Bearer {value}"

    def _ask(self, credential: Credential | None, realm: str, service: str, scopes: Sequence[str]) -> dict[str, Any]:
        """The token server's answer: an identity token goes by POST, all else by GET."""
        if credential and credential.identity_token:
            form = [("grant_type", "refresh_token"), ("refresh_token", credential.identity_token)]
            form += [("service", service), ("client_id", "kitops-jupyter"), ("scope", " ".join(scopes))]
            return self._fetch("POST", realm, {}, [(key, value) for key, value in form if value])
        query = ([("service", service)] if service else []) + [("scope", scope) for scope in scopes]
        headers = {"Authorization": credential.basic} if credential and credential.username else {}
        return self._fetch("GET", realm, headers, query)
