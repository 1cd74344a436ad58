"""Paths as people type them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kitops_jupyter.disk import current_folder, home_folder, typed_path
from kitops_jupyter.errors import KitError, PathInvalid

posix = pytest.mark.skipif(sys.platform == "win32", reason="the list of users is another one there")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whom neither the environment nor the list of users knows."""
    import pwd

    def unknown(uid: int) -> object:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)


def test_the_home_stands_for_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert typed_path("~/models") == tmp_path / "models"


@pytest.mark.parametrize("text", ["~old", "~nobody-has-this-name/x", "~$draft.xlsx", "a/~", "./~", "~~"])
def test_a_tilde_that_names_no_user_is_part_of_the_name(text: str) -> None:
    assert typed_path(text) == Path(text)


@posix
@pytest.mark.parametrize("text", ["~", "~/", "~/models"])
def test_a_home_that_nothing_names_is_told(nobody: None, text: str) -> None:
    assert home_folder() is None
    with pytest.raises(PathInvalid, match="your home folder is unknown"):
        typed_path(text)


@pytest.mark.parametrize(
    "text", ["a\0b", "\ud800", "a/\udfff/b", *(["a" * 300, "x/" * 3000] if sys.platform == "linux" else [])]
)
def test_what_no_file_can_be_named_is_a_typed_error_that_shows_only_a_part(text: str) -> None:
    with pytest.raises(PathInvalid) as caught:
        typed_path(text, what="--config")
    assert caught.value.message.startswith("--config: the path ")
    assert caught.value.hint
    assert len(str(caught.value)) < 300
    str(caught.value).encode()  # it can be shown


@posix
def test_a_name_that_is_not_utf_8_is_a_name() -> None:
    assert os.fsencode(typed_path(os.fsdecode(b"caf\xe9"))) == b"caf\xe9"


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed there")
def test_a_current_folder_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(KitError, match="current folder"):
        current_folder()
