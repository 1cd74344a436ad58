"""A hostile `.skops` file is refused: it runs nothing, does not expand, and points at no memory that is not its own."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.capture.formats import format_named
from kitops_jupyter.errors import VariableRefused
from tests.capture.formats.skops_files import load, saved

pytest.importorskip("skops")


def changed(path: Path, edit: Callable[[dict[str, bytes]], None], compression: int = zipfile.ZIP_STORED) -> Path:
    """The archive with its members edited."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    edit(members)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def with_schema(members: dict[str, bytes], **fields: Any) -> None:
    members["schema.json"] = json.dumps({**json.loads(members["schema.json"]), **fields}).encode()


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00v\x00" + f"{{{text}, }}".encode().ljust(117) + b"\nxx"


HOSTILE: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "a function for a class": (lambda m: with_schema(m, __module__="os", __class__="system"), "os.system"),
    "a list of trusted types": (
        lambda m: with_schema(m, __module__="os", __class__="system", trusted=["os.system"]),
        "os.system",
    ),
    "a call": (
        lambda m: m.update(
            {
                "schema.json": json.dumps(
                    {
                        "__loader__": "ConstructorFromReduceNode", "__module__": "builtins", "__class__": "eval",
                        "__id__": 1, "protocol": 2, "content": {
                            "__loader__": "TupleNode", "__module__": "builtins", "__class__": "tuple", "__id__": 2,
                            "content": [{"__loader__": "JsonNode", "__module__": "builtins", "__class__": "str",
                                         "__id__": 3, "content": json.dumps("__import__('os').mkdir('ran')")}],
                        },
                    }
                ).encode()
            }
        ),
        "builtins.eval",
    ),
    "an old protocol": (lambda m: with_schema(m, protocol=0, __module__="os", __class__="system"), "os.system"),
    "no schema": (lambda m: m.clear(), "no schema.json"),
    "a schema that is a list": (lambda m: m.update({"schema.json": b"[]"}), "not an object"),
    "half a schema": (lambda m: m.update({"schema.json": m["schema.json"][:100]}), "no schema.json that can be read"),
    "a nested schema": (lambda m: m.update({"schema.json": b"[" * 100_000}), "nested too deeply"),
    "a path that leaves": (lambda m: m.update({"../x": b""}), "odd name"),
    "an array of objects": (
        lambda m: m.update({"1.npy": header("'descr': '|O', 'fortran_order': False, 'shape': (1,)")}),
        "holds Python objects",
    ),
    "an array without end": (
        lambda m: m.update({"1.npy": header("'descr': '<f8', 'fortran_order': False, 'shape': (9999999999,)")}),
        "its header says",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_runs_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.linear_model import Ridge

    monkeypatch.chdir(tmp_path)
    edit, expected = HOSTILE[name]
    path, _ = saved(Ridge().fit([[0.0], [1.0]], [0, 1]), tmp_path)
    with pytest.raises(VariableRefused) as caught:
        load(changed(path, edit))
    assert expected in str(caught.value)
    assert not (tmp_path / "ran").exists()


def test_a_file_that_expands_is_refused(tmp_path: Path) -> None:
    from sklearn.linear_model import Ridge

    path, _ = saved(Ridge(), tmp_path)
    with pytest.raises(VariableRefused, match="compressed"):
        load(changed(path, lambda members: members.update(x=bytes(1 << 20)), zipfile.ZIP_DEFLATED))


def test_a_sparse_matrix_that_expands_is_refused(tmp_path: Path) -> None:
    import scipy.sparse
    from sklearn.dummy import DummyClassifier

    model = DummyClassifier()
    model.sparse_ = scipy.sparse.eye(5, format="csr")
    path, _ = saved(model, tmp_path)
    assert (load(path).sparse_ != model.sparse_).nnz == 0
    packed = io.BytesIO()
    scipy.sparse.save_npz(packed, model.sparse_)

    def edit(members: dict[str, bytes]) -> None:
        members["1.npz"] = packed.getvalue()

    with pytest.raises(VariableRefused, match="compressed"):
        load(changed(path, edit))


@pytest.mark.parametrize("field", ["left_child", "right_child", "feature"])
@pytest.mark.parametrize("place", [-5, 0, 10**9])
def test_a_tree_that_points_outside_itself_is_refused(field: str, place: int, tmp_path: Path) -> None:
    """Its compiled code would read memory that is not its own, and the kernel could die."""
    import numpy
    from sklearn.tree import DecisionTreeClassifier

    path, _ = saved(DecisionTreeClassifier().fit([[0.0], [1.0], [2.0]], [0, 1, 0]), tmp_path)
    if field == "feature" and place == 0:
        pytest.skip("the only feature")

    def edit(members: dict[str, bytes]) -> None:
        for name, data in members.items():
            if b"left_child" in data[:200] and name.endswith(".npy"):
                nodes = numpy.load(io.BytesIO(data))
                nodes[field][0] = place
                written = io.BytesIO()
                numpy.save(written, nodes)
                members[name] = written.getvalue()

    with pytest.raises(VariableRefused, match=r"point outside|cannot be read"):
        load(changed(path, edit))


def test_neighbours_that_point_outside_the_rows_are_refused(tmp_path: Path) -> None:
    import numpy
    from sklearn.neighbors import KDTree

    found = format_named("skops")
    assert found
    tree = KDTree(numpy.arange(200.0).reshape(100, 2), leaf_size=10)
    state = list(tree.__getstate__())
    state[1] = state[1].copy()
    state[1][3] = 10**9
    tree.__setstate__(tuple(state))
    import skops.io

    skops.io.dump(tree, tmp_path / "m.skops")
    with pytest.raises(VariableRefused, match="point outside"):
        load(tmp_path / "m.skops")
