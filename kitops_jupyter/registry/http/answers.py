"""The bodies of answers: small ones whole, blobs as a stream that fills buffers straight from the socket.

Trap: `http.client.HTTPResponse.readinto` gives 0 at a truncated body without raising, so bytes are counted here.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from typing import Any

import requests
import urllib3

from kitops_jupyter.address import Address
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import DigestMismatch, SizeMismatch
from kitops_jupyter.registry.http.sockets import within
from kitops_jupyter.registry.http.transport import SLOWEST_BYTES

_PIECE_BYTES = 64 << 10
_OVERHEAD_BYTES = 4 << 20  # on the wire for one decoded byte: frames, a compressed file's own header


def read_small(response: requests.Response, *, limit_bytes: int, within_s: float) -> bytes:
    """The whole body, decoded, then closed. Raises SizeMismatch over the limit, OSError when it breaks or is slow."""
    pieces, count, deadline = [], 0, time.monotonic() + within_s
    body, view = Body(response, limit_bytes + 1, stall_s=within_s), memoryview(bytearray(_PIECE_BYTES))
    try:
        while got := body.readinto(view):
            pieces.append(bytes(view[:got]))
            count += got
            if count > limit_bytes:
                raise SizeMismatch(f"{Address.parse(response.url).shown}: over {limit_bytes} bytes, which is the limit")
            if time.monotonic() > deadline:
                raise TimeoutError(f"incomplete after {within_s:.0f} s")
    finally:
        response.close()
    return b"".join(pieces)


def drain(response: requests.Response) -> None:
    """Read a body that should be empty, so that the connection serves the next request; give up on one that is not."""
    try:
        read_small(response, limit_bytes=_PIECE_BYTES, within_s=1.0)
    except (OSError, SizeMismatch):
        pass


def digest_said(response: requests.Response) -> str:
    """The digest that the registry says, if it is one that we can compare; else ""."""
    said = response.headers.get("Docker-Content-Digest", "").strip()
    return said if said.startswith("sha256:") else ""


def refuse_other_digest(response: requests.Response, digest: Digest, what: str) -> None:
    """Raise DigestMismatch if the registry says that it did not store what was sent."""
    said = digest_said(response)
    if said and said != digest:
        raise DigestMismatch(f"{what}: the registry stored {said[:71]}, expected {digest}")


class Body:
    """The body of one answer, `size_bytes` long if it is what it says; a Readable that ends where the answer does.

    From a plain answer bytes go from the socket into the caller's buffer; an encoded or chunked one takes urllib3's
    way, decoded, one copy more. Every wait is in beats. Raises OSError (also TimeoutError) when it breaks.
    """

    def __init__(self, response: requests.Response, size_bytes: int, *, stall_s: float) -> None:
        self._response = response
        self._raw: Any = response.raw
        self._left = size_bytes
        self._stall_s = stall_s
        self._http: Any = self._raw._fp
        # Not the connection's socket: that is gone already when the server said that it will close.
        self._socket: socket.socket | None = getattr(
            getattr(getattr(self._http, "fp", None), "raw", None), "_sock", None
        )
        length = getattr(self._http, "length", None)
        encoded = response.headers.get("Content-Encoding", "identity").lower() != "identity"
        self._is_direct = bool(
            self._socket and length == size_bytes and not getattr(self._http, "chunked", True) and not encoded
        )
        self._in_buffer = self._is_direct  # what http.client read beyond the headers comes first
        self._window = (time.monotonic() + stall_s, 0)

    def readinto(self, buffer: memoryview, /) -> int:
        view = memoryview(buffer).cast("B")
        if not self._left:
            return self._beyond(view)
        count = self._direct(view[: self._left]) if self._is_direct else self._decoded(view)
        self._left -= min(count, self._left)
        self._keep_pace(count)
        if self._is_direct and not self._left:
            self._finish()
        return count

    def _direct(self, view: memoryview) -> int:
        """Into the caller's buffer: first what the buffered reader has, then from the socket."""
        sock = self._socket
        assert sock is not None
        if self._in_buffer:
            sock.settimeout(0)
            try:
                count = self._http.fp.readinto1(view)
            except (BlockingIOError, ssl.SSLWantReadError):
                count = None
            if count is not None:
                return int(count)
            self._in_buffer = False
        sock.settimeout(self._stall_s)  # ours waits in beats; a SOCKS proxy's library has sockets of its own
        return sock.recv_into(view)

    def _decoded(self, view: memoryview) -> int:
        """Through urllib3, for chunked and encoded answers."""
        within(self._socket, self._stall_s, _OVERHEAD_BYTES)  # frames of a chunked body may have no end of their own
        try:
            data = self._raw.read1(min(len(view), _PIECE_BYTES), decode_content=True)
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, ValueError, LookupError) as error:
            raise OSError(_words(error)) from None
        finally:
            within(self._socket, None)
        view[: len(data)] = data
        return len(data)

    def _beyond(self, view: memoryview) -> int:
        """The bytes after the promised ones. A direct body has none: its length was checked."""
        return 0 if self._is_direct else self._decoded(view)

    def _keep_pace(self, count: int) -> None:
        until, before = self._window
        now = time.monotonic()
        if now < until:
            self._window = (until, before + count)
            return
        if before + count < SLOWEST_BYTES and self._left:
            raise TimeoutError(f"only {before + count} bytes in {self._stall_s:.0f} s")
        self._window = (now + self._stall_s, 0)

    def _finish(self) -> None:
        """Tell http.client, which did not see the reads, that the body has ended: the connection can be used again."""
        self._http.length = 0
        self._http._close_conn()
        self._raw.release_conn()
        self._socket = None

    def close(self) -> None:
        """Give the connection up, or back; may be called from another thread, which ends a wait there."""
        sock = self._socket
        if sock is not None and self._left:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._response.close()


def _words(error: Exception) -> str:
    """What is wrong with a body, without the object names that urllib3 puts into its messages."""
    inner = next((item for item in reversed(error.args) if isinstance(item, BaseException)), None)
    return str(inner or error) or type(error).__name__
