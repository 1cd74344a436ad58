"""A search of a registry: all names, the tags of a bounded number of repositories, and never more than is true."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import RegistrySettings, Settings
from tests.fakes.names_registry import Names, names_registry

MANY = [f"team/model-{number:03}" for number in range(1000)]


def settings(tmp_path: Path, names: Names) -> Settings:
    return Settings(tmp_path, registries={"corp": RegistrySettings(f"http://{names.host}", plain_http=True)})


def test_tags_and_repositories_are_found_by_a_part_of_their_names_whatever_the_capitals(tmp_path: Path) -> None:
    tags = {"team/a": ["v1", "Champion"], "team/champion-two": ["v1"]}
    with names_registry(Names(["team/a", "team/b", "team/champion-two"], tags)) as names:
        found = kit.search("corp", "chamPion", settings=settings(tmp_path, names))
    assert [(each.repository, each.tags) for each in found.found] == [
        ("team/champion-two", ()),
        ("team/a", ("Champion",)),
    ]
    assert (found.looked_at, found.repository_count, found.next) == (3, 3, "")
    assert "corp/team/a:Champion" in str(found) and "looked at the tags of 3 of 3 repositories" in str(found)


def test_of_a_thousand_repositories_400_are_looked_at_and_the_line_that_looks_further_is_said(tmp_path: Path) -> None:
    with names_registry(Names(MANY, {MANY[700]: ["champion"]})) as names:
        home = settings(tmp_path, names)
        first = kit.search("corp", "champion", settings=home)
        assert (first.looked_at, first.repository_count, first.found) == (400, 1000, ())
        assert "400 of 1000 repositories; kit search corp champion --after team/model-399" in str(first).replace(
            ",", ""
        )
        assert len(names.asked) == 400
        second = kit.search("corp", "champion", after=first.next, settings=home)
        assert [each.repository for each in second.found] == [MANY[700]]


def test_ten_thousand_tags_are_looked_through_within_seconds(tmp_path: Path) -> None:
    tags = [f"v{number}" for number in range(10_000)]
    with names_registry(Names(["big"], {"big": tags})) as names:
        began_s = time.monotonic()
        found = kit.search("corp", "v99", settings=settings(tmp_path, names))
    assert len(found.found[0].tags) == 111
    assert time.monotonic() - began_s < 10


def test_repositories_that_cannot_be_read_hide_no_other_and_are_named(tmp_path: Path) -> None:
    lies = ["team/a", "team/a", "../../etc", "UPPER CASE", "gone", "forbidden", "team/z"]
    names_of = Names(lies, {"team/z": ["champion"]}, {"gone": 404, "forbidden": 403})
    with names_registry(names_of) as names:
        found = kit.search("corp", "champion", settings=settings(tmp_path, names))
    assert [each.repository for each in found.found] == ["team/z"]
    assert [problem.partition(":")[0] for problem in found.problems] == lies[2:6]
    assert found.looked_at == found.repository_count == 6


def test_a_registry_that_asks_to_wait_is_not_asked_for_the_rest(tmp_path: Path) -> None:
    with names_registry(Names(MANY, {MANY[0]: ["champion"]}, {MANY[20]: 429})) as names:
        found = kit.search("corp", "champion", settings=settings(tmp_path, names))
        assert len(names.asked) < 40
    assert (found.looked_at, found.next) == (20, MANY[19])
    assert [each.repository for each in found.found] == [MANY[0]]
    assert found.stopped


def test_a_cancel_takes_effect_within_a_second(tmp_path: Path) -> None:
    with names_registry(Names(MANY, silence_s=5.0)) as names:
        began_s = time.monotonic()

        def cancel(event: kit.Event) -> None:
            if time.monotonic() - began_s > 0.5 and names.asked:
                raise kit.Cancelled("enough")

        with pytest.raises(kit.Cancelled):
            kit.search("corp", "champion", settings=settings(tmp_path, names), observe=cancel)
        assert time.monotonic() - began_s < 2


@pytest.mark.parametrize(("text", "limit"), [("", 400), ("a", 0)])
def test_a_search_for_nothing_is_refused(tmp_path: Path, text: str, limit: int) -> None:
    with pytest.raises(kit.Usage):
        kit.search("corp", text, limit=limit, settings=Settings(tmp_path))
