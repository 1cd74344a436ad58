"""The forms of a pull: archives, the store alone, with what refers to the kit; and kits that others made."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter import codecs
from kitops_jupyter.__main__ import main
from kitops_jupyter.archive import formats
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.errors import Cancelled, Conflict, FilterInvalid, Usage
from kitops_jupyter.operations.unpack.tars import TarsResult
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from kitops_jupyter.verbs import Context, parse, run, split
from tests.archives import extract
from tests.fakes.registries import Real
from tests.operations.projects import FILES, files_in, make_project, write_files
from tests.store.test_referrers import refer

HTTP = Connection(plain_http=True)
MODELPACK = "application/vnd.cncf.model"


@pytest.fixture
def real(plain: Real) -> Real:
    """A registry."""
    return plain


@pytest.fixture
def reference(repository_name: str, real: Real) -> str:
    return f"{real.host}/{repository_name}:v1"


@pytest.fixture
def pushed(tmp_path: Path, here: Settings, reference: str) -> str:
    kit.pack(make_project(tmp_path / "project"), tag=reference, settings=here)
    kit.push(reference, connection=HTTP, settings=here)
    return reference


def as_tars(reference: str, directory: Path, settings: Settings, **flags: object) -> TarsResult:
    return kit.pull_tars(reference, directory, connection=HTTP, settings=settings, **flags)  # type: ignore[arg-type]


def test_each_layer_is_left_as_the_archive_that_it_is(pushed: str, there: Settings, tmp_path: Path) -> None:
    done = as_tars(pushed, tmp_path / "out", there)
    assert [file.name for file in done.files] == [
        "forest.tar", "train.ipynb.tar", "src.tar", "training.tar", "validation.tar", "README.md.tar",
    ]  # fmt: skip
    for file in done.files:
        assert Digest.of((tmp_path / "out" / file.name).read_bytes()) == file.digest
        with tarfile.open(tmp_path / "out" / file.name) as archive:
            extract(archive, tmp_path / "again")
    assert files_in(tmp_path / "again") == FILES
    assert (tmp_path / "out" / "Kitfile").exists()
    assert kit.list_kits(settings=there).kits == ()
    assert not [path for path in store(there).partials.iterdir() if path.suffix != ".lock"]


def test_a_filter_chooses_the_archives(pushed: str, there: Settings, tmp_path: Path) -> None:
    done = as_tars(pushed, tmp_path / "out", there, filters=["datasets:validation"])
    assert [path.name for path in (tmp_path / "out").iterdir()] == [done.files[0].name] == ["validation.tar"]
    with pytest.raises(FilterInvalid, match="whole layers"):
        as_tars(pushed, tmp_path / "other", there, filters=["code:*.py"])
    assert not (tmp_path / "other").exists()


def test_archives_in_the_way_are_all_listed_before_a_byte_travels(pushed: str, there: Settings, tmp_path: Path) -> None:
    write_files(tmp_path / "out", {"forest.tar": b"mine", "src.tar": b"mine"})
    seen: list[Event] = []
    with pytest.raises(Conflict) as conflict:
        as_tars(pushed, tmp_path / "out", there, observe=seen.append)
    assert [line.partition(" ")[0] for line in conflict.value.details] == ["forest.tar", "src.tar"]
    assert {event.step for event in seen} <= {"waiting"} and len(list((tmp_path / "out").iterdir())) == 2
    kept = as_tars(pushed, tmp_path / "out", there, ignore_existing=True)
    assert (tmp_path / "out" / "src.tar").read_bytes() == b"mine" and sorted(kept.kept) == ["forest.tar", "src.tar"]
    as_tars(pushed, tmp_path / "out", there, overwrite=True)
    assert (tmp_path / "out" / "src.tar").read_bytes() != b"mine"


def test_archives_that_broke_off_leave_none_and_go_on_where_they_were(
    pushed: str, there: Settings, tmp_path: Path
) -> None:
    def stop(event: Event) -> None:
        if event.step == "finished" and event.item == "README.md":
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        as_tars(pushed, tmp_path / "out", there, observe=stop)
    assert not (tmp_path / "out").exists()
    again = as_tars(pushed, tmp_path / "out", there)
    assert len(again.files) == 6 and again.skipped_bytes > 0


def test_what_the_store_has_does_not_travel_again(pushed: str, here: Settings, tmp_path: Path) -> None:
    done = as_tars(pushed, tmp_path / "out", here)
    assert (done.moved_bytes, len(done.files)) == (0, 6)
    (tmp_path / "out" / "src.tar").write_bytes(b"changed")
    assert store(here).check(read_layers=True).problems == ()


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ("--store-only -d out", "store nothing"),
        ("--store-only --filter model", "store nothing"),
        ("--store-only --as-tar", "store nothing"),
        ("--with-referrers --as-tar", "store nothing"),
        ("--with-referrers --filter model", "store nothing"),
        ("--include-remote", "needs --dir or --filter"),
        ("--include-remote --as-tar -d out", "needs --dir or --filter"),
    ],
)
def test_flags_of_two_forms_exclude_each_other(there: Settings, tmp_path: Path, flags: str, why: str) -> None:
    with pytest.raises(Usage, match=why):
        run(parse(split(f"pull reg.example.com/a:v1 {flags}")), Context(there, tmp_path))


def test_signatures_come_along_into_the_store_when_asked_for(pushed: str, here: Settings, there: Settings) -> None:
    digest = kit.inspect(pushed, settings=here).digest
    place = store(here).repository(pushed.removesuffix(":v1"), kind="referrers")
    refer(place, store(here).repository(pushed.removesuffix(":v1")).resolve("v1"))
    kit.copy(f"local://{pushed}", pushed, connection=HTTP, settings=here)
    kit.pull(pushed, connection=HTTP, settings=there)
    taken = store(there).repository(pushed.removesuffix(":v1"), kind="referrers")
    assert taken.referrers(digest, artifact_type="a/sig") == []
    kit.pull(pushed, with_referrers=True, connection=HTTP, settings=there)
    assert len(taken.referrers(digest, artifact_type="a/sig")) == 1
    assert store(there).check(read_layers=True).problems == ()


def test_the_flags_work_on_a_line(pushed: str, tmp_path: Path) -> None:
    home = ["--config", str(tmp_path / "line"), "--plain-http"]
    assert main(["pull", pushed, "--filter", "model", "--as-tar", "-d", str(tmp_path / "out"), *home]) == 0
    assert (tmp_path / "out" / "forest.tar").exists()
    assert main(["pull", pushed, "--store-only", "--with-referrers", *home]) == 0


@pytest.mark.parametrize("compression", codecs.NAMES)
@pytest.mark.parametrize("layout", formats.NAMES)
def test_a_kit_of_any_layer_format_and_compression_travels(
    here: Settings, there: Settings, tmp_path: Path, reference: str, layout: Any, compression: Any
) -> None:
    files = {"m/w.bin": b"weights" * 9999, "notes.txt": b"read me"}
    write_files(tmp_path / "p", files)
    text = "model: {name: weights, path: m/w.bin}\ndatasets: [{name: notes, path: notes.txt}]\n"
    kit.pack(
        tmp_path / "p",
        text=text,
        tag=reference,
        layer_format=layout,
        compression=compression,
        settings=here,
    )
    kit.push(reference, connection=HTTP, settings=here)
    kit.pull_files(reference, tmp_path / "files", connection=HTTP, settings=there)
    assert files_in(tmp_path / "files") == files
    kit.copy(reference, f"{tmp_path}/kit.tar", connection=HTTP, settings=there)
    kit.copy(f"{tmp_path}/kit.tar", "churn", settings=there)
    assert files_in(kit.unpack("churn:v1", tmp_path / "copied", settings=there).directory) == files
    done = as_tars(reference, tmp_path / "tars", there)
    kind, packed = formats.named(layout), codecs.named(compression).file_suffix
    stems = ("w.bin", "notes.txt") if kind.is_one_file else (f"weights{kind.file_suffix}", f"notes{kind.file_suffix}")
    assert [file.name for file in done.files] == [stem + packed for stem in stems]


def test_a_modelpack_without_a_kitfile_travels(
    here: Settings, there: Settings, tmp_path: Path, real: Real, reference: str
) -> None:
    """As modctl makes them: raw layers, each with its path in an annotation, and nothing that kit knows."""
    contents = {"weight": ("w.safetensors", b"weights" * 99), "doc": ("README.md", b"# hello\n")}
    layers = [
        (Descriptor.of(f"{MODELPACK}.{kind}.v1.raw", data, {"org.cncf.model.filepath": path}), data)
        for kind, (path, data) in contents.items()
    ]
    config = json.dumps(
        {
            "descriptor": {"name": "hello"},
            "modelfs": {"type": "layers", "diffIds": [layer.digest for layer, _ in layers]},
            "config": {},
        }
    ).encode()
    described = Descriptor.of(f"{MODELPACK}.config.v1+json", config)
    written = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": f"{MODELPACK}.manifest.v1+json",
        "config": described.to_json(),
        "layers": [layer.to_json() for layer, _ in layers],
    }
    data = json.dumps(written).encode()
    manifest = Descriptor.of("application/vnd.oci.image.manifest.v1+json", data)
    repository, _, tag = reference.partition("/")[2].partition(":")
    with real.connect(here) as registry:
        target = registry.repository(repository)
        for descriptor, content in (*layers, (described, config), (manifest, data)):
            target.write(descriptor, io.BytesIO(content))
        target.tag(manifest, tag)
    pulled = kit.pull(reference, connection=HTTP, settings=there)
    assert pulled.digest == manifest.digest
    expected = dict(contents.values())
    assert files_in(kit.unpack(reference, tmp_path / "out", settings=there).directory) == expected
    kit.pull_files(reference, tmp_path / "model", filters=["model"], connection=HTTP, settings=there)
    assert list(files_in(tmp_path / "model")) == ["w.safetensors"]
    assert [file.name for file in as_tars(reference, tmp_path / "raw", there).files] == ["w.safetensors", "README.md"]
    assert kit.copy(reference, f"oci:{tmp_path}/layout", connection=HTTP, settings=there).digest == manifest.digest
    assert "w.safetensors" in str(kit.info(reference, connection=HTTP, settings=there))
