"""Files of ours and of others that are not what they should be: each verb that reads them says so, at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import KitError, PathInvalid, StoreCorrupt, Unreachable, Usage
from kitops_jupyter.ignore import read_patterns
from kitops_jupyter.operations.registries import add_registry
from kitops_jupyter.registry import Registry
from kitops_jupyter.registry.http.certificates import trust
from kitops_jupyter.registry.identity import credentials
from kitops_jupyter.settings import RegistrySettings, Settings
from tests.disk.odd_files import ODD, make_odd

KITFILE = "manifestVersion: 1.0.0\npackage: {name: g}\ncode:\n- path: a\n"
DEEP = "[" * 200_000


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a").write_text("x")
    (folder / "Kitfile").write_text(KITFILE)
    return folder


def promoted(settings: Settings, project: Path) -> Path:
    """A kit that is a champion; the file that notes what was before."""
    kit.pack(project, tag="g:v1", settings=settings)
    kit.promote("g:v1", "champion", settings=settings)
    return settings.home / "promotions.json"


@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        "{",
        "[]",
        "NaN",
        '{"localhost/g:champion": [1]}',
        '{"localhost/g:champion": 7}',
        '{"localhost/g:champion": {"a": 1}}',
        '{"localhost/g:champion": [[1, 2, 3]]}',
        '{"localhost/g:champion": [["champion", null]]}',
        '{"localhost/g:champion": [["champion", "sha256:no", "sha256:no"]]}',
        '{"localhost/g:champion": [["champion", null, {"x": "y"}]]}',
    ],
)
def test_a_history_of_promotions_that_is_not_ours_any_more_is_told_and_kept(
    text: str, settings: Settings, project: Path
) -> None:
    history = promoted(settings, project)
    history.write_text(text)
    with pytest.raises(StoreCorrupt, match=r"promotions\.json"):
        kit.promote("g:v1", "champion", undo=True, settings=settings)
    assert history.read_text() == text


def test_a_history_that_cannot_be_read_is_not_written_over(settings: Settings, project: Path) -> None:
    history = promoted(settings, project)
    history.write_text(DEEP)
    (project / "a").write_text("y")
    kit.pack(project, tag="g:v2", settings=settings)
    with pytest.raises(StoreCorrupt, match=r"promotions\.json"):
        kit.promote("g:v2", "champion", settings=settings)
    assert history.read_text() == DEEP


def history_of_promotions(path: Path, settings: Settings) -> None:
    settings.home.mkdir(exist_ok=True)
    path.rename(settings.home / "promotions.json")
    kit.promote("g:v1", "champion", undo=True, settings=settings)


def kitfile_of_a_folder(path: Path, settings: Settings) -> None:
    path.rename(path.with_name("Kitfile"))
    kit.pack(path.parent, propose=True, settings=settings)


READERS: dict[str, Callable[[Path, Settings], object]] = {
    "promotions.json": history_of_promotions,
    ".kitignore": lambda path, settings: read_patterns(path.rename(path.with_name(".kitignore")).parent),
    "a named Kitfile": lambda path, settings: kit.pack(path.parent, file=path, settings=settings),
    "the folder's Kitfile": kitfile_of_a_folder,
    "a Kitfile to validate": lambda path, settings: kit.validate(path, settings=settings),
    "credentials.json": lambda path, settings: credentials.find("reg.example.com", [path]),
    "a CA bundle": lambda path, settings: trust(path),
    "a client certificate": lambda path, settings: Registry("reg.example.com", settings=settings, client_cert=path),
    "a client key": lambda path, settings: Registry(
        "reg.example.com", settings=settings, client_cert=Path(__file__), client_key=path
    ),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_is_never_waited_for(reader: str, kind: str, tmp_path: Path, settings: Settings) -> None:
    if kind == "folder" and reader in ("a CA bundle", "a Kitfile to validate"):
        pytest.skip("a folder is right there")
    with pytest.raises(KitError) as caught:
        READERS[reader](make_odd(kind, tmp_path / "odd"), settings)
    assert "it is a" in caught.value.message
    assert caught.value.hint


def test_a_registries_file_that_cannot_be_read_is_not_replaced(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "registries.json").write_text(DEEP)
    with pytest.raises(Usage, match=r"registries\.json"):
        add_registry("corp", RegistrySettings("http://corp:5000"), check=False, settings=settings)
    assert (settings.home / "registries.json").read_text() == DEEP


@pytest.mark.parametrize("text", [DEEP, '{"auths": ' * 50_000, "{", "[]"])
def test_credentials_that_are_no_json_are_told_without_their_words(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(KitError, match="credentials cannot be read"):
        credentials.find("reg.example.com", [tmp_path / "config.json"])


def test_the_null_device_is_no_credentials() -> None:
    import os

    assert credentials.find("reg.example.com", [Path(os.devnull)]) is None


def test_a_bundle_may_be_a_folder_of_certificates(tmp_path: Path) -> None:
    assert trust(tmp_path)


def test_a_client_certificate_that_is_not_there_is_told_by_name(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(PathInvalid, match=r"no-such\.pem"):
        Registry("reg.example.com", settings=settings, client_cert=tmp_path / "no-such.pem")
    with pytest.raises(Unreachable, match=r"no-such\.pem"):
        trust(tmp_path / "no-such.pem")


def test_a_notebook_that_is_nested_too_deep_has_no_kernel(tmp_path: Path) -> None:
    from kitops_jupyter.capture.kernel_python import find_kernel_python

    for text in (DEEP, json.dumps({"metadata": []}), "NaN"):
        (tmp_path / "x.ipynb").write_text(text)
        assert find_kernel_python(tmp_path / "x.ipynb") is None
