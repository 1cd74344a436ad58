"""What a kit is and what is in it, read in the panel without pulling it; whatever is in it, nothing of it runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.acts import Camera, command
from tests.e2e.cards import DESCRIPTION, push_card
from tests.e2e.lab import Lab

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def card(lab: Lab) -> str:
    return push_card(lab)


@pytest.fixture
def tab(page: Any, card: str) -> Iterator[Any]:
    """The tab of the kit; while it is open, nothing is asked of other machines."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    command(page, "kitops:open-kit", reference=card)
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text=card).last
    tab.get_by_role("tab", name="Overview").wait_for()
    yield tab
    assert [url for url in asked if "evil.example" in url] == []


def test_a_kit_opens_with_its_readme_and_the_facts_of_its_kitfile(page: Any, tab: Any, pictures: Camera) -> None:
    readme = tab.get_by_role("region", name="README.md")
    readme.get_by_role("heading", name="Iris, a forest").wait_for()
    assert tab.get_by_role("tab", selected=True).inner_text() == "Overview"
    assert tab.locator(".kitops-Overview-lead").inner_text() == DESCRIPTION
    assert readme.get_by_role("cell", name="0.95").count() == 1
    readme.locator("pre span").first.wait_for()  # coloured
    assert readme.locator("img, script, iframe, form, button, svg, style, input, [onload], [onerror]").count() == 0
    assert [each.get_attribute("href") for each in readme.get_by_role("link").all()] == ["https://evil.example/paper"]
    parameters = tab.get_by_role("table", name="Parameters of forest")
    assert parameters.get_by_role("row", name="fit.n_estimators 200").count() == 1
    assert parameters.get_by_role("row", name="metrics.accuracy 0.95").count() == 1
    pictures.take(page, "overview")
    page.set_viewport_size({"width": 760, "height": 700})
    pictures.take(page, "overview-narrow")


def test_the_views_of_a_kit_are_walked_by_keyboard(page: Any, tab: Any) -> None:
    tab.get_by_role("tab", name="Overview").focus()
    page.keyboard.press("ArrowRight")
    tab.locator(".kitops-Node").first.wait_for()
    assert tab.get_by_role("tab", selected=True).inner_text() == "Contents"
    page.keyboard.press("Home")
    tab.get_by_role("region", name="README.md").wait_for()


def test_a_kit_without_a_readme_shows_the_way_to_its_contents(page: Any, pictures: Camera) -> None:
    command(page, "kitops:open-kit", reference="corp/big:v1")
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="corp/big:v1").last
    tab.get_by_text("This kit has no README.").wait_for()
    pictures.take(page, "overview-bare")
    tab.get_by_role("button", name="Show its contents").click()
    tab.locator(".kitops-Node").first.wait_for()
