"""What the two sides of a copy may be called."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import Usage
from kitops_jupyter.operations.transfer.sides import parse_side
from kitops_jupyter.settings import Settings


@pytest.mark.parametrize(
    ("text", "kind", "name", "path"),
    [
        ("oci:a/b", "folder", "", "a/b"),
        ("oci:a/b:v1", "folder", "v1", "a/b"),
        ("oci:a.tar:v1", "folder", "v1", "a.tar"),
        (f"oci:a@sha256:{'1' * 64}", "folder", f"sha256:{'1' * 64}", "a"),
        ("oci:a:b/c", "folder", "", "a:b/c"),
        ("oci-archive:a:v1", "tar", "v1", "a"),
        ("a/b.tar", "tar", "", "a/b.tar"),
        ("./a.tar:v1", "tar", "v1", "a.tar"),
        ("churn:v1", "store", "v1", "churn"),
        ("oci/churn:v1", "store", "v1", "oci/churn"),
        ("local://reg.io/a:v1", "store", "v1", "reg.io/a"),
        ("reg.io/a", "registry", "", "reg.io/a"),
        ("remote://corp/a:v1", "registry", "v1", "corp/a"),
        ("docker://reg.io/a:v1", "registry", "v1", "reg.io/a"),
    ],
)
def test_a_side_is_read_as_it_is_meant(
    here: Settings, tmp_path: Path, text: str, kind: str, name: str, path: str
) -> None:
    place = parse_side(text, here, tmp_path)
    assert (place.kind, place.name) == (kind, name)
    if place.path is not None:
        assert place.path == tmp_path / path
    else:
        assert place.reference is not None and place.reference.store_name.removeprefix("localhost/") == path


@pytest.mark.parametrize("name", ["../arch.tar.gz", "./arch.tar.gz", "arch.tar.gz", "../gone.zip", "/etc/passwd"])
@pytest.mark.parametrize("side", ["source", "target"])
def test_a_path_is_not_taken_for_a_name(name: str, side: str, here: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for place in (folder, tmp_path):
        (place / "arch.tar.gz").touch()
    sides = (name, "local://x/y:1") if side == "source" else ("x:1", name)
    with pytest.raises(Usage, match=r"kit copy reads \.tar and oci:DIR") as caught:
        kit.copy(*sides, directory=folder, settings=here)
    assert name in caught.value.message
    assert caught.value.hint
