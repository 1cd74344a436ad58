"""Requests: each passes here, so that patience, redirects and secrets have one rule each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import dumps, loads
from typing import Any, Protocol
from urllib.parse import urlencode

import oras.container
import oras.provider
import requests

from kitops_jupyter.address import Address, Origin
from kitops_jupyter.errors import NotFound, RegistryError, SizeMismatch, Unauthorized, Unreachable
from kitops_jupyter.progress import beat
from kitops_jupyter.registry.http import problems
from kitops_jupyter.registry.http.answers import drain, read_small
from kitops_jupyter.registry.http.retry import Attempts, Patience
from kitops_jupyter.registry.http.transport import LaterWire, Wire, proxies_for
from kitops_jupyter.settings import Settings

REDIRECTS = 5  # Go's clients stop at 10, object stores need one or two
SMALL_LIMIT_BYTES = 8 << 20  # an answer that is read whole: a page of tags, a token, an index
_REFUSES_HEAD = {400, 403, 405, 501}
_REDIRECT = {301, 302, 303, 307, 308}


class Signer(Protocol):
    """Writes the `Authorization` of requests to one registry."""

    def header(self, method: str, url: str) -> str:
        """What to send with a request, as far as is known; empty for nothing."""
        ...

    def answer(self, header: str, method: str, url: str, *, sent: str) -> str:
        """What to send after a 401 with this `WWW-Authenticate`; `sent` was refused. Raises Unauthorized."""
        ...


class Exchange(oras.provider.Registry):  # type: ignore[misc]  # oras has no types
    """oras' client with another `do_request`; for use by several threads.

    All that the rooms above need of a registry, so that none of them has to know `Registry`, which fills it in.
    """

    name: str  # as in references; `hostname` is where it is
    base: str  # SCHEME://HOST:PORT
    origin: Origin
    settings: Settings
    patience: Patience
    concurrency: int  # how many requests of one operation run side by side
    resume_from_bytes: int  # a blob of this size and more is sent in chunks
    chunk_bytes: int
    authenticator: Signer
    notes: list[str]
    _own_wire: Wire
    _other_wire: LaterWire
    _has_answered = False

    def container(self, name: str) -> oras.container.Container:
        """oras' value for a repository, which makes its URLs; the name is not parsed, it is ours already."""
        container = oras.container.Container("name", registry=self.hostname)
        container.namespace, container.repository = "", name
        return container

    def url(self, path: str) -> str:
        """An address from oras' `host/v2/...`, with the scheme."""
        return f"{self.prefix}://{path}"

    def do_request(
        self,
        url: str,
        method: str = "GET",
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        stream: bool = False,
        *,
        what: str = "",
        expect: Sequence[int] = (200,),
        attempts: int = 0,
    ) -> requests.Response:
        """The answer, once it has one of the `expect`ed statuses; a typed error for any other, or none.

        Asks again (after a pause) what is safe to repeat, which a caller limits with `attempts`; `data` must then
        be bytes or re-iterable. Follows redirects, never with a secret to another server. The body is not read
        yet: use `content_of`, or close the answer. oras' own methods get what it gives.
        """
        address = Address.parse(url)
        what = what or f"{method} {address.shown}"
        data = dumps(json).encode() if json is not None else data
        tries = Attempts(self.patience, attempts, may_last=data is not None)
        while True:
            try:
                return self._authorised(address, method, data, dict(headers or {}), what, expect)
            except RegistryError as error:
                if isinstance(error, Unauthorized) and self.notes:  # why nobody is logged in
                    error.hint = "; ".join(dict.fromkeys((*self.notes, error.hint)))
                tries.after(error, may_pass=error.temporary)

    def _authorised(
        self, address: Address, method: str, data: Any, headers: dict[str, str], what: str, expect: Sequence[int]
    ) -> requests.Response:
        """One attempt, with the authorisation that is known; after a challenge again, twice at most.

        Twice, because another thread may have fetched the first token, and it may have expired since.
        """
        sent = self.authenticator.header(method, str(address)) if self._is_ours(address) else ""
        for _ in range(3):
            secret = {"Authorization": sent} if sent else {}
            response, place = self._follow(address, method, data, {**headers, **secret}, what)
            if response.status_code in expect:
                return response
            answer = self._error_of(response)
            challenge = response.headers.get("WWW-Authenticate", "")
            if response.status_code != 401 or not challenge or not self._is_ours(place):
                break
            try:
                following = self.authenticator.answer(challenge, method, str(address), sent=sent)
            except Unauthorized as error:
                error.had_login = bool(sent)
                raise
            if following == sent:
                break
            sent = following
        problem = problems.problem(answer, what, host=self.name, place=self._place(place))
        if isinstance(problem, RegistryError):
            problem.had_login = bool(sent)
        raise problem

    def _is_ours(self, address: Address) -> bool:
        return address.origin == self.origin

    def _place(self, address: Address) -> str:
        """The server in a message: the registry by its name, another server by its address."""
        return self.name if self._is_ours(address) else f"{address.base} (redirected by {self.name})"

    def _follow(
        self, address: Address, method: str, data: Any, headers: dict[str, str], what: str
    ) -> tuple[requests.Response, Address]:
        """Send, and follow redirects: GET and HEAD anywhere, others on this server; never from TLS to plain HTTP."""
        for _ in range(REDIRECTS + 1):
            if not self._is_ours(address):
                headers = {key: value for key, value in headers.items() if key != "Authorization"}
            response = self._send(address, method, data, headers, what)
            location = response.headers.get("Location", "")
            if response.status_code not in _REDIRECT or not location:
                return response, address
            response.close()
            following = address.joined(location, what)
            if address.scheme == "https" and following.scheme != "https":
                raise RegistryError(f"{what}: redirected from TLS to {following.shown}")
            if method not in ("GET", "HEAD") and not self._is_ours(following):
                raise RegistryError(f"{what}: redirected to another host, {following.shown}")
            address = following
        raise RegistryError(f"{what}: more than {REDIRECTS} redirects, the last to {address.shown}")

    def _send(
        self, address: Address, method: str, data: Any, headers: Mapping[str, str], what: str
    ) -> requests.Response:
        """Send one request. Its text is written from the address that was checked; no other parser reads it.

        A session of requests would follow redirects, keep cookies and read secrets from the environment.
        """
        beat()
        is_ours, url = self._is_ours(address), str(address)
        proxies = proxies_for(url, self.settings.network.proxies, self.settings.network.no_proxy)
        asked = {"User-Agent": self.settings.cli_version, "Accept-Encoding": "identity", **headers}
        try:
            request = requests.Request(method, url, data=data, headers=asked).prepare()
            request.url = url
            response = (self._own_wire if is_ours else self._other_wire()).send(
                request, stream=True, timeout=(self.patience.connect_s, self.patience.stall_s), proxies=proxies
            )
        except problems.FOREIGN as error:
            place = self._place(address)
            failure = problems.unreachable(error, what, place=place, may_pass=is_ours and self._has_answered)
        else:
            self._has_answered = self._has_answered or is_ours
            return response
        raise failure  # here, so that no library's error, with an address in it, is in its chain

    def look(self, url: str, *, what: str, headers: Mapping[str, str] | None = None) -> requests.Response | None:
        """What is said of a resource, its body left unread; None where it is not there.

        Some registries refuse HEAD, and the storage that others redirect to expects GET: then that is sent.
        """
        for method in ("HEAD", "GET"):
            try:
                response = self.do_request(url, method, headers=headers, what=what, expect=(200, 404))
            except NotFound:
                return None
            except RegistryError as error:
                if method == "GET" or error.status not in _REFUSES_HEAD:
                    raise
                continue
            if method == "HEAD":
                drain(response)
            response.close()
            return response if response.status_code == 200 else None
        raise AssertionError("GET returns or raises")

    def read(
        self,
        url: str,
        *,
        what: str,
        headers: Mapping[str, str] | None = None,
        limit_bytes: int = SMALL_LIMIT_BYTES,
    ) -> tuple[requests.Response, bytes]:
        """GET a small answer, whole and decoded; asked for again when it breaks. Raises SizeMismatch over the limit."""
        tries = Attempts(self.patience)
        while True:
            try:
                response = self.do_request(url, headers=headers, what=what, attempts=1)
                return response, self._body_of(response, what, limit_bytes)
            except RegistryError as error:
                tries.after(error, may_pass=error.temporary)

    def _body_of(self, response: requests.Response, what: str, limit_bytes: int) -> bytes:
        try:
            return read_small(response, limit_bytes=limit_bytes, within_s=self.patience.stall_s)
        except OSError as error:
            raise Unreachable(f"{what}: {self.name}: {error}", hint="run it again", temporary=True) from None

    def _error_of(self, response: requests.Response) -> problems.Answer:
        """What an error answer says, as far as it can be read."""
        try:
            body = read_small(response, limit_bytes=problems.BODY_LIMIT_BYTES, within_s=self.patience.stall_s)
        except (OSError, SizeMismatch):
            body = b""
        return problems.read_answer(response, body)

    def _fetch_token(
        self, method: str, realm: str, headers: Mapping[str, str], fields: Sequence[tuple[str, str]]
    ) -> dict[str, Any]:
        """Ask a token server; redirects are not followed."""
        what = f"get a token for {self.name}"
        address = Address.parse(realm)
        if method == "GET" and fields:
            address = address.with_query("&".join(filter(None, (address.query, urlencode(fields)))))
        response = self._send(address, method, list(fields) if method == "POST" else None, headers, what)
        if response.status_code != 200:
            answer = self._error_of(response)
            error = problems.problem(answer, what, host=self.name, place=self._place(address))
            if response.status_code in (400, 401, 403):
                raise Unauthorized(error.message, hint=f"kit login {self.name}", status=response.status_code)
            raise error
        try:
            found = loads(self._body_of(response, what, SMALL_LIMIT_BYTES))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise RegistryError(f"{what}: {address.shown} did not answer with a token")
        return found
