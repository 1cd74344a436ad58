"""`kit index-files`: a kit that was packed without a file index gets one, and stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter import codecs
from kitops_jupyter.archive import formats
from kitops_jupyter.errors import Cancelled, Forbidden
from kitops_jupyter.file_index import ARTIFACT_TYPES
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from kitops_jupyter.verbs import Context, parse, run, split
from tests.fakes.fault_server import Fault, FaultServer
from tests.fakes.registries import Real
from tests.operations.projects import FILES, files_in, make_project

HTTP = Connection(plain_http=True)
ONE = ["dataset:part-2*"]
NAME = "data/training/part-2.csv"


@pytest.fixture
def reference(repository_name: str, plain: Real) -> str:
    return f"{plain.host}/{repository_name}:v1"


@pytest.fixture
def pushed(reference: str, here: Settings, tmp_path: Path) -> Iterator[str]:
    """A kit without an index, in a registry and in `here`."""
    pack(tmp_path, here, reference)
    kit.push(reference, connection=HTTP, settings=here)
    yield reference


def pack(tmp_path: Path, settings: Settings, reference: str, **how: Any) -> kit.PackResult:
    project = make_project(tmp_path / "project")
    (project / "data/training/part-0.bin").write_bytes(bytes(100_000))
    return kit.pack(project, tag=reference, settings=replace(settings, file_index=False), **how)


def statuses(result: kit.IndexFilesResult) -> set[str]:
    return {layer.status for layer in result.layers}


def test_single_files_of_a_kit_in_a_registry_are_then_read_verified(
    pushed: str, there: Settings, tmp_path: Path
) -> None:
    before = kit.inspect(pushed, connection=HTTP, settings=there).digest
    done = kit.index_files(pushed, connection=HTTP, settings=there)
    assert statuses(done) == {"indexed"} and done.warnings == () and done.digest == before
    assert sum(layer.file_count for layer in done.layers) == len(FILES) + 1
    moved: dict[str, int] = {}
    pulled = kit.pull_files(
        pushed,
        tmp_path / "out",
        filters=ONE,
        connection=HTTP,
        settings=there,
        observe=lambda event: moved.update({event.item: event.done_bytes}),
    )
    assert files_in(pulled.directory) == {NAME: FILES[NAME]} and sum(moved.values()) < 5_000
    assert "every digest verified" in str(pulled) and not pulled.warnings
    assert kit.inspect(pushed, connection=HTTP, settings=there).digest == before
    assert kit.list_kits(settings=there).kits == ()


def test_a_second_time_nothing_is_read(pushed: str, there: Settings) -> None:
    kit.index_files(pushed, connection=HTTP, settings=there)
    again = kit.index_files(pushed, connection=HTTP, settings=there)
    assert statuses(again) == {"unchanged"} and again.read_bytes == 0
    assert "Nothing to index" in str(again)


def test_another_machine_believes_it_after_it_has_read_all_of_the_layer_once(
    pushed: str, here: Settings, there: Settings, tmp_path: Path
) -> None:
    kit.index_files(pushed, remote=True, connection=HTTP, settings=here)
    first = kit.pull_files(pushed, tmp_path / "first", filters=ONE, connection=HTTP, settings=there)
    assert first.read_whole and "every digest verified" in str(first)
    again = kit.pull_files(pushed, tmp_path / "again", filters=ONE, connection=HTTP, settings=there)
    assert not again.read_whole and "every digest verified" in str(again) and not again.warnings
    assert files_in(tmp_path / "first") == files_in(tmp_path / "again") == {NAME: FILES[NAME]}


def test_one_of_a_local_kit_is_pushed_with_it_and_goes_with_it(
    reference: str, here: Settings, there: Settings, tmp_path: Path
) -> None:
    pack(tmp_path, here, reference)
    assert statuses(kit.index_files(reference, settings=here)) == {"indexed"}
    assert store(here).check(read_layers=True).problems == ()
    pushed = kit.push(reference, connection=HTTP, settings=here)
    assert pushed.notes == ()
    with Real(reference.partition("/")[0]).connect(there) as registry:
        place = registry.repository(reference.partition("/")[2].rpartition(":")[0])
        assert len(place.referrers(pushed.digest, artifact_type=ARTIFACT_TYPES[2])) == 1
    pulled = kit.pull_files(reference, tmp_path / "out", filters=ONE, connection=HTTP, settings=there)
    assert pulled.read_whole and files_in(pulled.directory) == {NAME: FILES[NAME]}
    kit.remove([reference], settings=here)
    assert [path for path in (here.storage / "blobs" / "sha256").iterdir() if path.is_file()] == []


def test_it_comes_along_with_what_refers_to_the_kit(pushed: str, here: Settings, there: Settings) -> None:
    kit.index_files(pushed, remote=True, connection=HTTP, settings=here)
    pulled = kit.pull(pushed, with_referrers=True, connection=HTTP, settings=there)
    assert pulled.notes == () and pulled.warnings == ()
    place = store(there).repository(pushed.rpartition(":")[0], kind="referrers")
    assert len(place.referrers(pulled.digest, artifact_type=ARTIFACT_TYPES[2])) == 1


@pytest.mark.parametrize("compression", codecs.NAMES)
@pytest.mark.parametrize("layout", formats.NAMES)
def test_layers_of_every_format_get_one(
    layout: Any, compression: Any, reference: str, here: Settings, there: Settings, tmp_path: Path
) -> None:
    text = "model: {path: model/forest.bin}\ndatasets: [{path: data/validation.csv}]\n"
    pack(tmp_path, here, reference, text=text, layer_format=layout, compression=compression)
    kit.push(reference, connection=HTTP, settings=here)
    assert statuses(kit.index_files(reference, connection=HTTP, settings=there)) == {"indexed"}
    listed = kit.files(reference, connection=HTTP, settings=there)
    assert [file.path for layer in listed.layers for file in layer.files] == ["model/forest.bin", "data/validation.csv"]
    out = kit.pull_files(reference, tmp_path / "out", connection=HTTP, settings=there)
    assert files_in(out.directory)["model/forest.bin"] == FILES["model/forest.bin"] and not out.warnings


def test_a_kit_that_was_packed_with_one_is_left_alone(here: Settings, tmp_path: Path) -> None:
    kit.pack(make_project(tmp_path / "project"), tag="churn:v1", settings=here)
    done = kit.index_files("churn:v1", settings=here)
    assert statuses(done) == {"packed with it"} and done.read_bytes == 0
    assert "attached in" not in str(done) and "0 B" not in str(done).partition("LAYER")[2]


def test_one_that_broke_off_attached_nothing(pushed: str, there: Settings) -> None:
    def stop(event: Event) -> None:
        if event.step == "finished" and event.item == "data/training":
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        kit.index_files(pushed, connection=HTTP, settings=there, observe=stop)
    with Real(pushed.partition("/")[0]).connect(there) as registry:
        place = registry.repository(pushed.partition("/")[2].rpartition(":")[0])
        digest = kit.inspect(pushed, connection=HTTP, settings=there).digest
        assert place.referrers(digest, artifact_type=ARTIFACT_TYPES[2]) == []


def test_who_may_not_write_there_learns_it_before_a_layer_is_read(
    server: FaultServer, here: Settings, there: Settings, tmp_path: Path
) -> None:
    reference = f"{server.host}/t/k:v1"
    pack(tmp_path, here, reference)
    kit.push(reference, connection=HTTP, settings=here)
    server.fault("POST", ".*/uploads/", *[Fault(status=403)] * 20)
    seen: list[Event] = []
    with pytest.raises(Forbidden):
        kit.index_files(reference, connection=HTTP, settings=there, observe=seen.append)
    assert not [event for event in seen if event.step == "started" and event.item in FILES]


def test_it_works_on_a_line(here: Settings, tmp_path: Path) -> None:
    pack(tmp_path, here, "churn:v1")
    result = run(parse(split("index-files churn:v1")), Context(here, tmp_path))
    assert "Indexed the files of" in str(result) and "data/training" in result._repr_html_()
