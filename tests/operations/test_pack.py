"""Packing: what is read, what is stored, what is warned of, and what is left behind when it fails."""

from __future__ import annotations

import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import (
    Cancelled,
    KitError,
    KitfileMissing,
    NotFound,
    PathInvalid,
    ReferenceCycle,
    SourceChanged,
    Usage,
)
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from tests.operations.projects import FILES, files_in, make_project, write_files


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


def test_a_file_that_grows_while_it_is_packed_is_an_error_and_no_tag_moves(project: Path, settings: Settings) -> None:
    before = kit.pack(project, tag="churn:v1", settings=settings).digest
    large = project / "model" / "forest.bin"
    large.write_bytes(b"x" * (9 << 20))
    changed = threading.Event()

    def change(event: Event) -> None:
        if event.item == "model/forest.bin" and event.step == "advanced" and not changed.is_set():
            changed.set()
            with large.open("ab") as stream:
                stream.write(b"more")

    with pytest.raises(SourceChanged, match=r"forest\.bin"):
        kit.pack(project, tag="churn:v1", settings=settings, observe=change)
    assert kit.inspect("churn:v1", settings=settings).digest == before


def test_a_cancelled_pack_moves_no_tag_and_leaves_no_partial_file(project: Path, settings: Settings) -> None:
    (project / "model" / "forest.bin").write_bytes(b"x" * (40 << 20))

    def stop(event: Event) -> None:
        if event.done_bytes > 8 << 20:
            raise Cancelled("stopped by the test")

    started = time.monotonic()
    with pytest.raises(Cancelled):
        kit.pack(project, tag="churn:v1", settings=settings, observe=stop)
    assert time.monotonic() - started < 5
    assert kit.list_kits(settings=settings).kits == ()
    assert not list(settings.home.rglob("*.part"))


@pytest.mark.parametrize("compression", ["gzip", "gzip-fastest", "zstd"])
def test_compressed_kits_unpack_to_the_same_files(project: Path, settings: Settings, compression: Any) -> None:
    plain = kit.pack(project, tag="plain:v1", settings=settings)
    packed = kit.pack(project, tag="churn:v1", compression=compression, settings=settings)
    assert [layer.diff_id for layer in packed.layers] == [layer.diff_id for layer in plain.layers]
    assert packed.size_bytes < plain.size_bytes
    assert files_in(kit.unpack("churn:v1", project.parent / "out", settings=settings).directory) == FILES
    assert kit.pack(project, tag="churn:v2", compression=compression, settings=settings).digest == packed.digest


RAW = """\
manifestVersion: 1.0.0
model: {path: model/forest.bin}
datasets: [{name: validation, path: data/validation.csv}]
"""


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_raw_layers_are_the_files_themselves(project: Path, settings: Settings, compression: Any) -> None:
    (project / "model" / "forest.bin").chmod(0o640)
    packed = kit.pack(project, text=RAW, tag="raw:v1", layer_format="raw", compression=compression, settings=settings)
    assert [layer.media_type.split(".v1.")[1].split("+")[0] for layer in packed.layers] == ["raw", "raw"]
    if compression == "none":
        assert packed.layers[0].size_bytes == len(FILES["model/forest.bin"])
    out = kit.unpack("raw:v1", project.parent / "out", settings=settings).directory
    assert files_in(out) == {name: FILES[name] for name in ("data/validation.csv", "model/forest.bin")}
    assert (out / "model" / "forest.bin").stat().st_mode & 0o777 == 0o640
    assert [layer.files[0].path for layer in kit.files("raw:v1", settings=settings).layers] == [
        "model/forest.bin",
        "data/validation.csv",
    ]


def test_a_folder_cannot_be_raw(project: Path, settings: Settings) -> None:
    with pytest.raises(PathInvalid, match="is a folder"):
        kit.pack(project, tag="raw:v1", layer_format="raw", settings=settings)


def test_a_modelpack_is_packed_once_and_unpacks_with_its_kitfile(project: Path, settings: Settings) -> None:
    packed = kit.pack(project, tag="mp:v1", use_model_pack=True, settings=replace(settings, created_epoch_s=1))
    again = kit.pack(project, tag="mp:v2", use_model_pack=True, settings=replace(settings, created_epoch_s=2))
    assert packed.digest == again.digest
    out = kit.unpack("mp:v1", project.parent / "out", settings=settings).directory
    assert files_in(out) == FILES
    assert (out / "Kitfile").is_file()
    assert (
        kit.inspect("mp:v1", settings=settings).manifest["config"]["mediaType"].startswith("application/vnd.cncf.model")
    )


def test_prompts_and_mcp_servers_are_packed_as_kit_does(tmp_path: Path, settings: Settings) -> None:
    root = tmp_path / "p"
    write_files(root, {"prompts/system.md": b"be kind", "tool.mcpb": b""})
    with zipfile.ZipFile(root / "tool.mcpb", "w") as bundle:
        bundle.writestr("manifest.json", "{}")
    text = "prompts: [{name: system, path: prompts}]\nmcpServers: [{name: tool, path: tool.mcpb}]\n"
    packed = kit.pack(root, text=text, tag="p:v1", compression="gzip", settings=settings)
    assert [layer.media_type.rpartition("modelkit.")[2] for layer in packed.layers] == [
        "code.v1.tar+gzip",
        "mcpb.v1.raw",
    ]
    assert packed.layers[0].annotations["ml.kitops.modelkit.layer-subtype"] == "prompt"
    out = kit.unpack("p:v1", tmp_path / "out", filters=["mcpservers"], settings=settings).directory
    assert list(files_in(out)) == ["tool.mcpb"]
    (root / "tool.mcpb").write_bytes(b"no zip")
    with pytest.raises(PathInvalid, match="mcpb"):
        kit.pack(root, text=text, tag="p:v1", settings=settings)


def test_references_to_kits_that_form_a_ring_are_named(tmp_path: Path, settings: Settings) -> None:
    root = tmp_path / "p"
    write_files(root, {"a.py": b"1"})
    for name in ("a", "b"):
        kit.pack(root, text="code: [{path: a.py}]", tag=f"{name}:v1", settings=settings)
    kit.pack(root, text="model: {path: 'b:v1'}\ncode: [{path: a.py}]", tag="a:v1", settings=settings)
    with pytest.raises(ReferenceCycle, match="b:v1") as caught:
        kit.pack(root, text="model: {path: 'a:v1'}\ncode: [{path: a.py}]", tag="b:v1", settings=settings)
        kit.unpack("b:v1", tmp_path / "out", settings=settings)
    assert "a:v1" in caught.value.message


def test_a_chain_of_ten_kits_is_followed_and_eleven_are_not(tmp_path: Path, settings: Settings) -> None:
    root = tmp_path / "p"
    write_files(root, {"m.bin": b"m", "a.py": b"1"})
    kit.pack(root, text="model: {path: m.bin}", tag="k0:v1", settings=settings)
    for number in range(1, 11):
        kit.pack(root, text=f"model: {{path: 'k{number - 1}:v1'}}", tag=f"k{number}:v1", settings=settings)
    out = kit.unpack("k10:v1", tmp_path / "out", settings=settings).directory
    assert list(files_in(out)) == ["m.bin"]
    with pytest.raises(ReferenceCycle, match="more than 10"):
        kit.pack(root, text="model: {path: 'k10:v1'}", tag="k11:v1", settings=settings)


def test_a_dry_run_writes_nothing(project: Path, settings: Settings) -> None:
    result = kit.pack(project, tag="churn:v1", dry_run=True, settings=settings)
    assert result.digest is None and result.size_bytes > 80_000
    assert not settings.home.exists()


def test_without_a_kitfile_a_function_says_what_to_do(tmp_path: Path, settings: Settings) -> None:
    make_project(tmp_path / "p", kitfile=None)
    with pytest.raises(KitfileMissing) as caught:
        kit.pack(tmp_path / "p", settings=settings)
    assert "kit init" in caught.value.hint
    assert not (tmp_path / "p" / "Kitfile").exists()


def test_a_proposed_kitfile_is_written_and_takes_every_file(tmp_path: Path, settings: Settings) -> None:
    root = make_project(tmp_path / "p", kitfile=None)
    (root / ".env").write_text("TOKEN=secret")
    result = kit.pack(root, tag="p:v1", propose=True, settings=settings)
    assert result.proposed and (root / "Kitfile").is_file()
    assert any(path == ".env" for path, _ in result.left_out)
    assert files_in(kit.unpack("p:v1", tmp_path / "out", settings=settings).directory) == FILES


@pytest.mark.parametrize(
    ("directory", "error"), [("nowhere", NotFound), ("project/README.md", NotFound)], ids=["missing", "a file"]
)
def test_a_folder_that_is_none_is_said_so(
    project: Path, tmp_path: Path, settings: Settings, directory: str, error: type[KitError]
) -> None:
    with pytest.raises(error):
        kit.pack(tmp_path / directory, settings=settings)


def test_flags_that_do_not_fit_are_refused(project: Path, settings: Settings) -> None:
    wrong: list[dict[str, Any]] = [{"compression": "bzip2"}, {"layer_format": "zip"}]
    for flags in wrong:
        with pytest.raises(Usage):
            kit.pack(project, settings=settings, **flags)
    with pytest.raises(Usage):
        kit.pack(project, layer_format="raw", use_model_pack=True, compression="gzip", settings=settings)


NAMES = [
    "ä/ö ü.csv",
    "名前/数据.parquet",
    "a b/c  d",
    "x" * 101,
    "n" * 200 + "/" + "m" * 200,
    "🎉.bin",
    "Ａ",
    "e\u0301",
    "é",
]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other names")
def test_names_of_any_length_and_script_come_back(tmp_path: Path, settings: Settings) -> None:
    files = {f"d/{name}": name.encode() for name in NAMES} | {
        "d/" + "/".join(["deep"] * 60) + "/f": b"deep",
        "d/empty": b"",
    }
    write_files(tmp_path / "p", files)
    kit.pack(tmp_path / "p", text="code: [{path: d}]", tag="p:v1", settings=settings)
    assert files_in(kit.unpack("p:v1", tmp_path / "out", settings=settings).directory) == files


def test_a_layer_that_kits_share_is_counted_once(tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path / "home")
    project = make_project(tmp_path / "project")
    kit.pack(project, tag="churn:v1", settings=settings)
    before = kit.list_kits(settings=settings).size_bytes
    (project / "README.md").write_text("other words\n")
    kit.pack(project, tag="churn:v2", settings=settings)
    assert before < kit.list_kits(settings=settings).size_bytes < before + 4096
