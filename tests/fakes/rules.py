"""What a registry answers when all is well: blobs, uploads, manifests, referrers, tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from tests.fakes.fault_server import FaultServer


@dataclass
class Reply:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def problem(status: int, code: str, message: str = "") -> Reply:
    text = json.dumps({"errors": [{"code": code, "message": message or code.lower()}]})
    return Reply(status, {"Content-Type": "application/json"}, text.encode())


def replace_headers(reply: Reply, headers: Mapping[str, str]) -> Reply:
    return Reply(reply.status, {**reply.headers, **headers}, reply.body)


class Rules(BaseHTTPRequestHandler):
    """The answers, given the request's line and headers in `self` and its body."""

    server_state: FaultServer

    def reply(self, body: bytes) -> Reply:
        state, parts = self.server_state, urlsplit(self.path)
        query = parse_qs(parts.query)
        if parts.path == "/token":
            return self._token(query if self.command == "GET" else parse_qs(body.decode()))
        refused = self._refused(parts.path, query)
        if refused:
            return refused
        if parts.path == "/v2/":
            return Reply(200, {}, b"{}")
        match = re.match(r"/v2/(.+)/(blobs|manifests|tags|referrers)/(.*)$", parts.path)
        if not match:
            return problem(404, "UNSUPPORTED")
        name, kind, rest = match.groups()
        if kind == "tags":
            return Reply(200, {}, json.dumps({"name": name, "tags": sorted(state.tags)}).encode())
        if kind == "referrers":
            return self._referrers(rest)
        if kind == "manifests":
            return self._manifest(rest, body)
        return self._upload(name, rest[8:], query, body) if rest.startswith("uploads/") else self._blob(rest)

    def _blob(self, digest: str) -> Reply:
        data = self.server_state.blobs.get(digest)
        if data is None:
            return problem(404, "BLOB_UNKNOWN")
        headers = {"Docker-Content-Digest": digest, "Content-Length": str(len(data)), "ETag": f'"{digest}"'}
        match = re.match(r"bytes=(\d+)-(\d*)$", self.headers.get("Range", ""))
        if self.command == "HEAD" or not match:
            return Reply(200, headers, data)
        first, last = int(match.group(1)), int(match.group(2) or len(data) - 1)
        if first >= len(data):
            return Reply(416, {"Content-Range": f"bytes */{len(data)}"})
        part = data[first : last + 1]
        return Reply(206, {"Content-Range": f"bytes {first}-{first + len(part) - 1}/{len(data)}"}, part)

    def _upload(self, name: str, session: str, query: Mapping[str, list[str]], body: bytes) -> Reply:
        state = self.server_state
        if self.command == "POST":
            if "mount" in query and query["mount"][0] in state.blobs:
                return Reply(201, {"Location": f"/v2/{name}/blobs/{query['mount'][0]}"})
            return Reply(202, {"Location": f"/v2/{name}/blobs/uploads/{state.new_upload()}?_state=a%2Fb"})
        if session not in state.uploads:
            return problem(404, "BLOB_UPLOAD_UNKNOWN")
        held = state.uploads[session]
        here = {"Location": f"/v2/{name}/blobs/uploads/{session}?_state=c%2Fd"}
        if self.command == "PATCH":
            start = re.match(r"(\d+)-", self.headers.get("Content-Range", ""))
            if start and int(start.group(1)) != len(held):
                return replace_headers(problem(416, "BLOB_UPLOAD_INVALID"), here)
            held += body
        if self.command == "DELETE":
            del state.uploads[session]
            return Reply(204)
        if self.command != "PUT":
            status = 202 if self.command == "PATCH" else 204
            return Reply(status, {**here, "Range": f"0-{max(0, len(held) - 1)}"})
        data = bytes(held) + body
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        if digest != query["digest"][0]:
            return problem(400, "DIGEST_INVALID")
        del state.uploads[session]
        state.blobs[digest] = data
        return Reply(201, {"Docker-Content-Digest": digest, "Location": f"/v2/{name}/blobs/{digest}"})

    def _manifest(self, reference: str, body: bytes) -> Reply:
        state = self.server_state
        digest = state.tags.get(reference, reference)
        if self.command == "PUT":
            if refused := state.refuses(json.loads(body)):
                return refused
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            state.manifests[digest] = (body, self.headers.get("Content-Type", ""))
            if not reference.startswith("sha256:"):
                state.tags[reference] = digest
            headers = {"Docker-Content-Digest": digest}
            subject = json.loads(body).get("subject")
            if subject and state.has_referrers:
                headers["OCI-Subject"] = subject["digest"]
            return Reply(201, headers)
        if digest not in state.manifests:
            return problem(404, "MANIFEST_UNKNOWN")
        data, media_type = state.manifests[digest]
        if self.command == "DELETE":
            if reference in state.tags:
                del state.tags[reference]
            else:
                del state.manifests[digest]
            return Reply(202)
        headers = {"Docker-Content-Digest": digest, "Content-Type": media_type, "Content-Length": str(len(data))}
        return Reply(200, headers, data)

    def _referrers(self, subject: str) -> Reply:
        if not self.server_state.has_referrers:
            return Reply(404, {"Content-Type": "text/plain"}, b"404 page not found\n")
        entries: list[dict[str, Any]] = []
        for digest, (data, media_type) in self.server_state.manifests.items():
            found = json.loads(data)
            if found.get("subject", {}).get("digest") == subject:
                entry = {"mediaType": media_type, "digest": digest, "size": len(data)}
                entries.append({**entry, "artifactType": found.get("artifactType", "")})
        index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": entries}
        return Reply(200, {"Content-Type": index["mediaType"]}, json.dumps(index).encode())  # type: ignore[dict-item]

    def _refused(self, path: str, query: Mapping[str, list[str]]) -> Reply | None:
        """A challenge, unless the request says who is there; a bearer token must have the scope of the request."""
        auth = self.server_state.auth
        if auth is None:
            return None
        given = self.headers.get("Authorization", "")
        if auth.scheme == "basic":
            right = "Basic " + base64.b64encode(f"{auth.username}:{auth.password}".encode()).decode()
            return None if given == right else self._challenge('Basic realm="here"')
        match = re.match(r"/v2/(.+)/(?:blobs|manifests|tags|referrers)/", path)
        actions = "pull" if self.command in ("GET", "HEAD") and "/uploads/" not in path else "pull,push"
        wanted = f"repository:{match.group(1)}:{actions}" if match else ""
        token = given.removeprefix("Bearer ")
        scope, uses = auth.tokens.get(token, ("", 0))
        has = set(scope.rpartition(":")[2].split(","))
        if uses > 0 and (not auth.strict_scope or not wanted or set(actions.split(",")) <= has):
            auth.tokens[token] = (scope, uses - 1)
            return None
        realm = auth.realm or f"{self.server_state.url}/token"
        return self._challenge(f'Bearer realm="{realm}",service="fake",scope="{wanted}"')

    def _challenge(self, text: str) -> Reply:
        return replace_headers(problem(401, "UNAUTHORIZED"), {"WWW-Authenticate": text})

    def _token(self, query: Mapping[str, Sequence[str]]) -> Reply:
        auth = self.server_state.auth
        assert auth is not None
        given = self.headers.get("Authorization", "")
        right = "Basic " + base64.b64encode(f"{auth.username}:{auth.password}".encode()).decode()
        if given != right and query.get("refresh_token", [""])[0] != auth.password:
            return problem(401, "UNAUTHORIZED")
        with self.server_state.lock:
            auth.issued += 1
            token = f"secret-token-{auth.issued}"
        auth.tokens[token] = (" ".join(query.get("scope", [])), auth.uses)
        answer = {"token": token, "expires_in": auth.expires_in}
        return Reply(200, {}, json.dumps(answer).encode())
