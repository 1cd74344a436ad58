"""Requests to the registry as a stranger sends them."""

from __future__ import annotations

import hashlib
import http.client
import json


def ask(address: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request; status, headers in lower case, body."""
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, named)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def code_of(body: bytes) -> str:
    """The code of the first error."""
    code: str = json.loads(body)["errors"][0]["code"]
    return code


def push_blob(address: str, name: str, data: bytes) -> str:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert ask(address, "POST", f"/v2/{name}/blobs/uploads/?digest={digest}", data)[0] == 201
    return digest


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def start_upload(address: str, name: str = "team/x") -> str:
    """The Location of a new upload."""
    status, headers, _ = ask(address, "POST", f"/v2/{name}/blobs/uploads/")
    assert status == 202
    return headers["location"]
