"""What the distribution specification's own conformance suite asks of a registry, in our words: each row is one answer.

Source: OCI distribution-spec 1.1, "Endpoints", "Pull", "Push", "Content Discovery", "Content Management".
"""

from __future__ import annotations

import json
import os

import pytest

from tests.serve.talking import ask, code_of, digest_of, push_blob, start_upload

TYPE = "application/vnd.oci.image.manifest.v1+json"
NAME = "conformance/one"


def put(address: str, reference: str, manifest: object, name: str = NAME) -> tuple[int, dict[str, str], bytes]:
    return ask(address, "PUT", f"/v2/{name}/manifests/{reference}", json.dumps(manifest).encode(), Content_Type=TYPE)


def image(address: str, **more: object) -> dict[str, object]:
    config = push_blob(address, NAME, b"{}")
    described = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": config, "size": 2}
    return {"schemaVersion": 2, "mediaType": TYPE, "config": described, "layers": [], **more}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize("tag", [".INVALID", "-x", "x" * 129, "a%20b", "a+b", "%C3%A4"])
def test_a_tag_that_cannot_be_is_not_found(method: str, tag: str, address: str) -> None:
    status, _, body = ask(
        address, method, f"/v2/{NAME}/manifests/{tag}", b"{}" if method == "PUT" else b"", Content_Type=TYPE
    )
    assert status == 404
    if method != "HEAD":
        assert code_of(body) == "TAG_INVALID"


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_blob_goes_in_in_every_way_and_comes_out_whole(algorithm: str, address: str) -> None:
    for number, way in enumerate(("post", "post put", "stream", "chunks", "put the last chunk", "mount")):
        data = os.urandom(3000) + bytes([number])
        digest, where = digest_of(data, algorithm), start_upload(address, NAME)
        end, location = f"{where}?digest={digest}", f"/v2/{NAME}/blobs/{digest}"
        if way == "post":
            done = ask(address, "POST", f"/v2/{NAME}/blobs/uploads/?digest={digest}", data)
        elif way == "post put":
            done = ask(address, "PUT", end, data)
        elif way == "stream":
            assert ask(address, "PATCH", where, data)[0] == 202
            done = ask(address, "PUT", end)
        elif way == "mount":
            ask(address, "POST", f"/v2/other/two/blobs/uploads/?digest={digest}", data)
            done = ask(address, "POST", f"/v2/{NAME}/blobs/uploads/?mount={digest}&from=other/two")
        else:
            assert ask(address, "PATCH", where, data[:1000], Content_Range="0-999")[0] == 202
            status, headers, _ = ask(address, "PATCH", where, data[:1000], Content_Range="0-999")  # again
            assert (status, headers["range"]) == (416, "0-999")
            status, headers, _ = ask(address, "GET", where)
            assert (status, headers["range"], headers["location"]) == (204, "0-999", where)
            last = data[1000:]
            if way == "chunks":
                assert ask(address, "PATCH", where, last, Content_Range="1000-3000")[0] == 202
                last = b""
            done = ask(address, "PUT", end, last)
        assert (done[0], done[1]["location"]) == (201, location), way
        status, headers, body = ask(address, "HEAD", location)
        assert (status, headers["content-length"], body) == (200, str(len(data)), b"")
        assert ask(address, "GET", location)[2] == data
        assert ask(address, "DELETE", location)[0] == 202
        assert ask(address, "DELETE", location)[0] == ask(address, "GET", location)[0] == 404


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_manifest_goes_in_by_tag_and_digest_and_is_deleted_by_both(algorithm: str, address: str) -> None:
    manifest = image(address, annotations={"algorithm": algorithm})
    data = json.dumps(manifest).encode()
    digest = digest_of(data, algorithm)
    status, headers, _ = put(address, digest, manifest)
    assert (status, headers["location"]) == (201, f"/v2/{NAME}/manifests/{digest}")
    assert put(address, "tagged", manifest)[0] == 201
    for reference in ("tagged", digest):
        status, headers, body = ask(address, "GET", f"/v2/{NAME}/manifests/{reference}")
        assert (status, headers["content-type"], body) == (200, TYPE, data)
    assert ask(address, "DELETE", f"/v2/{NAME}/manifests/tagged")[0] == 202
    assert ask(address, "GET", f"/v2/{NAME}/manifests/tagged")[0] == 404
    assert ask(address, "DELETE", f"/v2/{NAME}/manifests/{digest}")[0] == 202
    assert ask(address, "GET", f"/v2/{NAME}/manifests/{digest}")[0] == 404


def test_a_manifest_whose_digest_is_another_is_refused(address: str) -> None:
    status, _, body = put(address, digest_of(b"other"), image(address))
    assert (status, code_of(body)) == (400, "DIGEST_INVALID")
    assert ask(address, "GET", f"/v2/{NAME}/manifests/{digest_of(b'other')}")[0] == 404


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", 201),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", 201),
        ("application/vnd.oci.image.layer.v1.tar+gzip", 404),
    ],
)
def test_only_layers_that_are_fetched_from_elsewhere_need_not_be_here(
    media_type: str, status: int, address: str
) -> None:
    layer = {"mediaType": media_type, "digest": digest_of(b"elsewhere"), "size": 9}
    assert put(address, "elsewhere", image(address, layers=[layer]))[0] == status


def test_what_refers_to_a_manifest_is_listed_also_before_that_is_there(address: str) -> None:
    subject = image(address, annotations={"is": "subject"})
    digest = digest_of(json.dumps(subject).encode())
    described = {"mediaType": TYPE, "digest": digest, "size": len(json.dumps(subject))}
    kinds = {"application/x-one": {"a": "b"}, "application/x-two": {}}
    for kind, noted in kinds.items():
        referrer = image(address, subject=described, artifactType=kind, annotations=noted)
        status, headers, _ = put(address, digest_of(json.dumps(referrer).encode()), referrer)
        assert (status, headers["oci-subject"]) == (201, digest)
    status, headers, body = ask(address, "GET", f"/v2/{NAME}/referrers/{digest}")
    assert (status, headers["content-type"]) == (200, "application/vnd.oci.image.index.v1+json")
    assert {item["artifactType"]: item["annotations"] for item in json.loads(body)["manifests"]} == kinds
    _, headers, body = ask(address, "GET", f"/v2/{NAME}/referrers/{digest}?artifactType=application/x-two")
    assert headers["oci-filters-applied"] == "artifactType"
    assert [item["artifactType"] for item in json.loads(body)["manifests"]] == ["application/x-two"]
    assert put(address, "subject", subject)[0] == 201
    assert json.loads(ask(address, "GET", f"/v2/{NAME}/referrers/{digest_of(b'none')}")[2])["manifests"] == []


def test_tags_are_listed_by_number_and_from_a_tag_on(address: str) -> None:
    name = "conformance/tags"
    for tag in "dacb":
        assert put(address, tag, {"schemaVersion": 2, "mediaType": TYPE}, name)[0] == 201
    listed = {
        query: json.loads(ask(address, "GET", f"/v2/{name}/tags/list{query}")[2])["tags"]
        for query in ("", "?n=2", "?n=2&last=b", "?last=c", "?n=0", "?last=zzz")
    }
    assert listed == {
        "": list("abcd"),
        "?n=2": list("ab"),
        "?n=2&last=b": list("cd"),
        "?last=c": ["d"],
        "?n=0": [],
        "?last=zzz": [],
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/v2/{NAME}/blobs/uploads/"),
        ("POST", f"/v2/{NAME}/blobs/uploads/{'0' * 32}"),
        ("PATCH", f"/v2/{NAME}/blobs/uploads/"),
        ("HEAD", f"/v2/{NAME}/blobs/uploads/{'0' * 32}"),
        ("OPTIONS", "/v2/"),
        ("PUT", f"/v2/{NAME}/tags/list"),
        ("POST", f"/v2/{NAME}/manifests/v1"),
        ("DELETE", "/v2/_catalog"),
        ("GET", f"/v2/{NAME}/referrers/x"),
        ("GET", "/v2/%00/tags/list"),
        ("GET", f"/v2/{NAME}/manifests/%00"),
        ("GET", f"/v2/{NAME}/blobs/sha256:{'%0a' * 64}"),
        ("GET", f"/v2/{NAME}/tags/list?last=%ff"),
        ("GET", f"/v2/{NAME}/tags/list?n=%ff"),
        ("GET", "/v2/" + "a/" * 127 + "a/tags/list"),
        ("GET", "/v2/" + "a" * 255 + "/tags/list"),
        ("GET", "/v2/a/blobs/" + "b" * 60_000),
    ],
)
def test_whatever_is_asked_is_answered_as_a_fault_of_who_asks(method: str, path: str, address: str) -> None:
    status, _, body = ask(address, method, path)
    assert 400 <= status < 500
    if body:
        assert code_of(body)
