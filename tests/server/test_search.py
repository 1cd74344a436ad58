"""The panel's search: a few seconds at a time, and nothing is asked twice."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from kitops_jupyter.settings import Settings
from tests.fakes.names_registry import Names, names_registry
from tests.server.conftest import Ask

MANY = [f"team/model-{number:03}" for number in range(1000)]


def name_it(home: Settings, names: Names) -> None:
    home.home.mkdir(parents=True, exist_ok=True)
    (home.home / "registries.json").write_text(json.dumps({"corp": {"url": f"http://{names.host}"}}))


async def test_a_thousand_repositories_are_looked_through_page_by_page(ask: Ask, home: Settings) -> None:
    with names_registry(Names(MANY, {MANY[999]: ["champion"]})) as names:
        name_it(home, names)
        after, found, last = "", [], 0
        for _ in range(100):
            began_s = time.monotonic()
            page = await ask("GET", "search", registry="corp", text="CHAMP", after=after)
            assert time.monotonic() - began_s < 6
            assert last < page["looked_at"] <= last + 400 and page["repositories"] == 1000
            found += page["found"]
            after, last = page["next"], page["looked_at"]
            if not after:
                break
        assert last == 1000 and [(each["name"], each["tags"]) for each in found] == [(MANY[999], ["champion"])]
        asked = len(names.asked)
        await ask("GET", "search", registry="corp", text="champion")
        assert len(names.asked) == asked  # what is typed on asks no registry again


async def test_a_registry_that_asks_to_wait_says_so_and_how_far_it_was(ask: Ask, home: Settings) -> None:
    with names_registry(Names(MANY, statuses={MANY[20]: 429, MANY[3]: 404})) as names:
        name_it(home, names)
        page = await ask("GET", "search", registry="corp", text="champion")
    assert (page["looked_at"], page["next"], page["unread"]) == (20, MANY[19], 1)
    assert page["error"]["code"] == "too_many_requests"


@pytest.mark.parametrize("text", ["", " "])
async def test_an_empty_text_is_refused(ask: Ask, home: Settings, text: str) -> None:
    answer: Any = await ask("GET", "search", registry="corp", text=text)
    assert answer["status"] == 422
