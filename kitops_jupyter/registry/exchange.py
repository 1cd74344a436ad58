"""Requests: each passes here, so that patience, redirects and secrets have one rule each."""

from __future__ import annotations

import json as _json
from collections.abc import Mapping, Sequence
from typing import Any

import oras.provider
import requests
import urllib3

from kitops_jupyter.errors import RegistryError, SizeMismatch, Unauthorized, Unreachable
from kitops_jupyter.registry import problems
from kitops_jupyter.registry.answers import read_small
from kitops_jupyter.registry.auth import Authenticator, Origin
from kitops_jupyter.registry.retry import Attempts, Patience
from kitops_jupyter.registry.transport import beat, joined, origin_of, proxies_for
from kitops_jupyter.settings import Settings

REDIRECTS = 5  # Go's clients stop at 10, object stores need one or two
SMALL_LIMIT_BYTES = 8 << 20  # an answer that is read whole: a page of tags, a token, an index
_REDIRECT = {301, 302, 303, 307, 308}


class Exchange(oras.provider.Registry):  # type: ignore[misc]  # oras has no types
    """oras' client with another `do_request`; for use by several threads."""

    name: str
    settings: Settings
    patience: Patience
    origin: Origin
    authenticator: Authenticator
    session: requests.Session
    _cert: tuple[str, str] | str | None

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
        what = what or f"{method} {problems.redacted(url)}"
        data = _json.dumps(json).encode() if json is not None else data
        tries = Attempts(self.patience, attempts)
        while True:
            try:
                return self._authorised(url, method, data, dict(headers or {}), what, expect)
            except RegistryError as error:
                tries.after(error, may_pass=error.temporary)

    def _authorised(
        self, url: str, method: str, data: Any, headers: dict[str, str], what: str, expect: Sequence[int]
    ) -> requests.Response:
        """One attempt: with what is known of authorisation, and again after the challenge, twice at most.

        Twice, because the first token may have been one that another thread got and that expired meanwhile.
        """
        sent = self.authenticator.header(method, url) if self._is_ours(url) else ""
        for _ in range(3):
            response = self._follow(url, method, data, {**headers, **({"Authorization": sent} if sent else {})}, what)
            if response.status_code in expect:
                return response
            answer = self._error_of(response)
            challenge = response.headers.get("WWW-Authenticate", "")
            if response.status_code != 401 or not challenge or not self._is_ours(response.url):
                break
            following = self.authenticator.answer(challenge, method, url, sent=sent)
            if following == sent:
                break
            sent = following
        raise problems.problem(answer, what, host=self.name)

    def _is_ours(self, url: str) -> bool:
        return origin_of(url) == self.origin

    def _follow(self, url: str, method: str, data: Any, headers: dict[str, str], what: str) -> requests.Response:
        """Send, and follow redirects: GET and HEAD anywhere, others on this server only; never from TLS to none."""
        for _ in range(REDIRECTS + 1):
            if not self._is_ours(url):
                headers = {key: value for key, value in headers.items() if key != "Authorization"}
            response = self._send(url, method, data, headers, what)
            location = response.headers.get("Location", "")
            if response.status_code not in _REDIRECT or not location:
                return response
            response.close()
            following = joined(url, location)
            if origin_of(url)[0] == "https" and origin_of(following)[0] != "https":
                raise RegistryError(f"{what}: redirected from TLS to {problems.redacted(following)}")
            if method not in ("GET", "HEAD") and not self._is_ours(following):
                raise RegistryError(f"{what}: redirected to another host, {problems.redacted(following)}")
            url = following
        raise RegistryError(f"{what}: more than {REDIRECTS} redirects, the last to {problems.redacted(url)}")

    def _send(self, url: str, method: str, data: Any, headers: Mapping[str, str], what: str) -> requests.Response:
        """One request on the wire."""
        beat()
        try:
            response: requests.Response = self.session.request(
                method,
                url,
                data=data,
                headers={"Accept-Encoding": "identity", **headers},
                stream=True,
                allow_redirects=False,
                timeout=(self.patience.connect_s, self.patience.stall_s),
                verify=self._tls_verify,
                cert=self._cert if self._is_ours(url) else None,
                proxies=proxies_for(url, self.settings.network.proxies, self.settings.network.no_proxy),
            )
        except requests.RequestException as error:
            raise problems.unreachable(error, what, host=self.name) from None
        except urllib3.exceptions.HTTPError as error:  # what requests lets through: hosts that cannot be
            raise Unreachable(f"{what}: {problems.shown(str(error), 160)}", hint="check the address") from None
        except OSError as error:  # requests' word for a client certificate or bundle that is not there
            raise Unreachable(f"{what}: {self.name}: {error}", hint="check --cert, --key and --tls-cert") from None
        return response

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
        """Ask a token server; it is followed nowhere."""
        what = f"get a token for {self.name}"
        query = fields if method == "GET" else ()
        url = requests.Request("GET", realm, params=list(query)).prepare().url or realm
        response = self._send(url, method, list(fields) if method == "POST" else None, headers, what)
        if response.status_code != 200:
            answer = self._error_of(response)
            error = problems.problem(answer, what, host=origin_of(realm)[1])
            if response.status_code in (400, 401, 403):
                raise Unauthorized(error.message, hint=f"kit login {self.name}", status=response.status_code)
            raise error
        try:
            found = _json.loads(self._body_of(response, what, SMALL_LIMIT_BYTES))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise RegistryError(f"{what}: {problems.redacted(realm)} answered with something else than a token")
        return found
