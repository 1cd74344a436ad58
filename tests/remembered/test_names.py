"""The names of a registry that are kept: true when they were seen, bounded, private, and judged before use."""

from __future__ import annotations

import json
import os
import stat
from itertools import islice
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Digest
from kitops_jupyter.disk import cache_folder
from kitops_jupyter.remembered import KnownNames
from kitops_jupyter.remembered.names import FILE_BYTES, MAX_AGE_S, REPOSITORIES_LIMIT
from kitops_jupyter.settings import RegistrySettings, Settings

HOST = "registry.example.com"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home")


def kept_file(home: Settings) -> Path:
    (path,) = cache_folder(home.cache, "names").iterdir()
    return path


def learn(home: Settings, tags: dict[str, list[str]]) -> None:
    known = KnownNames(HOST, home)
    assert list(known.repositories_listed(tags)) == list(tags)
    for name, each in tags.items():
        assert list(known.tags_listed(name, each)) == each
    known.save()


def test_what_one_process_saw_another_knows(home: Settings) -> None:
    learn(home, {"team/iris": ["v1", "v2"]})
    known = KnownNames(HOST, home)
    assert known.repositories() == ["team/iris"]
    assert known.tags("team/iris") == {"v1": None, "v2": None}
    assert KnownNames("other.example.com", home).repositories() == []


def test_a_whole_list_replaces_what_was_known_and_a_part_adds_to_it(home: Settings) -> None:
    learn(home, {"team/old": ["v1"], "team/iris": ["v1", "v2"]})
    known = KnownNames(HOST, home)
    assert list(islice(known.tags_listed("team/iris", ["v3", "v4"]), 1)) == ["v3"]
    known.save()
    assert set(known.tags("team/iris")) == {"v1", "v2", "v3"}
    learn(home, {"team/iris": ["v9"]})
    assert known.repositories() == ["team/iris"] and set(known.tags("team/iris")) == {"v9"}


def test_what_is_gone_is_forgotten(home: Settings) -> None:
    learn(home, {"team/iris": ["v1", "v2"], "team/churn": ["v1"]})
    known = KnownNames(HOST, home)
    known.gone("team/iris", "v1")
    known.tags_gone("team/churn")
    known.save()
    assert set(known.tags("team/iris")) == {"v2"} and known.tags("team/churn") == {}

    def no_repository() -> list[str]:
        raise kit.NotFound("no such repository")

    with pytest.raises(kit.NotFound):
        list(known.tags_listed("team/iris", (tag for _ in [0] for tag in no_repository())))
    known.save()
    assert known.repositories() == ["team/churn"]


def test_a_tag_that_was_resolved_has_its_digest_also_after_the_tags_are_listed_again(home: Settings) -> None:
    digest = Digest.of(b"a manifest")
    known = KnownNames(HOST, home)
    known.saw("team/iris", "v1", digest)
    known.saw("team/iris", "sha256-" + "a" * 64)
    known.save()
    learn(home, {"team/iris": ["v1", "v2"]})
    assert known.tags("team/iris") == {"v1": digest, "v2": None}


def test_a_name_of_the_settings_that_leads_elsewhere_now_has_no_names(home: Settings, tmp_path: Path) -> None:
    one = Settings(home.home, registries={"corp": RegistrySettings("https://one.example.com")})
    two = Settings(home.home, registries={"corp": RegistrySettings("https://two.example.com")})
    known = KnownNames("corp", one)
    known.saw("team/iris", "v1")
    known.save()
    assert KnownNames("corp", one).repositories() == ["team/iris"]
    assert KnownNames("corp", two).repositories() == []


@pytest.mark.parametrize("length", [8, 200])
def test_a_hundred_thousand_names_are_cut_to_a_file_of_a_mebibyte(home: Settings, length: int) -> None:
    known = KnownNames(HOST, home)
    names = [f"{number:06}".ljust(length, "x") for number in range(100_000)]
    assert sum(1 for _ in known.repositories_listed(names)) == 100_000
    known.saw("team/last", "v1")
    known.save()
    assert kept_file(home).stat().st_size <= FILE_BYTES
    assert 1000 < len(known.repositories()) <= REPOSITORIES_LIMIT
    assert set(known.tags("team/last")) == {"v1"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"repositories": []}',
        b'{"repositories": {"a": 1, "b": []}}',
        b"x" * (FILE_BYTES + 1),
    ],
)
def test_a_file_that_cannot_be_read_is_an_empty_one(home: Settings, data: bytes) -> None:
    learn(home, {"team/iris": ["v1"]})
    kept_file(home).write_bytes(data)
    known = KnownNames(HOST, home)
    assert known.repositories() == [] and known.tags("team/iris") == {}
    learn(home, {"team/iris": ["v1"]})
    assert known.repositories() == ["team/iris"]


def test_what_cannot_be_a_name_is_never_given_away(home: Settings) -> None:
    learn(home, {"team/iris": ["v1"]})
    bad = ["../../etc", "UPPER", "a b", "a\nb", "\x1b[2J", "$(id)", "'; rm -rf ~", "", "a" * 300]
    tags = {**dict.fromkeys(bad, ""), "good": "sha256:zz", "v2": 7}
    tree = {**{name: {"v1": ""} for name in bad}, "team/iris": tags}
    kept_file(home).write_text(json.dumps({"repositories": tree}))
    known = KnownNames(HOST, home)
    assert known.repositories() == ["team/iris"]
    assert known.tags("team/iris") == {"UPPER": None, "good": None, "v2": None}
    learn(home, {"team/other": ["v1"], "team/iris": ["v1"]})
    assert "rm -rf" not in kept_file(home).read_text()


def test_a_link_in_place_of_the_file_is_not_followed(home: Settings, tmp_path: Path) -> None:
    learn(home, {"team/iris": ["v1"]})
    path, other = kept_file(home), tmp_path / "other.json"
    path.rename(other)
    path.symlink_to(other)
    assert KnownNames(HOST, home).repositories() == []


def test_the_names_are_for_the_owner_alone_and_old_ones_are_not_used(home: Settings) -> None:
    learn(home, {"team/iris": ["v1"]})
    path = kept_file(home)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    old_s = path.stat().st_mtime - MAX_AGE_S - 10
    os.utime(path, (old_s, old_s))
    assert KnownNames(HOST, home).repositories() == []


def test_a_cleared_cache_and_a_forgotten_registry_know_nothing(home: Settings) -> None:
    learn(home, {"team/iris": ["v1"]})
    kit.cache_clear(settings=home)
    assert KnownNames(HOST, home).repositories() == []
    learn(home, {"team/iris": ["v1"]})
    kit.logout(HOST, settings=home)
    assert KnownNames(HOST, home).repositories() == []
    home.home.joinpath("registries.json").write_text(json.dumps({HOST: {}}))
    named = Settings.load({}, home=home.home)
    learn(named, {"team/iris": ["v1"]})
    kit.remove_registry(HOST, settings=named)
    assert KnownNames(HOST, named).repositories() == []


def test_a_cache_that_cannot_be_written_is_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    learn(Settings(tmp_path), {"team/iris": ["v1"]})
    assert KnownNames(HOST, Settings(tmp_path)).repositories() == []
