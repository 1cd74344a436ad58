"""To a real registry and back: what travels, what does not, and what is left when it breaks off."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.__main__ import main
from kitops_jupyter.errors import (
    Cancelled,
    Conflict,
    FilterInvalid,
    KitError,
    NotAModelKit,
    NotFound,
    StoreCorrupt,
    Unauthorized,
    Usage,
)
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.registries import Real
from tests.operations.projects import FILES, files_in, make_project

HTTP = Connection(plain_http=True)


def test_a_kit_comes_back_from_a_registry_as_it_was(
    pushed: str, here: Settings, there: Settings, tmp_path: Path
) -> None:
    pulled = kit.pull(pushed, connection=HTTP, settings=there)
    assert pulled.digest == kit.inspect(pushed, settings=here).digest
    assert files_in(kit.unpack(pushed, tmp_path / "out", settings=there).directory) == FILES
    again = kit.pull(pushed, connection=HTTP, settings=there)
    assert again.moved_bytes == 0 and again.skipped_blobs > 0


def test_what_the_registry_has_is_not_sent_again(pushed: str, here: Settings) -> None:
    again = kit.push(pushed, connection=HTTP, settings=here)
    assert (again.moved_bytes, again.moved_blobs) == (0, 0)
    sibling = pushed.replace(":v1", "-sibling:v1")
    kit.tag(pushed, sibling, settings=here)
    assert kit.push(sibling, connection=HTTP, settings=here).moved_bytes == 0


def test_a_filter_moves_only_its_layers_and_leaves_files(pushed: str, there: Settings, tmp_path: Path) -> None:
    seen: list[Event] = []
    pulled = kit.pull_files(
        pushed,
        tmp_path / "out",
        filters=["datasets:validation", "docs"],
        connection=HTTP,
        settings=there,
        observe=seen.append,
    )
    assert files_in(pulled.directory) == {name: FILES[name] for name in ("README.md", "data/validation.csv")}
    assert {event.item for event in seen if event.step != "waiting"} == {"README.md", "data/validation.csv"}
    assert kit.list_kits(settings=there).kits == ()


@pytest.mark.parametrize("has_index", [True, False], ids=["indexed", "plain"])
def test_a_filter_inside_a_layer_moves_only_those_files(
    has_index: bool, here: Settings, there: Settings, reference: str, tmp_path: Path
) -> None:
    settings = replace(here, file_index=has_index)
    project = make_project(tmp_path / "project")
    (project / "data/training/part-0.bin").write_bytes(bytes(100_000))
    kit.pack(project, tag=reference, settings=settings)
    kit.push(reference, connection=HTTP, settings=settings)
    moved: dict[str, int] = {}

    def count(event: Event) -> None:
        moved[event.item] = event.done_bytes

    pulled = kit.pull_files(
        reference, tmp_path / "out", filters=["dataset:part-2*"], connection=HTTP, settings=there, observe=count
    )
    name = "data/training/part-2.csv"
    assert files_in(pulled.directory) == {name: FILES[name]}
    assert moved[name] == len(FILES[name]) and sum(moved.values()) < 5_000  # a layer of a few bytes is read whole
    assert any("not covered" in warning for warning in pulled.warnings) != has_index
    assert ("verified by the kit's file index" in str(pulled)) == has_index
    assert "every digest verified" not in str(pulled)


@pytest.mark.parametrize("has_index", [True, False], ids=["indexed", "plain"])
def test_a_small_layer_is_read_whole_and_every_digest_verified(
    has_index: bool, here: Settings, there: Settings, reference: str, tmp_path: Path
) -> None:
    settings = replace(here, file_index=has_index)
    kit.pack(make_project(tmp_path / "project"), tag=reference, settings=settings)
    kit.push(reference, connection=HTTP, settings=settings)
    pulled = kit.pull_files(reference, tmp_path / "out", filters=["dataset:part-2*"], connection=HTTP, settings=there)
    assert not pulled.warnings
    assert files_in(pulled.directory) == {"data/training/part-2.csv": FILES["data/training/part-2.csv"]}
    assert "every digest verified" in str(pulled)


def test_unpack_brings_what_is_not_here(pushed: str, there: Settings, tmp_path: Path) -> None:
    out = kit.unpack(pushed, tmp_path / "out", connection=HTTP, settings=there).directory
    assert files_in(out) == FILES
    with pytest.raises(Conflict):
        kit.unpack(pushed, out, connection=HTTP, settings=there)


def test_a_remote_kit_is_listed_and_looked_into_without_pulling(pushed: str, there: Settings) -> None:
    listed = kit.list_kits(pushed.rpartition(":")[0], connection=HTTP, settings=there).kits
    assert [(row.tags, row.model_name) for row in listed] == [(("v1",), "churn")]
    assert kit.info(pushed, connection=HTTP, settings=there).kitfile.package.authors == ("Ada",)
    names = [file.path for layer in kit.files(pushed, connection=HTTP, settings=there).layers for file in layer.files]
    assert sorted(names) == sorted(FILES)
    assert kit.list_kits(settings=there).kits == ()


def test_a_cancelled_pull_is_gone_on_with(tmp_path: Path, here: Settings, there: Settings, reference: str) -> None:
    project = make_project(tmp_path / "project")
    (project / "model" / "forest.bin").write_bytes(bytes(range(256)) * (160 << 10))  # 40 MiB
    kit.pack(project, tag=reference, settings=here)
    kit.push(reference, connection=HTTP, settings=here)

    def stop(event: Event) -> None:
        if event.item == "model/forest.bin" and event.done_bytes > 20 << 20:
            raise Cancelled("stopped by the test")

    with pytest.raises(Cancelled):
        kit.pull(reference, connection=HTTP, settings=there, observe=stop)
    assert kit.list_kits(settings=there).kits == ()
    resumed: list[Event] = []
    kit.pull(reference, connection=HTTP, settings=there, observe=resumed.append)
    first = next(event for event in resumed if event.item == "model/forest.bin" and event.done_bytes)
    assert first.done_bytes >= 4 << 20
    assert any(event.note == "resumed" for event in resumed)
    assert kit.inspect(reference, settings=there).digest == kit.inspect(reference, settings=here).digest


def test_what_is_not_there_is_said_in_words(each_registry: Real, here: Settings, pushed: str) -> None:
    with pytest.raises(NotFound):
        kit.pull(f"{each_registry.host}/team/nowhere:v1", connection=HTTP, settings=here)
    with pytest.raises(NotFound):
        kit.pull(pushed.replace(":v1", ":v9"), connection=HTTP, settings=here)
    with pytest.raises(FilterInvalid):
        kit.pull_files(pushed, filters=["prompts"], connection=HTTP, settings=here)
    with pytest.raises(Usage, match="does not name a registry"):
        kit.push("churn:v1", connection=HTTP, settings=here)


def test_a_plain_image_is_refused_with_a_clear_word(each_registry: Real, there: Settings) -> None:
    from kitops_jupyter.content import Descriptor

    with each_registry.connect(there) as registry:
        repository = registry.repository("team/image")
        config = Descriptor.of("application/vnd.oci.image.config.v1+json", b"{}")
        repository.write(config, io.BytesIO(b"{}"))
        data = (
            b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":'
            b'"application/vnd.oci.image.config.v1+json","digest":"'
            + config.digest.encode()
            + b'","size":2},"layers":[]}'
        )
        image = Descriptor.of("application/vnd.oci.image.manifest.v1+json", data)
        repository.write(image, io.BytesIO(data))
        repository.tag(image, "v1")
    with pytest.raises(NotAModelKit, match="not a ModelKit"):
        kit.pull(f"{each_registry.host}/team/image:v1", connection=HTTP, settings=there)


def test_credentials_are_tried_before_they_are_kept(
    with_users: Real,
    there: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(Unauthorized):
        kit.login(with_users.host, "user", "wrong", connection=HTTP, settings=there)
    assert not there.credentials.exists()
    monkeypatch.setenv("KITOPS_HOME", str(there.home))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"hunter2\n")))
    assert main(["login", with_users.host, "-u", "user", "--password-stdin", "--plain-http"]) == 0
    shown = capsys.readouterr()
    assert "hunter2" not in shown.out + shown.err
    assert kit.login(with_users.host, "user", "hunter2", connection=HTTP, settings=there).where
    assert kit.logout(with_users.host, settings=there).was_logged_in
    with pytest.raises(Unauthorized):
        kit.list_kits(f"{with_users.host}/team/x", connection=HTTP, settings=there)


def test_a_pack_can_stream_to_the_registry_and_store_nothing(
    tmp_path: Path, here: Settings, there: Settings, reference: str
) -> None:
    project = make_project(tmp_path / "project")
    pushed = kit.pack(project, tag=reference, push=True, connection=HTTP, settings=here)
    assert not (here.storage / "blobs").exists()
    again = kit.pack(project, tag=reference, push=True, connection=HTTP, settings=here)
    assert again.digest == pushed.digest
    assert kit.pack(project, tag="local:v1", settings=here).layers[0].digest == pushed.layers[0].digest
    kit.pull(reference, connection=HTTP, settings=there)
    assert files_in(kit.unpack(reference, tmp_path / "out", settings=there).directory) == FILES
    with pytest.raises(Usage, match="does not name a registry"):
        kit.pack(project, tag="churn:v1", push=True, settings=here)


@pytest.mark.parametrize("size_bytes", [80_000, 3 << 20], ids=["small", "large"])
def test_a_blob_that_rotted_in_the_store_is_not_pushed(
    size_bytes: int, tmp_path: Path, here: Settings, there: Settings, reference: str
) -> None:
    project = make_project(tmp_path / "project")
    (project / "model" / "forest.bin").write_bytes(b"\0" * size_bytes)
    kit.pack(project, tag=reference, settings=here)
    (blob,) = (path for path in (here.storage / "blobs" / "sha256").iterdir() if path.stat().st_size > 70_000)
    data = bytearray(blob.read_bytes())
    data[60_000] ^= 1
    blob.chmod(0o600)
    blob.write_bytes(data)
    with pytest.raises(KitError) as caught:
        kit.push(reference, connection=HTTP, settings=here)
    assert isinstance(caught.value, StoreCorrupt)
    assert "model/forest.bin" in str(caught.value) and "damaged in the local store" in str(caught.value)
    with pytest.raises(NotFound):
        kit.pull(reference, connection=HTTP, settings=there)


def test_a_diff_with_a_registry_moves_only_what_must_be_compared(
    here: Settings, there: Settings, reference: str, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "project")
    big = bytes(range(256)) * 8192
    (project / "data" / "training" / "big.bin").write_bytes(big)
    kit.pack(project, tag=reference, settings=here)
    (project / "data" / "training" / "part-1.csv").write_bytes(b"x,y\n9,9\n")
    (project / "data" / "training" / "new.csv").write_bytes(b"x")
    (project / "data" / "training" / "big.bin").write_bytes(big + b"!")
    second = reference.replace(":v1", ":v2")
    kit.pack(project, tag=second, settings=here)
    kit.push(reference, all_tags=True, connection=HTTP, settings=here)
    remote = kit.diff(f"remote://{reference}", f"remote://{second}", connection=HTTP, settings=there)
    assert str(remote) == str(kit.diff(f"local://{reference}", second, settings=here))
    changes = {change.path: change.sign for change in remote.files}
    assert changes == {
        "data/training/big.bin": "~",
        "data/training/new.csv": "+",
        "data/training/part-1.csv": "~",
    }
    assert kit.diff(second, f"remote://{second}", connection=HTTP, settings=here).identical
    with pytest.raises(Usage, match="ftp://"):
        kit.diff(f"ftp://{reference}", second, settings=here)
