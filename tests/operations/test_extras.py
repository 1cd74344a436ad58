"""What goes along with a kit is never the reason that the kit does not: it stays behind, and that is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Cancelled, KitError, StorageFull
from kitops_jupyter.operations.transfer.extras import FILE_INDEX, REMEMBERED_S, Extras
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.fault_server import MANIFEST, Fault, FaultServer, Rule
from tests.fakes.rules import Reply, problem
from tests.operations.projects import FILES, files_in, make_project

HTTP = Connection(plain_http=True)
REFUSALS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "types": lambda manifest: "kitops-jupyter" in str(manifest.get("artifactType")),
    "empty-config": lambda manifest: "oci.empty" in json.dumps(manifest),
    "subject": lambda manifest: "subject" in manifest,
}
STATUSES = [400, 401, 403, 405, 415, 422]


@pytest.fixture
def local(here: Settings, tmp_path: Path) -> str:
    kit.pack(make_project(tmp_path / "project"), tag="churn:v1", settings=here)
    return "churn:v1"


def refuse(server: FaultServer, kind: str, answer: Reply) -> None:
    server.refuses = lambda manifest: answer if REFUSALS[kind](manifest) else None


INDEX_TYPE = b"application/vnd.kitops-jupyter.file-index.v2"


def index_puts(server: FaultServer) -> int:
    return sum(seen.method == "PUT" and INDEX_TYPE in seen.body for seen in server.seen)


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_kit_goes_where_its_file_index_is_refused(
    kind: str, server: FaultServer, local: str, here: Settings, tmp_path: Path
) -> None:
    refuse(server, kind, problem(400, "MANIFEST_INVALID", "unknown media type"))
    place = f"{server.host}/team/kit"
    pushed = kit.push(local, f"{place}:v1", connection=HTTP, settings=here)
    assert server.tags["v1"] == pushed.digest
    assert "file index" in str(pushed) and "was not copied" in str(pushed) and "unknown media type" in str(pushed)
    tries = index_puts(server)
    again = kit.push(local, f"{place}:v2", connection=HTTP, settings=here)
    assert "refused it before" in str(again) and index_puts(server) == tries
    there = Settings.load({}, home=tmp_path / "there")
    assert files_in(kit.unpack(f"{place}:v1", tmp_path / "out", connection=HTTP, settings=there).directory) == FILES
    copied = kit.copy(f"{place}:v1", f"{server.host}/other/kit:v1", connection=HTTP, settings=here)
    assert copied.digest == pushed.digest
    kit.promote(f"{place}:v1", "champion", connection=HTTP, settings=here)
    assert server.tags["champion"] == pushed.digest


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_kit_is_packed_into_a_registry_that_refuses_its_file_index(
    kind: str, server: FaultServer, here: Settings, tmp_path: Path
) -> None:
    refuse(server, kind, problem(405, "UNSUPPORTED"))
    project, reference = make_project(tmp_path / "project"), f"{server.host}/team/kit:v1"
    packed = kit.pack(project, tag=reference, push=True, connection=HTTP, settings=here)
    assert server.tags["v1"] == packed.digest and "was not copied" in str(packed)
    again = kit.pack(project, tag=reference, push=True, connection=HTTP, settings=here)
    assert again.digest == packed.digest and index_puts(server) == 1


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_a_registry_refuses_for_good_is_remembered(
    status: int, server: FaultServer, local: str, here: Settings
) -> None:
    refuse(server, "types", Reply(status, {"Content-Type": "text/html"}, b"<html>no</html>"))
    place = f"{server.host}/team/kit"
    assert "was not copied" in str(kit.push(local, f"{place}:v1", connection=HTTP, settings=here))
    server.refuses = lambda manifest: None
    again = kit.push(local, f"{place}:v2", connection=HTTP, settings=here)
    assert ("refused it before" in str(again)) == (status not in (401, 403))


def test_an_index_of_kits_goes_where_file_indexes_are_refused(
    server: FaultServer, here: Settings, tmp_path: Path
) -> None:
    refuse(server, "types", problem(400, "MANIFEST_INVALID", "unknown media type"))
    kit.pack(make_project(tmp_path / "project"), tag=f"{server.host}/team/kit:v1", settings=here)
    index = kit.index_create(f"{server.host}/team/kit:all", [f"{server.host}/team/kit:v1"], settings=here)
    pushed = kit.push(f"{server.host}/team/kit:all", connection=HTTP, settings=here)
    assert server.tags["all"] == index.digest and "was not copied" in str(pushed)


def test_a_refusal_is_forgotten_in_time(here: Settings) -> None:
    import os
    import time

    extras = Extras.of(here)
    assert extras.refusals is not None
    extras.refusals.keep(f"registry: {FILE_INDEX}", "no")
    assert extras.is_refused(FILE_INDEX, "registry") and not extras.is_refused(FILE_INDEX, "another")
    (note,) = (here.cache / "kitops_jupyter" / "refused").iterdir()
    old = time.time() - REMEMBERED_S - 10
    os.utime(note, (old, old))
    assert not Extras.of(here).is_refused(FILE_INDEX, "registry")


ANSWERS = {
    "401": Fault(status=401),
    "403": Fault(status=403),
    "405": Fault(status=405),
    "500": Fault(status=500),
    "page": Fault(status=200, headers={"Content-Type": "text/html"}, body=b"<html></html>"),
    "broken": Fault(status=200, body=b'{"manifests": [{"mediaType":'),
    "another": Fault(status=200, body=b'{"manifests": "none"}'),
    "odd": Fault(status=200, body=b'{"manifests": [{"mediaType": "x", "digest": "md5:1", "size": -1}]}'),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_kit_is_copied_without_what_cannot_be_listed(
    answer: str, server: FaultServer, local: str, here: Settings, tmp_path: Path
) -> None:
    reference = f"{server.host}/team/kit:v1"
    kit.push(local, reference, connection=HTTP, settings=here)
    server.rules.append(Rule("GET", "/v2/[^?]+/referrers/", [ANSWERS[answer]] * 60))
    copied = kit.copy(reference, f"oci:{tmp_path}/layout:v1", connection=HTTP, settings=here)
    assert copied.digest == server.tags["v1"]
    assert ("was not copied" in str(copied)) == (answer != "405")


def test_a_kit_is_pulled_without_what_cannot_be_listed(
    server: FaultServer, local: str, here: Settings, tmp_path: Path
) -> None:
    reference = f"{server.host}/team/kit:v1"
    kit.push(local, reference, connection=HTTP, settings=here)
    server.rules.append(Rule("GET", "/v2/[^?]+/referrers/", [Fault(status=403)] * 9))
    there = Settings.load({}, home=tmp_path / "there")
    assert "was not copied" in str(kit.pull(reference, with_referrers=True, connection=HTTP, settings=there))
    assert files_in(kit.unpack(reference, tmp_path / "out", settings=there).directory) == FILES


def test_a_referrer_that_cannot_be_read_stays_behind_alone(
    server: FaultServer, local: str, here: Settings, tmp_path: Path
) -> None:
    reference = f"{server.host}/team/kit:v1"
    kit.push(local, reference, connection=HTTP, settings=here)
    (index,) = [digest for digest, (data, _) in server.manifests.items() if INDEX_TYPE in data]
    data, kind = server.manifests[index]
    server.manifests[index] = data + b" ", kind
    copied = kit.copy(reference, f"oci:{tmp_path}/layout:v1", connection=HTTP, settings=here)
    assert copied.referrers == 0 and Digest(index).short in str(copied)


def test_a_registry_without_head_takes_a_kit(server: FaultServer, local: str, here: Settings) -> None:
    server.rules.append(Rule("HEAD", "/v2/", [Fault(status=405)] * 100))
    pushed = kit.push(local, f"{server.host}/team/kit:v1", connection=HTTP, settings=here)
    assert server.tags["v1"] == pushed.digest and "was not copied" not in str(pushed)


def test_a_cancel_and_a_full_disk_are_no_notes() -> None:
    for failure in (Cancelled("stopped"), StorageFull("no room")):

        def fail(failure: KitError = failure) -> None:
            raise failure

        with pytest.raises(type(failure)):
            Extras().try_to("it", fail)


def test_a_cancel_while_an_index_moves_moves_no_tag(server: FaultServer, local: str, here: Settings) -> None:
    def stop(event: Event) -> None:
        if event.item == "file index":
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        kit.push(local, f"{server.host}/team/kit:v1", connection=HTTP, settings=here, observe=stop)
    assert "v1" not in server.tags


def test_what_fails_the_kit_itself_is_not_hidden_by_a_refused_extra(
    server: FaultServer, local: str, here: Settings
) -> None:
    refuse(server, "types", problem(400, "MANIFEST_INVALID"))
    server.rules.append(Rule("PUT", f"{MANIFEST}v1", [Fault(status=403)] * 9))
    with pytest.raises(KitError, match="403"):
        kit.push(local, f"{server.host}/team/kit:v1", connection=HTTP, settings=here)
    assert "v1" not in server.tags
