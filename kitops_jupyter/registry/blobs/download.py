"""Blobs out of a registry: as a stream that survives a broken connection, and in parts.

Whoever reads a stream verifies it; what is checked here is that the registry answers for the right bytes: the
range that was asked for, and the size that the descriptor promises.
Source: OCI distribution-spec 1.1, "Pulling blobs"; RFC 9110 §14 (ranges), §13.1.5 (If-Range).
"""

from __future__ import annotations

import re

import requests

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import Forbidden, RegistryError, SizeMismatch, Unauthorized, Unreachable
from kitops_jupyter.registry.http.answers import Body
from kitops_jupyter.registry.http.door import typed
from kitops_jupyter.registry.http.exchange import Exchange
from kitops_jupyter.registry.http.retry import Attempts

PROGRESS_BYTES = 64 << 10  # a connection that brought this much was worth it: the attempts are counted from the start
DISCARD_LIMIT_BYTES = 1 << 20  # a registry without ranges may be made to send this much for nothing
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)\Z")
_SIZE_PLAIN = ("", "identity")


@typed(lambda it: it._what)
class BlobStream:
    """A blob from `start` to its end, a Readable; asks again from where it was when the connection breaks.

    Raises, from `readinto`, SizeMismatch when the registry has another size, and the last error when it does not
    get on: attempts are counted from the last progress. Not verified.
    """

    def __init__(self, registry: Exchange, name: str, descriptor: Descriptor, *, start: int = 0) -> None:
        self.descriptor = descriptor
        self.size_bytes = descriptor.size_bytes - start
        self._registry = registry
        self._url = registry.url(registry.container(name).get_blob_url(descriptor.digest))
        self._what = f"pull {descriptor.digest.short} from {registry.name}/{name}"
        self._position = start
        self._progress_at = start
        self._tries = Attempts(registry.patience)
        self._use_ranges = True
        self._discard = 0
        self._body: Body | None = None
        self._is_closed = False
        self.was_resumed = start > 0  # then wrong bytes may be the fault of having been put together

    def readinto(self, buffer: memoryview, /) -> int:
        while True:
            try:
                count = self._attempt(buffer)
            except (OSError, RegistryError) as error:
                self._failed(error)
                continue
            if self._position - self._progress_at >= PROGRESS_BYTES:
                self._progress_at = self._position
                self._tries.progressed()
            return count

    def start(self) -> None:
        """Ask for the blob now, so that what does not exist raises here."""
        if self._body is None:
            self.readinto(memoryview(b"").cast("B"))

    def _attempt(self, buffer: memoryview) -> int:
        total = self.descriptor.size_bytes
        if self._body is None:
            self._body = self._request()
        if not len(buffer):
            return 0
        while self._discard:
            skipped = self._body.readinto(memoryview(bytearray(min(self._discard, PROGRESS_BYTES))))
            if not skipped:
                raise ConnectionError("the connection broke")
            self._discard -= skipped
        count = self._body.readinto(buffer)
        if not count and self._position < total:
            raise ConnectionError(f"the response ended at byte {self._position} of {total}")
        if self._position + count > total:
            raise SizeMismatch(f"{self._what}: more than {total} bytes, which is what the manifest says")
        self._position += count
        return count

    def _request(self) -> Body:
        """Ask for the rest, and check that exactly this comes."""
        left, total = self.descriptor.size_bytes - self._position, self.descriptor.size_bytes
        headers: dict[str, str] = {}
        if self._position and left and self._use_ranges:
            headers = {"Range": f"bytes={self._position}-", "If-Range": f'"{self.descriptor.digest}"'}
        response = self._registry.do_request(
            self._url, headers=headers, what=self._what, expect=(200, 206, 416) if headers else (200,), attempts=1
        )
        try:
            if response.status_code == 206 and _is_part(response, self._position, total - 1, total):
                self._discard, self.was_resumed = 0, self.was_resumed or self._position > 0
                return self._body_of(response, left)
            if response.status_code != 200:  # 416, or another part than asked for: its ranges are not to be trusted
                self._use_ranges = False
                raise ConnectionError(f"the registry answered {response.status_code} to a range")
            self._discard = self._position
            return self._body_of(response, total)
        except BaseException:
            response.close()
            raise

    def _body_of(self, response: requests.Response, size_bytes: int) -> Body:
        length = response.headers.get("Content-Length", "")
        encoding = response.headers.get("Content-Encoding", "").lower()
        if encoding not in _SIZE_PLAIN:
            # Either the blob was encoded for the way, or it is a .gz that the server labels so: size tells.
            if length == str(size_bytes):
                response.headers["Content-Encoding"] = "identity"
                response.raw.headers.discard("Content-Encoding")
            elif encoding not in ("gzip", "deflate", "x-gzip") or response.status_code == 206:
                raise RegistryError(
                    f"{self._what}: the response is encoded ({encoding[:40]!r}), which was not requested"
                )
        elif length and length != str(size_bytes):
            raise SizeMismatch(f"{self._what}: the registry has {length[:20]} bytes, expected {size_bytes}")
        return Body(response, size_bytes, stall_s=self._registry.patience.stall_s)

    def _failed(self, error: Exception) -> None:
        """Prepare the next attempt, or raise the error."""
        if self._body is not None:
            self._body.close()
            self._body = None
        if self._is_closed:
            raise Unreachable(f"{self._what}: closed") from None
        # An object store refuses a signature that expired meanwhile; the registry gives a new one.
        may_pass = isinstance(error, OSError) or (
            isinstance(error, RegistryError)
            and (error.temporary or (self._position > 0 and isinstance(error, (Unauthorized, Forbidden))))
        )
        if isinstance(error, OSError):
            message = f"{self._what}: {error} (byte {self._position} of {self.descriptor.size_bytes})"
            error = Unreachable(message, hint="run it again to resume", temporary=True)
        self._tries.after(error, may_pass=may_pass)

    def close(self) -> None:
        """Give the connection back; from another thread, it ends a wait."""
        self._is_closed = True
        if self._body is not None:
            self._body.close()


def _is_part(response: requests.Response, first: int, last: int, total: int) -> bool:
    """Whether the response claims to be this part of a blob of this size, or of unknown size."""
    match = _CONTENT_RANGE.match(response.headers.get("Content-Range", "").strip())
    return match is not None and match.groups() in ((str(first), str(last), str(total)), (str(first), str(last), "*"))


@typed(lambda it: it._what)
class _Part:
    """A part of a blob, a Readable that must have its full length."""

    def __init__(self, body: Body, skip: int, size_bytes: int, what: str) -> None:
        self._body, self._skip, self._left, self._what = body, skip, size_bytes, what

    def readinto(self, buffer: memoryview, /) -> int:
        try:
            while self._skip:
                skipped = self._body.readinto(memoryview(bytearray(min(self._skip, PROGRESS_BYTES))))
                if not skipped:
                    raise ConnectionError("the connection broke")
                self._skip -= skipped
            view = memoryview(buffer).cast("B")[: self._left]
            count = self._body.readinto(view) if len(view) else 0
        except OSError as error:
            raise Unreachable(f"{self._what}: {error}", hint="run it again", temporary=True) from None
        if not count and len(view):
            raise Unreachable(f"{self._what}: the response ended {self._left} bytes early", temporary=True)
        self._left -= count
        return count

    def close(self) -> None:
        self._body.close()


def open_range(registry: Exchange, name: str, descriptor: Descriptor, offset: int, size_bytes: int) -> _Part:
    """`size_bytes` of a blob from `offset` on; one request. Not verified: no digest covers a part.

    Raises SizeMismatch when the registry's blob is shorter, RegistryError when it does not do ranges.
    """
    total = descriptor.size_bytes
    what = f"read bytes {offset} to {offset + size_bytes} of {descriptor.digest.short} in {registry.name}/{name}"
    if offset < 0 or size_bytes < 1 or offset + size_bytes > total:
        raise SizeMismatch(f"{what}: it has {total}")
    response = registry.do_request(
        registry.url(registry.container(name).get_blob_url(descriptor.digest)),
        headers={"Range": f"bytes={offset}-{offset + size_bytes - 1}", "If-Range": f'"{descriptor.digest}"'},
        what=what,
        expect=(200, 206, 416),
    )
    try:
        encoding = response.headers.get("Content-Encoding", "").lower()
        if encoding not in _SIZE_PLAIN:
            raise RegistryError(f"{what}: the response is encoded ({encoding[:40]!r}), which was not requested")
        stall_s = registry.patience.stall_s
        if response.status_code == 416:
            raise SizeMismatch(f"{what}: the registry's blob is shorter")
        if response.status_code == 206:
            if not _is_part(response, offset, offset + size_bytes - 1, total):
                said = response.headers.get("Content-Range", "")[:60]
                raise SizeMismatch(f"{what}: the registry sent another range ({said!r})")
            return _Part(Body(response, size_bytes, stall_s=stall_s), 0, size_bytes, what)
        if offset > DISCARD_LIMIT_BYTES:
            raise RegistryError(f"{what}: the registry sends whole blobs only", hint="pull the layer instead")
        return _Part(Body(response, total, stall_s=stall_s), offset, size_bytes, what)
    except BaseException:
        response.close()
        raise


def read_range(registry: Exchange, name: str, descriptor: Descriptor, offset: int, size_bytes: int) -> bytes:
    """The same as bytes, asked for again when the connection breaks."""
    tries = Attempts(registry.patience)
    while True:
        data = bytearray(size_bytes)
        view, count = memoryview(data), 0
        part = open_range(registry, name, descriptor, offset, size_bytes)
        try:
            while count < size_bytes:
                count += part.readinto(view[count:])
            return bytes(data)
        except RegistryError as error:
            tries.after(error, may_pass=error.temporary)
        finally:
            part.close()
