"""A file that runs code is written and loaded only if the user says so; else its opcodes are read, and nothing runs."""

from __future__ import annotations

import os
import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.capture.formats import Loading, format_named
from kitops_jupyter.capture.keeping import keep
from kitops_jupyter.errors import TrustNeeded, VariableRefused

_heard: list[str] = []
_is_listening = False


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _is_listening and event in {"os.system", "pickle.find_class", "subprocess.Popen"}:
        _heard.append(event)


sys.addaudithook(listen)


class Harm:
    def __reduce__(self) -> Any:
        return os.system, ("touch ran",)


CORPUS = {
    "a class that reduces to a call": (
        pickle.dumps(Harm()),
        f"{os.name}.system" if os.name == "nt" else "posix.system",
    ),
    "the first protocol": (b"cos\nsystem\n(S'touch ran'\ntR.", "os.system"),
    "an instance": (b"(S'touch ran'\nios\nsystem\n.", "os.system"),
    "a name from the stack": (b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x09touch ran\x85R.", "os.system"),
    "a name from the memo": (b"\x80\x04\x8c\x02os\x940\x8c\x06system\x940h\x00h\x01\x93.", "os.system"),
    "a call, then nonsense": (b"cos\nsystem\n(S'touch ran'\ntR\xff", "os.system"),
    "no pickle": (b"hello", "unreadable"),
    "nothing": (b"", "unreadable"),
}


def refused(name: str, path: Path) -> TrustNeeded:
    """What loading raises without the user's word, while an audit hook listens."""
    global _is_listening
    found = format_named(name)
    assert found
    _heard.clear()
    _is_listening = True
    try:
        with pytest.raises(TrustNeeded) as caught:
            found.load(path, {}, Loading("x"))
    finally:
        _is_listening = False
    assert _heard == []
    return caught.value


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", CORPUS)
def test_a_pickle_is_refused_with_what_it_would_call(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data, expected = CORPUS[name]
    (tmp_path / "x.pkl").write_bytes(data)
    problem = refused("pickle", tmp_path / "x.pkl")
    assert expected in problem.message
    assert problem.hint.endswith("--trust")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["torch-script", "torch-export"])
def test_a_program_is_refused_with_what_its_pickles_would_call(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("x/data.pkl", CORPUS["the first protocol"][0])
    assert "os.system" in refused(name, tmp_path / "x").message


def test_a_value_without_an_open_format_is_refused_and_the_way_out_named(tmp_path: Path) -> None:
    with pytest.raises(VariableRefused, match=r"pathlib") as caught:
        keep(tmp_path, "x", Path("a"), "dataset")
    assert "--allow-pickle" in caught.value.hint


def test_with_the_users_word_it_is_a_pickle_at_both_ends(tmp_path: Path) -> None:
    kept = keep(tmp_path, "x", Path("a"), "dataset", allow_pickle=True)
    assert kept.path == "datasets/x.pkl" and kept.sidecar.needs_trust
    problem = refused("pickle", tmp_path / kept.path)
    assert any("Path" in each for each in problem.types)
    found = format_named("pickle")
    assert found
    assert found.load(tmp_path / kept.path, {}, Loading("x", trust_code=True)) == Path("a")


def test_an_open_format_is_taken_before_a_pickle(tmp_path: Path) -> None:
    assert keep(tmp_path, "x", {"a": 1}, "dataset", allow_pickle=True).path == "datasets/x.json"
    assert keep(tmp_path, "y", {"a": {1, 2}}, "dataset", allow_pickle=True).path == "datasets/y.pkl"


def test_what_pickle_cannot_write_is_refused_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(VariableRefused, match=r"x\['f'\]"):
        keep(tmp_path, "x", {"f": lambda: 1}, "dataset", allow_pickle=True)
