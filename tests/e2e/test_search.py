"""The search of the panel: tags that nobody unfolded, how far it looked, and registries that refuse or are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.acts import Camera
from tests.e2e.lab import Lab
from tests.fakes.names_registry import Names, names_registry

pytestmark = pytest.mark.browser

MANY = [f"team/model-{number:03}" for number in range(1000)]
TREE = "#kitops-panel .kitops-Tree"


@pytest.fixture
def names(lab: Lab) -> Iterator[Names]:
    """A registry of a thousand repositories; `champion-of-all` is a tag of one of the last."""
    with names_registry(Names(MANY, {MANY[900]: ["v1", "champion-of-all"], MANY[5]: ["champion-5"]})) as made:
        lab.change("POST", "registries", {"name": "crowd", "url": f"http://{made.host}", "plain_http": True})
        yield made
        lab.change("DELETE", "registries?name=crowd")


def looked(page: Any, registry: str) -> Any:
    """The row that says how far a registry was looked through."""
    return page.locator(f'{TREE} [data-kind="note"][data-registry="{registry}"]').last


def tag(page: Any, reference: str) -> Any:
    return page.locator(f'{TREE} [data-registry][data-reference="{reference}"]')


def test_a_tag_that_nobody_unfolded_is_found_by_the_keyboard_alone(page: Any, names: Names, pictures: Camera) -> None:
    page.get_by_role("searchbox").focus()
    page.keyboard.type("champion")
    tag(page, f"crowd/{MANY[5]}:champion-5").wait_for()
    tag(page, "corp/app-model:champion").wait_for()
    looked(page, "crowd").get_by_text("Looked at 400 of 1,000 repositories").wait_for()
    page.locator(f'{TREE} [data-note="searched-all"]').get_by_text("Looked at all").wait_for()
    looked(page, "dead").get_by_text("Not searched").wait_for()
    pictures.take(page, "search")
    page.keyboard.press("ArrowDown")
    for expected in ("800 of 1,000", "all 1,0"):
        page.keyboard.press("Home")
        for _ in range(60):
            focused = page.evaluate("document.activeElement.dataset.note + document.activeElement.dataset.registry")
            if focused == "search-morecrowd":
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.locator(TREE).get_by_text(f"Looked at {expected}").wait_for()
    tag(page, f"crowd/{MANY[900]}:champion-of-all").wait_for()
    assert len(names.asked) == len(MANY)


def test_a_registry_that_asks_to_wait_is_gone_on_with_where_it_was(page: Any, names: Names) -> None:
    names.statuses[MANY[20]] = 429
    page.get_by_role("searchbox").fill("champion")
    looked(page, "crowd").get_by_text("Looked at 20 of 1,000").wait_for()
    tag(page, f"crowd/{MANY[5]}:champion-5").wait_for()
    tag(page, "corp/app-model:champion").wait_for()
    names.statuses.clear()
    looked(page, "crowd").get_by_role("button", name="Look further").click()
    looked(page, "crowd").get_by_text("Looked at 420 of 1,000").wait_for()


def test_a_search_is_stopped_and_what_was_found_stays(page: Any, names: Names) -> None:
    names.silence_s = 1.0
    page.get_by_role("searchbox").fill("champion")
    tag(page, f"crowd/{MANY[5]}:champion-5").wait_for()
    looked(page, "crowd").get_by_role("button", name="Stop").click()
    looked(page, "crowd").get_by_text("Looked at ").wait_for()
    page.wait_for_timeout(2500)
    asked = len(names.asked)
    page.wait_for_timeout(2500)
    assert len(names.asked) == asked
    tag(page, f"crowd/{MANY[5]}:champion-5").wait_for()
