"""Manifests from a registry that does everything wrong; and other hosts, which must never get a secret."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kitops_jupyter.content import Descriptor, read_verified
from kitops_jupyter.errors import (
    DigestMismatch,
    ManifestInvalid,
    NotFound,
    RegistryError,
    Unauthorized,
    Unreachable,
)
from kitops_jupyter.registry import Credential, Registry
from tests.contract import make_kit
from tests.fakes.fault_server import BLOB, MANIFEST, UPLOAD, Auth, Fault, FaultServer
from tests.registry.cases import DATA, GOOD, MIB, SOON_S, Case, answers, ids

Connect = Callable[..., Registry]


KIT = make_kit(b"weights")
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFESTS = [
    Case("nothing", MANIFEST, []),
    Case("404", MANIFEST, answers(404), NotFound),
    Case("malformed JSON", MANIFEST, [Fault(body=b"{", headers={"Docker-Content-Digest": ""})], ManifestInvalid),
    Case("an HTML page", MANIFEST, [Fault(body=b"<html>", headers={"Docker-Content-Digest": ""})], ManifestInvalid),
    Case("a list", MANIFEST, [Fault(body=b"[]", headers={"Docker-Content-Digest": ""})], ManifestInvalid),
    Case(
        "deep as the sea", MANIFEST, [Fault(body=b"[" * 99_999, headers={"Docker-Content-Digest": ""})], ManifestInvalid
    ),
    Case("huge", MANIFEST, [Fault(body=bytes(5 * MIB), headers={"Docker-Content-Digest": ""})], ManifestInvalid),
    Case("another digest in the header", MANIFEST, [Fault(flip=3)], DigestMismatch),
    Case("another media type in the header", MANIFEST, [Fault(headers={"Content-Type": INDEX})], ManifestInvalid),
    Case(
        "a media type that is a number",
        MANIFEST,
        [Fault(body=b'{"mediaType":1}', headers={"Docker-Content-Digest": ""})],
        ManifestInvalid,
    ),
    Case("gzip", MANIFEST, [Fault(body=gzip.compress(KIT.contents[-1][1], 9), headers={"Content-Encoding": "gzip"})]),
    Case(
        "gzip that is a bomb",
        MANIFEST,
        [Fault(body=gzip.compress(bytes(64 * MIB), 9), headers={"Content-Encoding": "gzip"})],
        ManifestInvalid,
    ),
    Case("cut, then fine", MANIFEST, [Fault(cut_at=10)]),
    Case("a trickle", MANIFEST, [Fault(body=b" " * 9999, pace_s=0.5)] * 9, Unreachable),
    Case("no media type at all", MANIFEST, [Fault(headers={"Content-Type": ""})]),
]


@pytest.mark.parametrize("case", MANIFESTS, ids=ids)
def test_read_a_manifest(case: Case, server: FaultServer, connect: Connect) -> None:
    server.manifests[KIT.manifest.digest] = (KIT.contents[-1][1], KIT.manifest.media_type)
    server.tags["v1"] = KIT.manifest.digest
    server.fault("GET", case.match, *case.faults)
    repository = connect(server).repository("a/b")
    began = time.monotonic()
    if case.error is None:
        assert read_verified(repository, repository.resolve("v1")) == KIT.contents[-1][1]
    else:
        with pytest.raises(case.error):
            repository.resolve("v1")
    assert time.monotonic() - began < SOON_S


def test_an_index_where_a_manifest_was_expected_is_told_by_its_type(server: FaultServer, connect: Connect) -> None:
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).encode()
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    server.manifests[digest], server.tags["v1"] = (body, INDEX), digest
    assert connect(server).repository("a/b").resolve("v1").media_type == INDEX


REDIRECTED = [307, 302, 303, 308]


@pytest.mark.parametrize("status", REDIRECTED)
def test_a_redirect_to_an_object_store_is_followed_without_the_token(
    status: int, server: FaultServer, foreign: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.auth = Auth("bearer")
    server.add_blob(DATA)
    foreign.add_blob(DATA)
    descriptor = Descriptor.of("", DATA)
    place = f"{foreign.url}/v2/x/blobs/{descriptor.digest}?signature=abc"
    server.fault("GET", BLOB, GOOD, Fault(status=status, headers={"Location": place}))  # the first is the challenge
    path = connect(server, credential=Credential("user", "hunter2")).repository("a/b").fetch(descriptor, tmp_path)
    assert path.read_bytes() == DATA
    assert foreign.seen and not foreign.secrets_seen()
    assert server.secrets_seen()


def test_an_expired_signature_is_renewed_at_the_registry(
    server: FaultServer, foreign: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    foreign.add_blob(DATA)
    descriptor = Descriptor.of("", DATA)
    there = Fault(status=307, headers={"Location": f"{foreign.url}/v2/x/blobs/{descriptor.digest}"})
    server.fault("GET", BLOB, there, there, there)
    foreign.fault("GET", BLOB, Fault(cut_at=5 * MIB), Fault(status=403))
    path = connect(server).repository("a/b").fetch(descriptor, tmp_path)
    assert path.read_bytes() == DATA
    assert foreign.paths("GET") == [f"/v2/x/blobs/{descriptor.digest}"] * 3


def test_a_challenge_of_another_host_is_not_answered(
    server: FaultServer, foreign: FaultServer, connect: Connect, tmp_path: Path
) -> None:
    server.auth, foreign.auth = Auth("basic"), Auth("basic")
    descriptor = Descriptor.of("", DATA)
    server.fault(
        "GET", BLOB, GOOD, Fault(status=307, headers={"Location": f"{foreign.url}/v2/x/blobs/{descriptor.digest}"})
    )
    with pytest.raises(Unauthorized):
        connect(server, credential=Credential("user", "hunter2")).repository("a/b").fetch(descriptor, tmp_path)
    assert foreign.seen and not foreign.secrets_seen()


def test_an_upload_to_another_host_has_no_token_with_it(
    server: FaultServer, foreign: FaultServer, connect: Connect
) -> None:
    server.auth = Auth("bearer")
    place = f"{foreign.url}/v2/x/blobs/uploads/{foreign.new_upload()}"
    server.fault("POST", UPLOAD, GOOD, Fault(status=202, headers={"Location": place}))
    descriptor = Descriptor.of("", DATA)
    registry = connect(server, credential=Credential("user", "hunter2"))
    registry.repository("a/b").write(descriptor, io.BytesIO(DATA))
    assert foreign.blobs[descriptor.digest] == DATA
    assert not foreign.secrets_seen()


def test_a_body_is_not_redirected_to_another_host(server: FaultServer, foreign: FaultServer, connect: Connect) -> None:
    server.fault("PUT", UPLOAD, *[Fault(status=307, headers={"Location": foreign.url}, answer_after=0)] * 9)
    with pytest.raises(RegistryError, match="another host"):
        connect(server).repository("a/b").write(Descriptor.of("", DATA), io.BytesIO(DATA))
    assert not foreign.seen


def test_a_token_server_elsewhere_gets_no_password(server: FaultServer, foreign: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer", realm=f"{foreign.url}/token")
    foreign.auth = Auth("bearer")
    with pytest.raises(Unauthorized, match="host of another organisation"):
        connect(server, credential=Credential("user", "hunter2")).repository("a/b").resolve("v1")
    assert not foreign.seen
