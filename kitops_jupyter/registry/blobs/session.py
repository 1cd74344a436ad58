"""One upload session of a registry: begin, send a part, ask how far it got, complete, give up.

Source: OCI distribution-spec 1.1, "Pushing blobs", "Pushing a blob in chunks", "Cancel Upload", "Mounting a blob".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import requests

from kitops_jupyter.address import Address
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import KitError, NotFound, RegistryError
from kitops_jupyter.progress import tidying_up
from kitops_jupyter.registry.http.answers import drain, refuse_other_digest
from kitops_jupyter.registry.http.exchange import Exchange

_RANGE = re.compile(r"(?:bytes[= ])?(\d{1,19})-(\d{1,19})\Z")
COURTESY_S = 1.0
_OCTETS = {"Content-Type": "application/octet-stream"}


class SessionLost(RegistryError):
    """The registry no longer knows the upload, or is elsewhere in it; ask it where, or start again."""

    code = "upload_lost"


class UploadSession:
    """An upload under way; `location` changes with each answer and is all that is needed to resume, also later."""

    def __init__(self, registry: Exchange, name: str, location: str, *, least_bytes: int = 0) -> None:
        self.registry = registry
        self.name = name
        self.location = location
        self.least_bytes = least_bytes  # the registry takes no smaller part, but for the last
        self.is_used = False  # whether bytes may have been sent, so that the registry must be asked where it is
        self.is_saved = False  # whether it is another process's, and may be long gone
        self._what = f"push to {registry.name}/{name}"

    def start_over(self, fresh: UploadSession) -> None:
        """Become this new session."""
        self.location, self.least_bytes, self.is_used, self.is_saved = fresh.location, fresh.least_bytes, False, False

    @classmethod
    def begin(cls, registry: Exchange, name: str) -> UploadSession:
        """A new session. Raises Unauthorized, Forbidden, NotFound."""
        what = f"push to {registry.name}/{name}"
        url = registry.url(registry.container(name).upload_blob_url())
        response = registry.do_request(url, "POST", headers={"Content-Length": "0"}, what=what, expect=(202, 201, 200))
        return cls._of(registry, name, response, what)

    @classmethod
    def mount(cls, registry: Exchange, name: str, digest: Digest, source: str) -> UploadSession | None:
        """Take a blob over from another repository of this registry: None when done, else a session to send it."""
        what = f"mount {digest.short} from {source} into {registry.name}/{name}"
        url = registry.url(registry.container(name).upload_blob_url())
        query = f"?mount={quote(digest, safe='')}&from={quote(source, safe='')}"
        response = registry.do_request(
            url + query, "POST", headers={"Content-Length": "0"}, what=what, expect=(201, 202)
        )
        if response.status_code == 201:
            drain(response)
            refuse_other_digest(response, digest, what)
            return None
        return cls._of(registry, name, response, what)

    @classmethod
    def _of(cls, registry: Exchange, name: str, response: requests.Response, what: str) -> UploadSession:
        least = response.headers.get("OCI-Chunk-Min-Length", "")
        drain(response)
        location = _location(registry, response, what)
        if not location:
            raise RegistryError(f"{what}: {registry.name} answered without a Location to send the blob to")
        return cls(registry, name, location, least_bytes=int(least[:12]) if least.isascii() and least.isdigit() else 0)

    def put(self, digest: Digest, body: Any, size_bytes: int) -> None:
        """Send the whole blob, or the rest of one, and complete it. Tried once: the caller looks before it repeats."""
        url = self.location + ("&" if "?" in self.location else "?") + "digest=" + quote(digest, safe="")
        response = self._send("PUT", url, body, {"Content-Length": str(size_bytes)}, (201, 204, 200, 202))
        drain(response)
        refuse_other_digest(response, digest, self._what)

    def patch(self, body: Iterable[memoryview] | bytes, start: int, size_bytes: int | None) -> int | None:
        """Send a part; how many bytes the registry has now, None when it does not say."""
        headers = {}
        if size_bytes is not None:
            headers = {"Content-Range": f"{start}-{start + size_bytes - 1}", "Content-Length": str(size_bytes)}
        response = self._send("PATCH", self.location, body, headers, (202, 201, 204))
        return self._after(response)

    def status(self) -> int:
        """How many bytes the registry has. Raises SessionLost when it has none of this upload."""
        try:
            response = self.registry.do_request(self.location, what=self._what, expect=(204, 202, 200))
        except (NotFound, RegistryError) as error:
            if isinstance(error, NotFound) or 400 <= error.status < 500:
                raise SessionLost(f"{self._what}: the upload is gone") from None
            raise
        return self._after(response) or 0

    def cancel(self) -> None:
        """Let the registry drop what it has; a courtesy, which may fail, and for which nobody waits long."""
        try:
            with tidying_up(COURTESY_S):
                self.registry.do_request(
                    self.location, "DELETE", what=self._what, expect=(204, 202, 200), attempts=1
                ).close()
        except (KitError, OSError):
            pass

    def _send(
        self, method: str, url: str, body: Any, headers: dict[str, str], expect: tuple[int, ...]
    ) -> requests.Response:
        self.is_used = True
        try:
            return self.registry.do_request(
                url, method, data=body, headers={**_OCTETS, **headers}, what=self._what, expect=expect, attempts=1
            )
        except NotFound as error:
            raise SessionLost(error.message) from None
        except RegistryError as error:
            if error.status in (404, 416):
                raise SessionLost(error.message, status=error.status) from None
            raise

    def _after(self, response: requests.Response) -> int | None:
        """Take the new location, and read how many bytes the registry has. Some send `0-0` for none."""
        drain(response)
        self.location = _location(self.registry, response, self._what) or self.location
        match = _RANGE.match(response.headers.get("Range", "").strip())
        if not match:
            return None
        last = int(match.group(2))
        return last + 1 if last else 0


def _location(registry: Exchange, response: requests.Response, what: str) -> str:
    """Where the next request goes. Another host is allowed, and gets no secrets (`do_request`); dropping TLS is not."""
    location = response.headers.get("Location", "")
    if not location:
        return ""
    found = Address.parse(response.url).joined(location, what)
    if (found.host, found.port) == registry.origin[1:]:  # the same server, whose scheme is what we reach it with
        return registry.base + found.target
    if registry.origin[0] == "https" and found.scheme != "https":
        # A proxy in front that ends TLS, and a registry behind it that does not know: the same host with TLS is right.
        if found.host != registry.origin[1]:
            raise RegistryError(f"{what}: the registry redirects from TLS to {found.shown}")
        return registry.base + found.target
    return str(found)
