"""Packing what links lead to, in every face."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.__main__ import DONE, FAILED, main
from kitops_jupyter.errors import PathInvalid
from kitops_jupyter.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
FILES = {"config.json": "{}", "model.safetensors": "weights", "README.md": "# m"}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A model as a Hugging Face cache holds it."""
    model = tmp_path / "hub/models--org--name"
    (model / "blobs").mkdir(parents=True)
    (model / "snapshots/abc").mkdir(parents=True)
    for number, (name, text) in enumerate(FILES.items()):
        (model / f"blobs/{number}").write_text(text)
        (model / "snapshots/abc" / name).symlink_to(f"../../blobs/{number}")
    return model / "snapshots/abc"


def test_a_snapshot_is_proposed_packed_and_unpacked_as_its_files(
    snapshot: Path, settings: Settings, tmp_path: Path
) -> None:
    packed = kit.pack(snapshot, tag="hub:v1", propose=True, follow_links=True, settings=settings)
    assert packed.proposed and packed.kitfile.model is not None
    assert packed.kitfile.model.path == "model.safetensors"
    assert [path for path, _ in packed.left_out if path in FILES] == []
    out = tmp_path / "out"
    kit.unpack("hub:v1", out, settings=settings)
    assert {path.name: path.read_text() for path in out.iterdir() if path.name != "Kitfile"} == FILES
    assert not any(path.is_symlink() for path in out.iterdir())


def test_packing_links_gives_the_layer_that_packing_their_files_gives(
    snapshot: Path, settings: Settings, tmp_path: Path
) -> None:
    text = "manifestVersion: 1.0.0\nmodel: {path: .}\n"
    (tmp_path / "copy").mkdir()
    for name, content in FILES.items():
        (tmp_path / "copy" / name).write_text(content)
    for folder in (snapshot, tmp_path / "copy"):
        for name in FILES:
            (folder / name).resolve().chmod(0o644)
    linked = kit.pack(snapshot, text=text, follow_links=True, settings=settings)
    assert linked.layers[0].digest == kit.pack(tmp_path / "copy", text=text, settings=settings).layers[0].digest
    again = kit.pack(snapshot, text=text, follow_links=True, settings=settings)
    assert again.digest == linked.digest


def test_what_a_link_leads_to_is_read_again_when_it_changed(snapshot: Path, settings: Settings) -> None:
    text = "manifestVersion: 1.0.0\nmodel: {path: model.safetensors}\n"
    first = kit.pack(snapshot, text=text, follow_links=True, settings=settings)
    (snapshot / "model.safetensors").resolve().write_text("other weights")
    assert kit.pack(snapshot, text=text, follow_links=True, settings=settings).digest != first.digest


def test_a_raw_layer_has_the_links_name(snapshot: Path, settings: Settings) -> None:
    text = "manifestVersion: 1.0.0\nmodel: {path: model.safetensors}\n"
    packed = kit.pack(snapshot, text=text, layer_format="raw", follow_links=True, settings=settings)
    assert '"name":"model.safetensors"' in packed.layers[0].annotations["org.cncf.model.file.metadata+json"]


def test_a_proposal_leaves_out_what_links_lead_to_outside(snapshot: Path, settings: Settings) -> None:
    (snapshot / "notes.md").symlink_to("/etc/passwd")
    (snapshot / "data").mkdir()
    (snapshot / "data/rows.csv").write_text("a,b")
    (snapshot / "data/users.csv").symlink_to("/etc/passwd")
    packed = kit.pack(snapshot, tag="hub:v1", propose=True, follow_links=True, settings=settings)
    told = dict(packed.left_out)
    assert "outside" in told["notes.md"] and "outside" in told["data/users.csv"]
    assert "data/rows.csv" in {dataset.path for dataset in packed.kitfile.datasets}


def test_a_proposal_says_how_links_are_taken(snapshot: Path, settings: Settings) -> None:
    proposed = kit.init(snapshot, dry_run=True, settings=settings)
    assert all("--follow-links" in reason for _, reason in proposed.left_out)
    assert len(kit.init(snapshot, dry_run=True, follow_links=True, settings=settings).left_out) == 0


def test_a_folder_of_nothing_but_links_is_refused_before_a_kitfile_is_written(
    snapshot: Path, settings: Settings
) -> None:
    with pytest.raises(PathInvalid, match="has only links") as caught:
        kit.pack(snapshot, tag="hub:v1", propose=True, settings=settings)
    assert "--follow-links" in caught.value.hint
    assert len(caught.value.details) == len(FILES)
    assert not (snapshot / "Kitfile").exists()


def test_a_proposal_that_leaves_links_out_warns(snapshot: Path, settings: Settings) -> None:
    (snapshot / "train.py").write_text("x = 1")
    packed = kit.pack(snapshot, tag="hub:v1", propose=True, settings=settings)
    assert "3 links are left out; --follow-links packs what they point to" in packed.warnings


def test_no_link_is_followed_out_of_the_folder_that_a_caller_sets(
    snapshot: Path, settings: Settings, tmp_path: Path
) -> None:
    (snapshot / "users").symlink_to("/etc/passwd")
    text = "manifestVersion: 1.0.0\ncode: [{path: users}]\n"
    assert kit.pack(snapshot, text=text, follow_links=True, dry_run=True, settings=settings).layers
    with pytest.raises(PathInvalid, match="points outside"):
        kit.pack(snapshot, text=text, follow_links=True, links_within=tmp_path / "hub", dry_run=True, settings=settings)


def test_the_terminal_has_the_flag(
    snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[Any]
) -> None:
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "home"))
    (tmp_path / "Kitfile").write_text("manifestVersion: 1.0.0\nmodel: {path: hub/models--org--name/snapshots/abc}\n")
    assert main(["pack", str(tmp_path), "-t", "l:1"]) == FAILED
    assert "--follow-links" in capsys.readouterr().err
    assert main(["pack", str(tmp_path), "-t", "l:1", "--follow-links"]) == DONE
    assert main(["pack", str(snapshot), "-t", "l:2", "--init", "--follow-links"]) == DONE
