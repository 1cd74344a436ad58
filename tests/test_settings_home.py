"""Where the home is, and what works where nothing says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter import verbs
from kitops_jupyter.__main__ import DONE, FAILED, MISUSED, main
from kitops_jupyter.errors import KitError, Usage
from kitops_jupyter.settings import Settings
from tests.disk.odd_files import ODD, make_odd
from tests.disk.test_typed_path import nobody, posix

__all__ = ["nobody"]
NEEDS_HOME = [name for name in verbs.NAMES if verbs.find(name).needs_home]


@pytest.fixture
def homeless(nobody: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder, and no variable that says where anything is."""
    for name in ("KITOPS_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def words_of(verb: str) -> list[str]:
    """The first example of a verb's help."""
    return verbs.split(verbs.find(verb).parser().examples[0].removeprefix("kit "))


@posix
@pytest.mark.parametrize("verb", NEEDS_HOME)
def test_a_verb_that_needs_the_store_names_the_variable(
    homeless: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words_of(verb)) == MISUSED
    error, hint = capsys.readouterr().err.splitlines()
    assert "KITOPS_HOME" in error
    assert "KITOPS_HOME" in hint


@posix
def test_version_help_and_doctor_work_without_a_home(homeless: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == DONE
    assert main(["help", "pack"]) == DONE
    assert main(["doctor"]) == FAILED
    assert "KITOPS_HOME" in capsys.readouterr().out


@posix
@pytest.mark.parametrize("how", ["flag", "variable", "data"])
def test_any_way_to_say_where_the_store_is_is_enough(
    homeless: Path, how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if how != "flag":
        monkeypatch.setenv({"variable": "KITOPS_HOME", "data": "XDG_DATA_HOME"}[how], str(homeless / "home"))
    assert main(["list", *(["--config", "home"] if how == "flag" else [])]) == DONE


def test_the_home_that_the_line_names_wins_over_one_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "registries.json").write_text("{")
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path))
    assert main(["list"]) == MISUSED
    assert main(["list", "--config", str(tmp_path / "other")]) == DONE


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "{", "[]", '{"a": NaN}', '{"a": {"ca": "\\u0000"}}', '{"a": {"ca": "\\ud800"}}']
)
def test_registries_that_cannot_be_read_are_a_typed_error_and_told_by_doctor(text: str, tmp_path: Path) -> None:
    (tmp_path / "registries.json").write_text(text)
    problems: list[KitError] = []
    with pytest.raises(KitError, match=r"registries\.json"):
        Settings.load({}, home=tmp_path)
    assert Settings.load({}, home=tmp_path, on_problem=problems.append).registries == {}
    assert len(problems) == 1
    assert main(["version", "--config", str(tmp_path)]) == DONE


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_under_the_registries_name_is_not_waited_for(kind: str, tmp_path: Path) -> None:
    make_odd(kind, tmp_path / "registries.json")
    with pytest.raises(Usage, match=r"registries\.json cannot be used: it is"):
        Settings.load({}, home=tmp_path)


@pytest.mark.parametrize("text", ["x", "-1", "1e9", "99999999999999999999", "9" * 5000])
def test_a_time_that_no_manifest_can_have_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(Usage, match="SOURCE_DATE_EPOCH"):
        Settings.load({"SOURCE_DATE_EPOCH": text}, home=tmp_path)
