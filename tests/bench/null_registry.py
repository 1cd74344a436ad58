"""A registry that only moves bytes, as a process of its own: takes uploads and forgets them, serves one file.

It does as little as can be done, so that what is measured is the client. `python -m tests.bench.null_registry FILE`
prints its port.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
import time
from pathlib import Path

BUFFER_BYTES = 1 << 20
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_BLOB = '{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:' + "0" * 64 + '","size":2}'
MANIFEST = f'{{"schemaVersion":2,"mediaType":"{MANIFEST_TYPE}","layers":[{_BLOB}]}}'.encode()


class Connection:
    """One client, request after request."""

    def __init__(self, sock: socket.socket, path: Path, delay_s: float) -> None:
        self._sock = sock
        self._path = path
        self._size = path.stat().st_size
        self._delay_s = delay_s
        self._rest = b""
        self._buffer = bytearray(BUFFER_BYTES)

    def run(self) -> None:
        try:
            while self._one():
                pass
        except OSError:
            pass
        finally:
            self._sock.close()

    def _one(self) -> bool:
        while b"\r\n\r\n" not in self._rest:
            data = self._sock.recv(65536)
            if not data:
                return False
            self._rest += data
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
        headers = {
            key.lower(): value.strip()
            for key, _, value in (line.partition(":") for line in head.decode().split("\r\n")[1:])
        }
        if "100-continue" in headers.get("expect", ""):
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        taken = (
            self._drain_chunked()
            if "chunked" in headers.get("transfer-encoding", "")
            else self._drain(int(headers.get("content-length", 0)))
        )
        time.sleep(self._delay_s)
        if method == "POST":
            self._answer("202 Accepted", "Location: /v2/x/blobs/uploads/1?_state=1\r\n")
        elif method == "PATCH":
            start = int(re.match(r"(\d+)", headers.get("content-range", "0")).group(1))  # type: ignore[union-attr]
            self._answer(
                "202 Accepted", f"Location: /v2/x/blobs/uploads/1?_state=2\r\nRange: 0-{start + taken - 1}\r\n"
            )
        elif method == "PUT":
            self._answer("201 Created", "")
        elif method == "HEAD":
            self._answer("404 Not Found", "")
        elif "/manifests/" in path:
            self._answer(
                "200 OK",
                "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n",
                b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[]}',
            )
        else:
            self._serve(headers.get("range", ""))
        return True

    def _answer(self, status: str, headers: str, body: bytes = b"") -> None:
        self._sock.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _drain(self, left: int) -> int:
        taken = left
        here = min(left, len(self._rest))
        self._rest, left = self._rest[here:], left - here
        while left:
            count = self._sock.recv_into(self._buffer, min(left, BUFFER_BYTES))
            if not count:
                raise ConnectionError
            left -= count
        return taken

    def _drain_chunked(self) -> int:
        stream, total = self._sock.makefile("rb"), 0
        assert not self._rest, "a chunked body begins in a packet of its own here"
        while size := int(stream.readline(), 16):
            self._drain_from(stream, size + 2)
            total += size
        stream.readline()
        return total

    def _drain_from(self, stream: object, left: int) -> None:
        view = memoryview(self._buffer)
        while left:
            left -= stream.readinto(view[: min(left, BUFFER_BYTES)])  # type: ignore[attr-defined]

    def _serve(self, wanted: str) -> None:
        match = re.match(r"bytes=(\d+)-(\d*)", wanted)
        first = int(match.group(1)) if match else 0
        last = int(match.group(2)) if match and match.group(2) else self._size - 1
        status = f"206 Partial Content\r\nContent-Range: bytes {first}-{last}/{self._size}" if match else "200 OK"
        self._sock.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {last - first + 1}\r\n\r\n".encode())
        with self._path.open("rb") as stream:
            self._sock.sendfile(stream, first, last - first + 1)


def main(path: Path, delay_s: float) -> None:
    """Serve until killed."""
    server = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(server.getsockname()[1], flush=True)
    while True:
        sock, _ = server.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=Connection(sock, path, delay_s).run, daemon=True).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
