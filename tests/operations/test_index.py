"""Indexes of kits: made, changed, pushed, chosen from, and not mistaken for kits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.__main__ import main
from kitops_jupyter.errors import Conflict, KitError, NotFound, Usage
from kitops_jupyter.operations.index.results import IndexInfo, IndexList
from kitops_jupyter.settings import Settings
from kitops_jupyter.show import card_of
from kitops_jupyter.targets import Connection, store
from kitops_jupyter.verbs import Context, parse, run, split
from tests.fakes.registries import Real
from tests.operations.projects import files_in, write_files

HTTP = Connection(plain_http=True)


def pack_two(tmp_path: Path, name: str, settings: Settings) -> None:
    """Two builds of one model, tagged q4 and q8."""
    for tag in ("q4", "q8"):
        write_files(tmp_path / tag, {"m.bin": tag.encode() * 999})
        kit.pack(tmp_path / tag, text="model: {name: llama, path: m.bin}", tag=f"{name}:{tag}", settings=settings)


@pytest.fixture
def name(tmp_path: Path, here: Settings) -> str:
    """A local repository with two builds, and the index `all` of both."""
    pack_two(tmp_path, "llama", here)
    kit.index_create("llama:all", settings=here)
    kit.index_add("llama:all", "llama:q4", labels=["quant=q4", "bits:=4"], annotations=["by=ada"], settings=here)
    kit.index_add("llama:all", "llama:q8", labels=["quant=q8"], settings=here)
    return "llama"


@pytest.fixture
def remote(repository_name: str, plain: Real, name: str, tmp_path: Path, here: Settings) -> str:
    """The same in a registry: its repository, which is known here, too."""
    there = f"{plain.host}/{repository_name}"
    pack_two(tmp_path, there, here)
    kit.index_create(f"{there}:all", settings=here)
    for tag in ("q4", "q8"):
        kit.index_add(f"{there}:all", f"{there}:{tag}", labels=[f"quant={tag}"], settings=here)
    kit.push(f"{there}:all", connection=HTTP, settings=here)
    return there


def info(reference: str, settings: Settings) -> IndexInfo:
    found = kit.index_list(reference, settings=settings)
    assert isinstance(found, IndexInfo)
    return found


def test_an_index_is_written_as_kit_writes_it(name: str, here: Settings) -> None:
    digests = {tag: kit.inspect(f"{name}:{tag}", settings=here) for tag in ("q4", "q8")}
    written = json.loads(info(f"{name}:all", here).raw)
    assert list(written) == ["schemaVersion", "mediaType", "artifactType", "manifests"]
    first, second = written["manifests"]
    assert list(first) == ["mediaType", "digest", "size", "annotations", "artifactType", "modelMetadata"]
    assert first["digest"] == digests["q4"].digest and second["digest"] == digests["q8"].digest
    assert first["annotations"] == {
        "by": "ada",
        "ml.kitops.modelkit.original-tag": "q4",
        "ml.kitops.modelkit.size": str(sum(layer["size"] for layer in digests["q4"].manifest["layers"])),
    }
    assert first["artifactType"] == "application/vnd.kitops.modelkit.manifest.v1+json"
    assert first["modelMetadata"] == {"bits": 4, "quant": "q4"}


def test_one_kit_is_chosen_by_its_labels(name: str, here: Settings, tmp_path: Path) -> None:
    kit.unpack(f"{name}:all", tmp_path / "out", labels=["bits=4"], settings=here)
    assert files_in(tmp_path / "out") == {"m.bin": b"q4" * 999}
    with pytest.raises(Usage, match="index of 2 kits"):
        kit.unpack(f"{name}:all", tmp_path / "other", settings=here)


def test_a_change_leaves_nothing_of_the_old_index(name: str, here: Settings) -> None:
    before = info(f"{name}:all", here).digest
    kit.index_add(f"{name}:all", f"{name}:q4", labels=["bits-", "quant=q4_0"], settings=here)
    changed = info(f"{name}:all", here)
    assert [entry.annotations["ml.kitops.modelkit.original-tag"] for entry in changed.index.entries] == ["q4", "q8"]
    assert "bits" not in str(changed) and "quant=q4_0" in str(changed)
    assert not store(here).blob_path(before).exists()
    kit.index_remove(f"{name}:all", f"{name}:q8", settings=here)
    assert len(info(f"{name}:all", here).index.entries) == 1
    assert store(here).check(read_layers=True).problems == ()
    assert len(kit.list_kits(settings=here).kits) == 2


def test_what_does_not_fit_is_refused_and_changes_nothing(name: str, here: Settings, tmp_path: Path) -> None:
    before = info(f"{name}:all", here).digest
    kit.tag(f"{name}:q4", "other:q4", settings=here)
    attempts: list[tuple[type[KitError], object]] = [
        (Conflict, lambda: kit.index_create(f"{name}:all", settings=here)),
        (Usage, lambda: kit.index_add(f"{name}:all", "other:q4", settings=here)),
        (Usage, lambda: kit.index_add(f"{name}:all", f"{name}:q4", labels=["quant"], settings=here)),
        (Usage, lambda: kit.index_add(f"{name}:all", f"{name}:q4", annotations=["ml.kitops.x=1"], settings=here)),
        (Usage, lambda: kit.index_create(f"{name}:a,b", settings=here)),
        (Usage, lambda: kit.index_add(f"{name}:all", f"{name}:all", settings=here)),
        (NotFound, lambda: kit.index_add(f"{name}:none", f"{name}:q4", settings=here)),
        (NotFound, lambda: kit.index_add(f"{name}:all", f"{name}:q2", settings=here)),
        (NotFound, lambda: kit.index_remove(f"{name}:all", f"{name}:q2", settings=here)),
    ]
    for error, attempt in attempts:
        with pytest.raises(error):
            attempt()  # type: ignore[operator]
    assert info(f"{name}:all", here).digest == before


def test_a_pushed_index_has_all_its_kits_there(remote: str, there: Settings, tmp_path: Path) -> None:
    kit.pull(f"{remote}:all", labels=["quant=q8"], connection=HTTP, settings=there)
    kit.pull_files(f"{remote}:all", tmp_path / "out", labels=["quant=q4"], connection=HTTP, settings=there)
    assert files_in(tmp_path / "out") == {"m.bin": b"q4" * 999}
    listed = kit.list_kits(remote, connection=HTTP, settings=there)
    assert (listed.kits, listed.problems, listed.indexes) == ((), (), 1)


def test_an_index_here_can_list_kits_that_only_the_registry_has(
    remote: str, here: Settings, there: Settings, tmp_path: Path
) -> None:
    kit.index_create(f"{remote}:mine", settings=there)
    for tag in ("q4", "q8"):
        kit.push(f"{remote}:{tag}", connection=HTTP, settings=here)
        kit.index_add(
            f"{remote}:mine", f"{remote}:{tag}", labels=[f"q={tag}"], remote=True, connection=HTTP, settings=there
        )
    assert kit.list_kits(settings=there).kits == ()
    kit.unpack(f"{remote}:mine", tmp_path / "out", labels=["q=q8"], connection=HTTP, settings=there)
    assert files_in(tmp_path / "out") == {"m.bin": b"q8" * 999}
    pushed = kit.push(f"{remote}:mine", connection=HTTP, settings=there)
    assert pushed.moved_bytes == 0
    fresh = Settings.load({}, home=tmp_path / "third")
    assert kit.pull(f"{remote}:mine", labels=["q=q4"], connection=HTTP, settings=fresh).digest
    with pytest.raises(NotFound):
        kit.push(f"{remote}:mine", f"{remote}-without-them:mine", connection=HTTP, settings=there)


def test_an_index_is_copied_with_its_kits(remote: str, here: Settings, there: Settings, tmp_path: Path) -> None:
    digest = info(f"{remote}:all", here).digest
    for goal in (f"oci:{tmp_path}/layout", f"{tmp_path}/all.tar", f"{remote}-beside", "llama"):
        assert kit.copy(f"{remote}:all", goal, connection=HTTP, settings=there).kits == 2
    for number, origin in enumerate((f"oci:{tmp_path}/layout", f"{tmp_path}/all.tar", f"{remote}-beside:all")):
        copied = kit.copy(origin, f"other-{number}:all", connection=HTTP, settings=there)
        assert (copied.digest, copied.kits) == (digest, 2)
    assert files_in(kit.unpack("llama:all", tmp_path / "out", labels=["quant=q8"], settings=there).directory) == {
        "m.bin": b"q8" * 999
    }
    assert store(there).check(read_layers=True).problems == ()


def test_the_other_verbs_know_an_index_when_they_see_one(remote: str, here: Settings, there: Settings) -> None:
    context = Context(here, Path.cwd())

    def shown(line: str) -> str:
        return str(run(parse(split(line)), context))

    local = "llama:all"
    assert "quant=q8" in shown(f"info {local}") and '"modelMetadata"' in shown(f"inspect {local}")
    assert "quant=q8" in shown(f"info {remote}:all -r --plain-http")
    kit.tag(local, "llama:newest", settings=here)
    kit.tag(local, "renamed:all", settings=here)
    assert info("llama:newest", here).digest == info("renamed:all", here).digest == info(local, here).digest
    assert kit.tag(f"{remote}:all", f"{remote}:new", remote=True, connection=HTTP, settings=here).digest
    kit.tag(f"{remote}:all", f"{remote}-elsewhere:all", remote=True, connection=HTTP, settings=here)
    pulled = kit.pull(f"{remote}-elsewhere:all", labels=["quant=q4"], connection=HTTP, settings=there)
    assert pulled.digest == kit.inspect(f"{remote}:q4", settings=here).digest
    assert "index" in str(card_of(kit.list_kits("llama", settings=here)).notes)
    kit.remove("llama:newest", settings=here)
    kit.remove("renamed:all", settings=here)
    with pytest.raises(NotFound):
        info("llama:newest", here)
    assert len(kit.list_kits("llama", settings=here).kits) == 2


def test_an_index_keeps_the_kits_that_it_lists(name: str, here: Settings, tmp_path: Path) -> None:
    kit.remove(f"{name}:q4", settings=here)
    kit.unpack(f"{name}:all", tmp_path / "out", labels=["quant=q4"], settings=here)
    freed = kit.remove(f"{name}:all", settings=here)
    assert freed.freed_blobs > 1 and store(here).check().unreferenced == ()


def test_the_actions_work_on_a_line(tmp_path: Path, here: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    pack_two(tmp_path, "llama", here)
    home = ["--config", str(here.home)]
    assert main(["index", "create", "llama:all", "llama:q4", *home]) == 0
    assert main(["index", "add", "llama:all", "llama:q8", "-l", "quant=q8", *home]) == 0
    capsys.readouterr()
    assert main(["index", "list", *home]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["REPOSITORY", "TAG", "MODELKITS", "DIGEST"] and rows[1].split()[:3] == [
        "llama",
        "all",
        "2",
    ]
    assert main(["index", "info", "llama:all", "--format", "json", *home]) == 0
    assert [entry["reference"] for entry in json.loads(capsys.readouterr().out)["modelKits"]] == [
        "llama:q4",
        "llama:q8",
    ]
    assert main(["index", "remove", "llama:all", "llama:q4", *home]) == 0
    assert main(["index", "delete", "llama:all", *home]) == 0
    assert isinstance(kit.index_list(settings=here), IndexList) and not kit.index_list(settings=here).indexes  # type: ignore[union-attr]
    assert main(["index", "add", "llama:all", *home]) != 0
