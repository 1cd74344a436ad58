"""Tab: what may follow, from local data, and fast."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.archive import formats
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs import NAMES, Context
from kitops_jupyter.verbs.core.complete import complete
from tests.verbs.conftest import AddKits


@pytest.fixture
def context(settings: Settings, tmp_path: Path, add_kits: AddKits) -> Context:
    add_kits("localhost/churn", "tuned", "champion", "challenger")
    add_kits("localhost/churn-data", "v1")
    add_kits("registry.example.com/team/iris", "1.0")
    add_kits("localhost/_")
    project = tmp_path / "project"
    for folder in ("data", "docs", ".git"):
        (project / folder).mkdir(parents=True)
    for file in ("Kitfile", "kit notes.md", ".env"):
        (project / file).touch()
    (project / "data" / "train.csv").touch()
    return Context(settings, project)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["pa"], ["pack"]),
        (["in"], ["init", "info", "inspect", "index", "index-files"]),
        (["pack", "--co"], ["--compression", "--concurrency", "--config"]),
        (["pack", "--compression", "gz"], ["gzip", "gzip-fastest"]),
        (["pack", "--compression=gz"], ["--compression=gzip", "--compression=gzip-fastest"]),
        (["pack", "-layer-format", ""], list(formats.NAMES)),
        (["--progress", "plain", "li"], ["list", "lineage"]),
        (["pack", "--dry-run", "-t", "chu"], ["churn:", "churn-data:"]),
        (["info", "churn:"], ["churn:challenger", "churn:champion", "churn:tuned"]),
        (["info", "churn:ch"], ["churn:challenger", "churn:champion"]),
        (["remove", "churn:tuned,ch"], ["churn:tuned,challenger", "churn:tuned,champion"]),
        (["info", "registry.example.com/team/iris:"], ["registry.example.com/team/iris:1.0"]),
        (["diff", "churn:tuned", "churn-data:"], ["churn-data:v1"]),
        (["tag", "churn:tuned", "churn:r"], ["churn:rollback", "churn:retired"]),
        (["pack", "-t", "churn:champ"], ["churn:champion"]),
        (["promote", "churn:tuned", "--to", "ch"], ["challenger", "champion"]),
        (["list", "chu"], ["churn", "churn-data"]),
        (["unpack", "churn:tuned", "-d", "d"], ["data/", "docs/"]),
        (["unpack", "churn:tuned", "-d", "data/"], []),
        (["unpack", "churn:tuned", "--filter", "mod"], ["model"]),
        (["unpack", "churn:tuned", "--filter", "!mod"], ["!model"]),
        (["validate", ""], ["Kitfile", "data/", "docs/", "kit notes.md"]),
        (["validate", "data/t"], ["data/train.csv"]),
        (["validate", "."], [".env", ".git/"]),
        (["pack", "-f", "K"], ["Kitfile"]),
        (["cache", ""], ["info", "clear"]),
        (["help", "un"], ["unpack"]),
        (["nonsense", ""], []),
        (["info", "no-such-kit:"], []),
        (["info", "UPPER:"], []),
        (["unpack", "churn:tuned", "-d", "/no/such/folder/"], []),
    ],
)
def test_what_fits_is_offered(context: Context, words: list[str], found: list[str]) -> None:
    assert complete(words, context) == found


def test_nothing_typed_offers_every_verb(context: Context) -> None:
    assert complete([""], context) == list(NAMES)


def test_every_flag_of_a_verb_is_offered(context: Context) -> None:
    found = complete(["unpack", "churn:tuned", "--"], context)
    assert {"--dir", "--overwrite", "--ignore-existing", "--filter", "--include-remote", "--help"} <= set(found)


def test_a_broken_store_offers_nothing_and_raises_nothing(context: Context, settings: Settings) -> None:
    for path in settings.storage.glob("*-tags.json"):
        path.write_text("{")
    assert complete(["info", "churn:"], context) == []


def test_an_empty_home_offers_nothing_and_makes_nothing(tmp_path: Path) -> None:
    context = Context(Settings.load({}, home=tmp_path / "new"), tmp_path)
    assert complete(["info", ""], context) == []
    assert not (tmp_path / "new").exists()


def test_with_a_thousand_kits_it_takes_less_than_50_ms(settings: Settings, add_kits: AddKits, tmp_path: Path) -> None:
    for number in range(1000):
        add_kits(f"registry.example.com/team/kit-{number:04}", "v1", "v2", "latest")
    context = Context(settings, tmp_path)

    def best_of(words: list[str]) -> float:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            assert complete(words, context)
            times.append(time.perf_counter() - started)
        return min(times)

    assert best_of(["info", ""]) < 0.050
    assert best_of(["info", "registry.example.com/team/kit-0777:"]) < 0.050


def test_the_variables_of_a_kit_are_offered_to_load(tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path / "home")
    (tmp_path / "run.py").write_text("")
    values = {"train": {"a": 1}, "trial": {"b": 2}, "cfg": {"c": 3}}
    kit.pack(tmp_path, tag="app:v1", datasets=values, propose=True, settings=settings)
    context = Context(settings, tmp_path)
    assert complete(["load", "app:v1", "tr"], context) == ["train", "trial"]
    assert complete(["load", "app:v1", "train", "--as", "x", "c"], context) == ["cfg"]
    assert complete(["load", "app:v9", ""], context) == []
