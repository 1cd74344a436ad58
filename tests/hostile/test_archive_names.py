"""Names that are harmless here and not there: on Windows, and where two spellings are one file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kitops_jupyter.archive import NameRules
from kitops_jupyter.errors import UnsafeArchive
from tests.archive.tars import END, member, pax
from tests.hostile.test_archives import GOOD, assert_refused, unpack


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    (tmp_path / "a" / "b" / "staging").mkdir(parents=True)
    return tmp_path / "a" / "b" / "staging"


WINDOWS_NAMES = [
    "C:/evil",
    "C:evil",
    "\\\\server\\share\\x",
    "ok\\..\\..\\evil",
    "..\\evil",
    "con",
    "ok/NUL",
    "aux.txt",
    "com1.log",
    "LPT9",
    "com\u00b9",
    "end.",
    "end ",
    "ok /a",
    "a<b",
    "a|b",
    "what?",
    "a*",
    'quo"te',
    "a\x01b",
    "file:stream",
]


@pytest.mark.parametrize("name", WINDOWS_NAMES)
def test_windows_names_are_refused_on_windows(name: str, staging: Path) -> None:
    data = GOOD + pax(b"path=" + name.encode()) + member("fine") + END
    rules = NameRules(windows=True)
    assert_refused(
        lambda: unpack(data, staging, size_bytes=len(data), rules=rules), staging, UnsafeArchive, "Windows|leaves"
    )


@pytest.mark.skipif(os.name == "nt", reason="on Windows they are refused, see above")
def test_windows_names_are_names_elsewhere(staging: Path) -> None:
    names = [name for name in WINDOWS_NAMES if not name.startswith("ok ")]
    data = b"".join(pax(b"path=" + name.encode()) + member("fine") for name in names) + END
    unpack(data, staging, size_bytes=len(data), rules=NameRules(windows=False))
    assert len([path for path in staging.rglob("*") if path.is_file()]) == len(names)


FOLDED = {
    "case": (["Data.csv", "data.CSV"], NameRules(windows=False, folds_case=True)),
    "case of a folder": (["Data/a", "data/b"], NameRules(windows=False, folds_case=True)),
    "case of a folder on the way": (["x/Y/z/a", "x/y/z/b"], NameRules(windows=False, folds_case=True)),
    "sharp s": (["stra\u00dfe", "STRASSE"], NameRules(windows=False, folds_case=True)),
    "accents": (["caf\u00e9", "cafe\u0301"], NameRules(windows=False, folds_unicode=True)),
    "both": (["CAF\u00c9", "cafe\u0301"], NameRules(windows=False, folds_case=True, folds_unicode=True)),
}


@pytest.mark.parametrize("case", FOLDED)
def test_names_that_are_one_file_there_are_refused(case: str, staging: Path) -> None:
    names, rules = FOLDED[case]
    data = b"".join(pax(b"path=" + name.encode()) + member("fine") for name in names) + END
    assert_refused(
        lambda: unpack(data, staging, size_bytes=len(data), rules=rules), staging, UnsafeArchive, "same file"
    )


def test_the_file_system_is_asked_whether_it_tells_names_apart(staging: Path) -> None:
    rules = NameRules.of(staging)
    (staging / "Probe").touch()
    assert rules.folds_case == (staging / "pROBE").exists()
    assert sorted(path.name for path in staging.iterdir()) == ["Probe"]
