"""Files of a kit are found, sorted and ticked by the keyboard alone, and each number of them is the same everywhere."""

from __future__ import annotations

import re
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import Camera, change_theme, command, node, open_kit, tick, unfold
from tests.e2e.lab import Lab
from tests.operations.projects import files_in, write_files

pytestmark = pytest.mark.browser

FILES = 20_000
NAMES = [f"data/part{at % 10}/f{at:05}.csv" for at in range(FILES)]
KITFILE = "datasets: [{name: rows, path: data}]\ncode: [{path: src}]"


@pytest.fixture
def tab(page: Any, lab: Lab) -> Any:
    """A kit of the store with 20,000 files in one layer and three in another."""
    project = lab.home.parent / "finds"
    if not project.exists():
        write_files(project, {name: b"x" * (at % 5) for at, name in enumerate(NAMES)})
        write_files(project, {f"src/f0000{at}.py": b"y" * 700 for at in range(3)})
        kit.pack(project, text=KITFILE, tag="dead/finds:v1", settings=Settings.load({}, home=lab.home))
    command(page, "kitops:open-kit", reference="dead/finds:v1")
    found = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="dead/finds:v1").last
    found.get_by_role("tab", name="Contents").click()
    found.locator(".kitops-Node").first.wait_for()
    return found


def selected(tab: Any) -> str:
    """The count and size of what is selected, once that is known."""
    found = tab.locator(".kitops-Contents-sum").get_by_text(re.compile(r"\d.* selected$"))
    found.wait_for()
    return str(found.text_content()).removesuffix(" selected")


def test_files_of_folders_that_were_never_opened_are_found_and_pulled_by_the_keyboard_alone(
    page: Any, lab: Lab, tab: Any, pictures: Camera
) -> None:
    tab.get_by_role("searchbox", name="Find files in all layers").focus()
    page.keyboard.type("f0000")
    told = tab.locator(".kitops-Find-told")
    told.get_by_text("13 files").wait_for()
    assert told.get_attribute("role") == "status"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    tab.locator('[role=treeitem][aria-checked="true"]').nth(3).wait_for()
    assert tab.locator('[role=treeitem][aria-checked="true"]').count() == 4
    assert tab.locator("mark").first.text_content() == "f0000"
    pictures.take(page, "find")
    assert selected(tab).startswith("4 files, ")
    for _ in range(20):
        if "Unpack selected" in page.evaluate("document.activeElement.textContent"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    done = tab.locator(".kitops-Outcome.kitops-mod-done")
    done.wait_for()
    assert selected(tab) in str(done.text_content())
    ticked = ["src/f00000.py", "src/f00001.py", "src/f00002.py"]
    found = files_in(lab.root / "finds")
    assert len(found) == 4 and {name for name in found if name.endswith(".py")} <= set(ticked)


def test_the_largest_files_come_first_and_a_pattern_finds_the_end_of_a_path(page: Any, tab: Any) -> None:
    tab.get_by_role("searchbox").fill("part3/*.csv")
    tab.locator(".kitops-Find-told").get_by_text("2000 files").wait_for()
    tab.get_by_label("Sort by").select_option("size")
    tab.locator(".kitops-Node-size").first.get_by_text("3 B").wait_for()
    tab.get_by_role("button", name="Tick all 500 files").click()
    tab.get_by_role("button", name="Untick all 500 files").wait_for()
    assert tab.locator("[role=treeitem]").count() < 60  # only what is in sight is in the page
    assert selected(tab).startswith("500 files, ")


def test_one_file_of_a_long_folder_is_unticked_and_put_back_after_all_of_it(page: Any, tab: Any) -> None:
    unfold(page, node(tab, "rows"))
    folder = tab.locator('.kitops-Node[aria-level="2"]').filter(has_text="part3")
    tick(node(tab, "rows"))
    tick(folder)
    tab.locator(".kitops-Contents-sum").get_by_text(f"{FILES - 2000} files").wait_for()
    tab.get_by_role("searchbox").fill("f00013.csv")
    tick(tab.get_by_role("treeitem").filter(has_text="f00013"))
    tab.locator(".kitops-Contents-sum").get_by_text(f"{FILES - 1999} files").wait_for()
    assert tab.get_by_role("alert").count() == 0


def test_one_thing_has_one_size_and_a_long_line_is_read_in_full(page: Any, lab: Lab, pictures: Camera) -> None:
    tab = open_kit(page, "corp/app-model:v1")
    tab.locator(".kitops-Header").get_by_text(re.compile(r"iB stored")).wait_for()
    node(tab, "training").get_by_text(re.compile(r"stored$")).wait_for()
    unfold(page, node(tab, "training"))
    tick(tab.locator('.kitops-Node[aria-level="2"]').filter(has_text="part-1"))
    tick(tab.locator('.kitops-Node[aria-level="2"]').filter(has_text="part-2"))
    tick(node(tab, "train.ipynb"))
    said = selected(tab)
    go = tab.get_by_role("button", name="Pull selected")
    assert str(go.text_content()) == f"Pull selected {said.partition(', ')[2]}"
    tab.locator(".kitops-Into-moves").get_by_text("to download").wait_for()
    line = tab.locator(".kitops-Line-text")
    page.set_viewport_size({"width": 900, "height": 800})
    assert line.evaluate("node => node.scrollWidth <= node.clientWidth")  # it is wrapped, not cut
    pictures.take(page, "sizes-narrow")
    go.click()
    done = tab.locator(".kitops-Outcome.kitops-mod-done")
    done.wait_for()
    assert said in str(done.text_content())
    change_theme(page, "JupyterLab Dark High Contrast")
    pictures.take(page, "sizes-contrast", in_both=False)
    tick(node(tab, "train.ipynb"))
    done.wait_for(state="detached")  # it was of another selection
