"""Tags, repositories, many manifests at once, referrers, mounting and deleting."""

from __future__ import annotations

import io
import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.disk import cache_folder
from kitops_jupyter.errors import InvalidReference, KitError, NotFound, RegistryError
from kitops_jupyter.registry import Registry, RemoteRepository
from kitops_jupyter.settings import Settings
from tests.contract import IMAGE_MANIFEST, make_kit, store_kit
from tests.fakes.fault_server import BLOB, MANIFEST, UPLOAD, Fault, FaultServer
from tests.fakes.registries import Real
from tests.registry.conftest import HASTE

Connect = Callable[..., Registry]
TAGS = "/v2/[^?]+/tags/list"
EMPTY = Descriptor.of("application/vnd.oci.empty.v1+json", b"{}")


def page(tags: object, following: str = "") -> Fault:
    link = {"Link": f'<{following}>; rel="next"'} if following else {}
    return Fault(body=json.dumps({"name": "a/b", "tags": tags}).encode(), headers=link)


def signature(subject: Descriptor, kind: str = "application/vnd.example.signature") -> tuple[Descriptor, bytes]:
    """A manifest that refers to another."""
    text = {"schemaVersion": 2, "mediaType": IMAGE_MANIFEST, "artifactType": kind}
    data = json.dumps(
        {**text, "config": EMPTY.to_json(), "layers": [EMPTY.to_json()], "subject": subject.to_json()}
    ).encode()
    return Descriptor.of(IMAGE_MANIFEST, data), data


def attach(repository: RemoteRepository, subject: Descriptor, kind: str) -> Descriptor:
    descriptor, data = signature(subject, kind)
    repository.write(EMPTY, io.BytesIO(b"{}"))
    repository.write(descriptor, io.BytesIO(data))
    return descriptor


@pytest.fixture(params=["scripted", "scripted without referrers", "plain"])
def repository(
    request: pytest.FixtureRequest, server: FaultServer, connect: Connect, settings: Settings
) -> RemoteRepository:
    """A repository of the scripted registry, with and without the referrers API, and of docker-registry."""
    if request.param == "plain":
        real: Real = request.getfixturevalue("plain")
        return real.connect(settings, patience=HASTE).repository(f"list/{uuid.uuid4().hex}")
    server.has_referrers = request.param == "scripted"
    return connect(server).repository("a/b")


def test_tags_come_page_after_page(server: FaultServer, connect: Connect) -> None:
    server.fault("GET", TAGS, page(["a", "b"], "/v2/a/b/tags/list?n=2&last=b"), page(["c"], "?last=c"), page(["d"]))
    assert list(connect(server).repository("a/b").tags()) == ["a", "b", "c", "d"]
    assert server.paths("GET")[1:] == ["/v2/a/b/tags/list?n=2&last=b", "/v2/a/b/tags/list?last=c"]


def test_ten_thousand_tags_are_listed_in_time(server: FaultServer, connect: Connect) -> None:
    for start in range(0, 10_000, 1000):
        names = [f"v{number}" for number in range(start, start + 1000)]
        server.fault("GET", TAGS, page(names, f"/v2/a/b/tags/list?last={start}" if start < 9000 else ""))
    began = time.monotonic()
    assert len(list(connect(server).repository("a/b").tags())) == 10_000
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("pages", "why"),
    [
        ([page(["a"], "/v2/a/b/tags/list?last=a")] * 99, "a loop"),
        ([page(["a"], "http://localhost:1/v2/a/b/tags/list")], "another server"),
        ([page(["a"], "https://evil.example.org/v2/a/b/tags/list")], "another server"),
        ([page("abc")], "no list"),
        ([page([1])], "no list"),
        ([Fault(body=b'{"tags":')], "not JSON"),
        ([Fault(body=b"7")], "no list"),
        ([page(["a"], "http://[")], "cannot be used"),
    ],
)
def test_pages_that_cannot_be_trusted_are_an_error(
    pages: list[Fault], why: str, server: FaultServer, connect: Connect
) -> None:
    server.fault("GET", TAGS, *pages)
    with pytest.raises(RegistryError, match=why):
        list(connect(server).repository("a/b").tags())


@pytest.mark.parametrize("tags", [None, []])
def test_a_repository_may_have_no_tags(tags: object, server: FaultServer, connect: Connect) -> None:
    server.fault("GET", TAGS, page(tags))
    assert list(connect(server).repository("a/b").tags()) == []


def test_names_that_are_no_tags_are_left_out(server: FaultServer, connect: Connect) -> None:
    server.fault("GET", TAGS, page(["ok", "\x1b[31mred", "../..", "a b", "", "ok", "x" * 129]))
    assert list(connect(server).repository("a/b").tags()) == ["ok"]


def test_a_repository_that_is_not_there_is_not_found(plain: Real, settings: Settings) -> None:
    with plain.connect(settings) as registry, pytest.raises(NotFound):
        list(registry.repository("never/was").tags())


def test_repositories_are_listed(plain: Real, settings: Settings) -> None:
    name = f"catalog/{uuid.uuid4().hex}"
    with plain.connect(settings) as registry:
        store_kit(registry.repository(name), make_kit(b"1"), ["v1"])
        assert name in set(registry.catalog())


def test_a_registry_that_does_not_tell_its_repositories_says_so(server: FaultServer, connect: Connect) -> None:
    with pytest.raises(RegistryError, match="does not offer this list"):
        list(connect(server).catalog())


def test_tags_have_manifests_and_configs_in_the_order_asked_for(repository: RemoteRepository) -> None:
    kits = {f"v{number}": make_kit(b"%d" % number, name=f"kit {number}") for number in range(20)}
    for tag, kit in kits.items():
        store_kit(repository, kit, [tag])
    names = [*sorted(kits), "absent", "v3"]
    found = list(repository.read_many(names))
    assert [item.name for item in found] == names
    assert isinstance(found[20].error, NotFound)
    for item in [*found[:20], found[21]]:
        assert item.descriptor and item.descriptor.digest == kits[item.name].manifest.digest
        assert json.loads(item.config)["package"]["name"] == f"kit {item.name[1:]}"


def test_what_was_read_before_is_not_asked_for_again(server: FaultServer, connect: Connect) -> None:
    store_kit(connect(server).repository("a/b"), make_kit(b"1"), ["v1"])
    for _ in range(2):
        list(connect(server).repository("a/b").read_many(["v1"]))  # each a registry of its own: remembered on disk
    assert len([path for path in server.paths("GET") if "/blobs/" in path]) == 1


def test_a_remembered_config_that_was_tampered_with_is_read_anew(
    server: FaultServer, connect: Connect, settings: Settings
) -> None:
    kit = make_kit(b"1")
    store_kit(connect(server).repository("a/b"), kit, ["v1"])
    list(connect(server).repository("a/b").read_many(["v1"]))
    for path in cache_folder(settings.cache, "manifests").iterdir():
        path.write_bytes(b"{}")
    assert next(connect(server).repository("a/b").read_many(["v1"])).config == kit.contents[-2][1]
    assert [path.name for path in settings.cache.iterdir()] == ["kitops_jupyter"]  # the rest of it is kit's


def test_one_that_hangs_does_not_hold_up_the_end(server: FaultServer, connect: Connect) -> None:
    store_kit(connect(server).repository("a/b"), make_kit(b"1"), ["v1"])
    server.fault("GET", MANIFEST, *[Fault(no_answer=True)] * 99)
    many = connect(server).repository("a/b").read_many(["v1"] * 50)
    began = time.monotonic()
    next_one = ThreadPoolExecutor(1).submit(next, many)
    time.sleep(0.2)
    next_one.result()
    many.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 7


def test_many_are_read_side_by_side(server: FaultServer, connect: Connect) -> None:
    store_kit(connect(server).repository("a/b"), make_kit(b"1"), ["v1"])
    server.fault("GET", MANIFEST, *[Fault(delay_s=0.1)] * 64)
    began = time.monotonic()
    assert not [item for item in connect(server).repository("a/b").read_many(["v1"] * 64) if item.error]
    assert time.monotonic() - began < 6.4 / 4


def test_referrers_are_written_and_read(repository: RemoteRepository) -> None:
    kit, other = make_kit(b"weights"), make_kit(b"other")
    store_kit(repository, kit)
    store_kit(repository, other)
    assert repository.referrers(kit.manifest.digest) == []
    first = attach(repository, kit.manifest, "application/vnd.example.signature")
    second = attach(repository, kit.manifest, "application/vnd.example.index")
    attach(repository, other.manifest, "application/vnd.example.signature")
    found = {entry.digest: entry for entry in repository.referrers(kit.manifest.digest)}
    assert set(found) == {first.digest, second.digest}
    assert found[second.digest].artifact_type == "application/vnd.example.index"
    only = repository.referrers(kit.manifest.digest, artifact_type="application/vnd.example.signature")
    assert [entry.digest for entry in only] == [first.digest]


def test_a_referrer_written_twice_is_listed_once(repository: RemoteRepository) -> None:
    kit = make_kit(b"weights")
    store_kit(repository, kit)
    for _ in range(2):
        attach(repository, kit.manifest, "application/vnd.example.signature")
    assert len(repository.referrers(kit.manifest.digest)) == 1


def test_a_list_that_another_writer_replaced_is_written_again(server: FaultServer, connect: Connect) -> None:
    server.has_referrers = False
    kit = make_kit(b"weights")
    repository = connect(server).repository("a/b")
    store_kit(repository, kit)
    # The first PUT of the list is answered, and lost: someone else's came right after it.
    server.fault("PUT", f"{MANIFEST}sha256-", Fault(status=201))
    referrer = attach(repository, kit.manifest, "application/vnd.example.signature")
    assert [entry.digest for entry in repository.referrers(kit.manifest.digest)] == [referrer.digest]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"manifests":7}', b'{"manifests":[{"digest":"../../etc"}]}'])
def test_referrers_that_cannot_be_read_are_an_error(body: bytes, server: FaultServer, connect: Connect) -> None:
    server.fault("GET", "/v2/a/b/referrers/", Fault(body=body))
    with pytest.raises(KitError):
        connect(server).repository("a/b").referrers(Digest.of(b"x"))


def test_a_sibling_repositorys_blob_is_mounted(plain: Real, settings: Settings) -> None:
    data = uuid.uuid4().bytes * 99
    descriptor = Descriptor.of("", data)
    with plain.connect(settings) as registry:
        registry.repository("mount/from").write(descriptor, io.BytesIO(data))
        there = registry.repository(f"mount/{uuid.uuid4().hex}")
        assert not there.exists(descriptor)
        there.upload(descriptor, lambda: pytest.fail("it was sent"), mount_from=["mount/from"])
        assert there.exists(descriptor)


def test_an_upload_mounts_where_it_can_and_sends_nothing(server: FaultServer, connect: Connect) -> None:
    descriptor = Descriptor.of("", bytes(2 << 20))
    server.add_blob(bytes(2 << 20))
    server.fault("HEAD", BLOB, Fault(status=404))
    notes = []
    connect(server).repository("a/b").upload(
        descriptor,
        lambda: io.BytesIO(bytes(2 << 20)),
        mount_from=["c/d"],
        observe=lambda event: notes.append(event.note),
    )
    assert notes == ["mounted"] and server.sent_bytes("PUT") == 0


@pytest.mark.parametrize("refusal", [Fault(), Fault(status=403), Fault(status=404)])
def test_a_mount_that_is_refused_is_sent(refusal: Fault, server: FaultServer, connect: Connect) -> None:
    descriptor = Descriptor.of("", bytes(2 << 20))
    server.fault("POST", f"{UPLOAD}.mount=", refusal)
    connect(server).repository("a/b").upload(descriptor, lambda: io.BytesIO(bytes(2 << 20)), mount_from=["a/b", "c/d"])
    assert server.blobs[descriptor.digest] == bytes(2 << 20)
    assert len([path for path in server.paths("POST") if "mount" in path]) == 1  # not from itself


def test_a_kit_is_deleted_by_its_digest(repository: RemoteRepository) -> None:
    kit = make_kit(b"weights")
    store_kit(repository, kit, ["v1"])
    repository.delete(kit.manifest.digest)
    with pytest.raises(NotFound):
        repository.resolve(kit.manifest.digest)
    with pytest.raises(NotFound):
        repository.delete(kit.manifest.digest)


def test_a_tag_alone_is_deleted_where_that_can_be_done(server: FaultServer, connect: Connect) -> None:
    repository = connect(server).repository("a/b")
    store_kit(repository, make_kit(b"weights"), ["v1", "v2"])
    repository.delete("v1")
    assert list(repository.tags()) == ["v2"]


def test_docker_registry_cannot_delete_a_tag_alone_and_that_is_said(plain: Real, settings: Settings) -> None:
    with plain.connect(settings) as registry:
        repository = registry.repository(f"delete/{uuid.uuid4().hex}")
        store_kit(repository, make_kit(b"weights"), ["v1", "v2"])
        with pytest.raises(RegistryError, match="cannot delete a tag alone"):
            repository.delete("v1")
        assert sorted(repository.tags()) == ["v1", "v2"]


@pytest.mark.parametrize("status", [400, 405])
def test_deletion_that_is_switched_off_is_said(status: int, server: FaultServer, connect: Connect) -> None:
    server.fault("DELETE", MANIFEST, Fault(status=status))
    with pytest.raises(RegistryError, match="switched off"):
        connect(server).repository("a/b").delete(Digest.of(b"x"))


@pytest.mark.parametrize("name", ["", "A/b", "/a", "a//b", "a/", "..", "a/../b", "a?x", "a b", "x" * 256, "a\n"])
def test_a_name_that_no_repository_has_is_refused(name: str, server: FaultServer, connect: Connect) -> None:
    with pytest.raises(InvalidReference):
        connect(server).repository(name)


@pytest.mark.parametrize("tag", ["", "a/b", "a b", "x" * 129, "-x", "sha256:" + "0" * 64])
def test_a_name_that_no_tag_has_is_refused(tag: str, server: FaultServer, connect: Connect) -> None:
    repository = connect(server).repository("a/b")
    kit = make_kit(b"1")
    store_kit(repository, kit)
    with pytest.raises(InvalidReference):
        repository.tag(kit.manifest, tag)
