"""What a kit is and what is in it, read in the panel without pulling it; whatever is in it, nothing of it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.acts import Camera, command, ended, node, show_contents, unfold
from tests.e2e.cards import DESCRIPTION, SCRIPT, picture, push_card
from tests.e2e.lab import NASTY, Lab

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


def peek(tab: Any, name: str) -> Any:
    """The preview of a file, opened by a double click."""
    node(tab, name).locator(".kitops-Node-name").dblclick()
    shown = tab.get_by_role("region", name=re.compile(f"Preview of .*{re.escape(name)}"))
    shown.locator(".kitops-File").wait_for()
    return shown


def test_tables_and_pictures_are_shown_beside_the_contents(page: Any, tab: Any, pictures: Camera) -> None:
    show_contents(tab)
    unfold(page, node(tab, "flowers"))
    table = peek(tab, "flowers.csv")
    assert table.get_by_role("row").count() == 200
    assert table.get_by_role("cell", name=NASTY).count() == 1
    table.get_by_text("Only its first").wait_for()
    pictures.take(page, "preview-table")
    drawn = peek(tab, "iris.png").get_by_role("img")
    assert drawn.evaluate("async image => (await image.decode(), image.naturalWidth)") == 320
    pictures.take(page, "preview-picture")
    page.set_viewport_size({"width": 900, "height": 800})
    pictures.take(page, "preview-narrow")
    large = peek(tab, "large.png")
    large.get_by_text("too large to show").wait_for()
    assert large.get_by_role("img").count() == 0


def test_texts_are_shown_as_they_are_written_and_nothing_of_them_runs(page: Any, tab: Any, pictures: Camera) -> None:
    show_contents(tab)
    unfold(page, node(tab, "src"))
    script = peek(tab, "train.py").locator(".kitops-Source")
    colour = "node => getComputedStyle(node).color"
    keyword = script.get_by_text("def", exact=True)
    assert keyword.evaluate(colour) != script.evaluate(colour)
    assert script.text_content().strip() == SCRIPT.decode().strip()
    pictures.take(page, "preview-text")
    for name, text in (("drawing.svg", "<svg"), ("page.html", NASTY)):
        shown = peek(tab, name)
        assert text in shown.locator(".kitops-Source").inner_text()
        assert shown.locator(".kitops-File").locator("svg, img, script, iframe").count() == 0
    assert peek(tab, "notes.md").get_by_role("heading", name="Notes").count() == 1
    log = peek(tab, "log.txt")
    log.get_by_text("Only its beginning is shown: it has 625.0 KiB.").wait_for()
    assert log.locator(".kitops-Source-line").count() == 5000


def test_a_kitfile_and_a_notebook_are_coloured(page: Any, tab: Any, pictures: Camera) -> None:
    tab.get_by_role("tab", name="Kitfile").click()
    colour = "node => getComputedStyle(node).color"
    source = tab.locator(".kitops-Source")
    assert source.get_by_text("framework", exact=True).evaluate(colour) != source.evaluate(colour)
    pictures.take(page, "kitfile-coloured")
    show_contents(tab)
    unfold(page, node(tab, "src"))
    node(tab, "study.ipynb").locator(".kitops-Node-name").dblclick()
    cell = tab.locator(".kitops-Cell.kitops-mod-code pre").last
    assert tab.locator(".kitops-Cell").get_by_text("import", exact=True).evaluate(colour) != cell.evaluate(colour)
    pictures.take(page, "notebook-coloured")


def test_a_preview_is_opened_and_closed_by_keyboard(page: Any, tab: Any) -> None:
    show_contents(tab)
    unfold(page, node(tab, "src"))
    page.keyboard.type("train")
    page.keyboard.press("Enter")
    shown = tab.get_by_role("region", name="Preview of src/train.py")
    shown.locator(".kitops-Source").wait_for()
    shown.get_by_role("button", name="Close the preview").focus()
    page.keyboard.press("Escape")
    shown.wait_for(state="detached")
    assert "train.py" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Copy Path").wait_for()
    page.keyboard.press("Escape")


def test_one_file_is_pulled_from_its_menu(page: Any, tab: Any, card: str, lab: Lab, pictures: Camera) -> None:
    show_contents(tab)
    tab.get_by_label("Into:", exact=True).fill("one")
    unfold(page, node(tab, "flowers"))
    node(tab, "iris.png").click(button="right")
    menu = page.get_by_role("menu").filter(has_text="Copy Path")
    offered = [text.strip() for text in menu.get_by_role("menuitem").all_inner_texts()]
    assert offered == ["Preview", "Pull Only This", "Select", "Copy Path", "Copy %kit Line"]
    pictures.take(page, "preview-menu", in_both=False)
    menu.get_by_role("menuitem", name="Pull Only This").click()
    tab.locator(".kitops-Outcome.kitops-mod-done").get_by_text("1 file").wait_for()
    assert ended(page, lab, card)["state"] == "done"
    assert [path.name for path in (lab.root / "one").rglob("*") if path.is_file()] == ["iris.png"]
    assert (lab.root / "one" / "data" / "iris.png").read_bytes() == picture(320, 200)


def test_a_notebook_too_large_to_show_is_pulled_with_one_click(page: Any, tab: Any, lab: Lab, pictures: Camera) -> None:
    show_contents(tab)
    tab.get_by_label("Into:", exact=True).fill("two")
    unfold(page, node(tab, "src"))
    node(tab, "huge.ipynb").locator(".kitops-Node-name").dblclick()
    tab.get_by_text("up to 20.0 MiB are shown").wait_for()
    assert tab.get_by_role("button", name="Try again").count() == 0
    pictures.take(page, "preview-large", in_both=False)
    tab.get_by_role("button", name="Pull this file").click()
    tab.locator(".kitops-Outcome.kitops-mod-done").get_by_text("1 file").wait_for()
    assert (lab.root / "two" / "src" / "huge.ipynb").stat().st_size > 20 << 20


def test_all_of_a_kit_is_pulled_with_one_click(page: Any, tab: Any, lab: Lab, pictures: Camera) -> None:
    tab.get_by_role("button", name="Pull all").click()
    tab.locator(".kitops-Outcome.kitops-mod-done").wait_for()
    assert {path.name for path in (lab.root / "card").iterdir()} >= {
        "Kitfile",
        "README.md",
        "data",
        "forest.bin",
        "src",
    }
    pictures.take(page, "pulled-all", in_both=False)
