"""A kit of the local store becomes files from the panel, while no registry answers."""

from __future__ import annotations

import re
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import Camera, command, node, open_kit, show_contents, tick, unfold
from tests.e2e.lab import Lab
from tests.operations.projects import files_in, write_files

pytestmark = pytest.mark.browser


def test_a_kit_of_the_store_is_unpacked_and_its_files_are_shown(page: Any, lab: Lab, pictures: Camera) -> None:
    project = lab.home.parent / "many"
    write_files(project, {f"data/part{at % 2}/f{at:04}.csv": b"x,y\n" for at in range(3000)})
    text = "datasets: [{name: rows, path: data}]"
    kit.pack(project, text=text, tag="dead/many:v1", settings=Settings.load({}, home=lab.home))
    command(page, "kitops:open-kit", reference="dead/many:v1")
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="dead/many:v1").last
    show_contents(tab)
    assert tab.get_by_label("Into:", exact=True).input_value() == "many"
    unfold(page, node(tab, "rows"))
    tick(tab.locator('.kitops-Node[aria-level="2"]').filter(has_text="part0"))
    unfold(page, tab.locator('.kitops-Node[aria-level="2"]').filter(has_text="part0"))
    tick(tab.locator('.kitops-Node[aria-level="3"]').filter(has_text="f0002.csv"))
    line = "%kit unpack dead/many:v1 --filter datasets:data/part0 --filter '!datasets:data/part0/f0002.csv' -d"
    tab.locator(".kitops-Line-text").get_by_text(re.compile(rf"^{re.escape(line)} (.*/)?many$")).wait_for()
    pictures.take(page, "unpack")
    tab.get_by_role("button", name="Unpack selected").click()
    tab.locator(".kitops-Outcome.kitops-mod-done").get_by_text("1499 files").wait_for()
    wanted = {f"data/part0/f{at:04}.csv": b"x,y\n" for at in range(0, 3000, 2) if at != 2}
    assert files_in(lab.root / "many") == wanted
    tab.get_by_role("button", name="Show in the file browser").click()
    page.locator(".jp-FileBrowser .jp-DirListing-item").get_by_text("data", exact=True).wait_for()
    pictures.take(page, "unpacked")


def test_a_tab_shows_what_its_own_pull_brought(page: Any, lab: Lab) -> None:
    tab = open_kit(page, "corp/big:v1")
    tab.get_by_label("The whole kit").click()
    tab.get_by_label("into the local store instead").click()
    tab.get_by_role("button", name="Pull selected").click()
    node(tab, "model").get_by_text("local", exact=True).wait_for()
    tab.get_by_role("button", name="Unpack selected").wait_for()


def test_after_its_own_pull_a_tab_says_that_the_files_are_there_and_brings_them_again_only_when_asked(
    page: Any, lab: Lab, pictures: Camera
) -> None:
    tab = open_kit(page, "corp/app-model:v1")
    tick(node(tab, "validation"))
    tab.get_by_label("Into:", exact=True).fill("own-pull")
    tab.get_by_role("button", name="Pull selected").and_(tab.locator(":not([disabled])")).click()
    tab.locator(".kitops-Outcome.kitops-mod-done").get_by_text("1 file").wait_for()
    page.wait_for_timeout(1500)  # the tab looks again at what is there
    pictures.take(page, "pulled")
    assert not tab.get_by_text("already exist").count()
    again = tab.get_by_role("button", name="Pull again")
    again.focus()
    page.keyboard.press("Enter")
    tab.get_by_text("1 file already exists").wait_for()
    (lab.root / "own-pull" / "data" / "validation.csv").unlink()
    tab.get_by_label("Into:", exact=True).fill("own-pull ")
    tab.get_by_label("Into:", exact=True).fill("own-pull")
    tab.get_by_role("button", name="Pull selected").and_(tab.locator(":not([disabled])")).click()
    tab.locator(".kitops-Outcome.kitops-mod-done").wait_for()
    (lab.root / "own-pull" / "data" / "validation.csv").unlink()
    again.press("Enter")  # nothing is in its way: it begins at once
    for _ in range(100):
        if list(files_in(lab.root / "own-pull")) == ["data/validation.csv"]:  # and nothing that is still being made
            break
        page.wait_for_timeout(100)
    assert list(files_in(lab.root / "own-pull")) == ["data/validation.csv"]
