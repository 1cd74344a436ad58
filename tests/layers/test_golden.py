"""Every golden kit's layers hold the files, folders, modes and sizes that kit put there, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kitops_jupyter import ignore, kitfile, layers
from tests.golden_trees import build_tree, cases, kitfile_text, load_case

PACKED = [name for name in cases() if "layers" in load_case(name) and name not in ("over-8-gib", "links")]
# A kit that refers to another: the case that packed the other one.
PARENTS = {"reference-child": "reference-base", "reference-grandchild": "reference-child"}
# Cases in which kit drops something in silence, and what our warning must speak of.
WARNED = {"empty-layer": "empty", "kitignore-no-negation": "ignored", "names": ".."}


def parent_paths(name: str) -> Iterator[str]:
    """The layer paths of the kits that a case's kit refers to."""
    while name in PARENTS:
        name = PARENTS[name]
        text = next(entry["text"] for entry in load_case(name)["tree"] if entry["path"] == "Kitfile")
        yield from (entry.path for entry in kitfile.read(text).entries() if entry.has_layer)


@pytest.mark.parametrize("name", PACKED)
def test_a_golden_kit_is_planned_as_kit_packed_it(name: str, tmp_path: Path) -> None:
    case = load_case(name)
    build_tree(case, tmp_path)
    plan = layers.plan(
        kitfile.read(kitfile_text(case)),
        tmp_path,
        patterns=ignore.read_patterns(tmp_path),
        parent_paths=list(parent_paths(name)),
    )
    for layer, packed in zip(plan.layers, case["layers"], strict=True):
        assert layer.path == packed["annotations"]["org.cncf.model.filepath"]
        assert layer.size_bytes <= packed["tarSize"]  # headers of long names are not counted
        planned = [(one.name, "5" if one.is_dir else "0", f"{one.mode:04o}", one.size) for one in layer.members]
        listed = [
            (one["name"], one["type"], one["mode"], one["size"]) if isinstance(one, dict) else None
            for one in packed["members"]
        ]
        if None in listed:  # the middle of a long list is left out there; the size speaks for it
            cut = listed.index(None)
            after = len(listed) - cut - 1
            assert layer.size_bytes == packed["tarSize"]
            planned = [*planned[:cut], *planned[-after:]]
            listed.pop(cut)
        assert planned == listed
    if name in WARNED:
        assert any(WARNED[name] in warning for warning in plan.warnings), plan.warnings


def test_a_hole_of_8_gib_is_planned_without_being_read(tmp_path: Path) -> None:
    case = load_case("over-8-gib")
    build_tree(case, tmp_path)
    (layer,) = layers.plan(kitfile.read(kitfile_text(case)), tmp_path, patterns=()).layers
    size_bytes = next(entry["sparse"] for entry in case["tree"] if "sparse" in entry)
    assert [(member.name, member.size) for member in layer.members] == [("big.bin", size_bytes)]
    assert 0 <= case["layers"][0]["size"] - layer.size_bytes <= 1024  # the record that holds such a size
