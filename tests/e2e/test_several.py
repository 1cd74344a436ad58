"""Several tags at once, a copy into another registry, and room on the disk: each told before it is done."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import Camera, accept, command, dialog, ended, job_state, open_row, row
from tests.e2e.lab import Lab
from tests.fakes.registries import Real

pytestmark = pytest.mark.browser

TREE = "#kitops-panel .kitops-Tree"


@pytest.fixture
def here(lab: Lab) -> Settings:
    """The settings that the server has."""
    return Settings.load({}, home=lab.home)


@pytest.fixture
def several(lab: Lab, here: Settings, tmp_path: Path) -> str:
    """Four tags of one repository in the local store and in `corp`, each a kit of its own."""
    repository = f"corp/several-{os.urandom(3).hex()}"
    for tag in ("a1", "a2", "a3", "a4"):
        (tmp_path / "notes.md").write_bytes(os.urandom(2000))
        kit.pack(tmp_path, text="docs: [{path: notes.md}]", tag=f"{repository}:{tag}", settings=here)
        kit.push(f"{repository}:{tag}", settings=here)
    return repository


@pytest.fixture
def mirror(lab: Lab, served: Real) -> Iterator[str]:
    """A second registry."""
    lab.change("POST", "registries", {"name": "mirror", "url": f"http://{served.host}", "plain_http": True})
    yield "mirror"
    lab.change("DELETE", "registries?name=mirror")


def tag(page: Any, reference: str, *, is_remote: bool = True) -> Any:
    where = "[data-registry]" if is_remote else ":not([data-registry])"
    return page.locator(f'{TREE} {where}[data-reference="{reference}"]')


def show(page: Any, repository: str) -> None:
    command(page, "kitops:refresh")
    open_row(page, "registry", "corp")
    open_row(page, "repository", repository.partition("/")[2])
    tag(page, f"{repository}:a1").wait_for()


def tags_of(lab: Lab, repository: str) -> set[str]:
    return {each["tag"] for each in lab.ask(f"history?repository={repository}")}


def test_two_tags_are_compared_and_many_removed_by_the_keyboard_alone(
    page: Any, lab: Lab, several: str, pictures: Camera
) -> None:
    show(page, several)
    tag(page, f"{several}:a4").focus()  # the highest stands first
    page.keyboard.press("Control+Space")
    page.keyboard.press("Shift+ArrowDown")
    bar = page.get_by_role("toolbar", name="The tags that you chose")
    bar.get_by_text("2 chosen").wait_for()
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.textContent") != "Compare":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text=f"{several}:a4").last
    tab.locator(".kitops-Table .kitops-mod-changed").filter(has_text="notes.md").first.wait_for()
    # the older one stands first, and these may be of one second
    tab.get_by_text(re.compile(f"%kit diff (?:{several}:a4 {several}:a3|{several}:a3 {several}:a4)$")).wait_for()
    pictures.take(page, "chosen")
    tag(page, f"{several}:a3").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    bar.get_by_text("3 chosen").wait_for()
    bar.get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    asked = dialog(page, "Remove")
    asked.get_by_label("The kits with all their tags").click()
    for each in ("a4", "a3", "a2"):
        asked.locator(".kitops-Chosen").get_by_text(f"{several}:{each}", exact=True).wait_for()
    asked.locator(".kitops-Goes").get_by_text("3 names will be removed").wait_for()
    pictures.take(page, "remove-many")
    accept(asked)
    assert tags_of(lab, several) == {"a1"}
    page.wait_for_function(
        "name => document.querySelectorAll(`[data-registry][data-reference^='${name}:']`).length === 1", arg=several
    )


def test_of_several_names_those_that_cannot_be_removed_are_told_and_the_others_go(
    page: Any, lab: Lab, several: str, here: Settings
) -> None:
    show(page, several)
    local = page.locator(f'{TREE} [data-kind="repository"]:not([data-registry])').filter(has_text=several)
    if local.get_attribute("aria-expanded") != "true":
        local.click()
    tag(page, f"{several}:a1", is_remote=False).click(modifiers=["Control"])
    tag(page, f"{several}:a1").click(modifiers=["Control"])
    page.get_by_role("toolbar").get_by_role("button", name="Remove").click()
    asked = dialog(page, "Remove")
    asked.locator(".jp-mod-accept:not([disabled])").click()
    asked.get_by_text("1 of 2 could not be removed").wait_for()  # this registry deletes no tag alone
    asked.get_by_text("cannot delete a tag alone").wait_for()
    assert "a1" in tags_of(lab, several)
    assert f"{several}:a1" not in {
        f"{each.repository}:{name}" for each in kit.list_kits(settings=here).kits for name in each.tags
    }


def test_a_kit_is_copied_into_another_registry_that_shows_it(
    page: Any, lab: Lab, several: str, mirror: str, pictures: Camera
) -> None:
    show(page, several)
    open_row(page, "registry", mirror)
    tag(page, f"{several}:a1").click(button="right")
    page.get_by_role("menuitem", name="Copy to Another Registry").click()
    asked = dialog(page, "Copy to another registry")
    asked.get_by_label("To the registry").fill(mirror)
    asked.get_by_label("Repository").fill("copied/kit")
    asked.get_by_label("Tag").fill("v9")
    asked.get_by_text(f"%kit copy {several}:a1 mirror/copied/kit:v9").wait_for()
    pictures.take(page, "copy")
    page.keyboard.press("Enter")
    asked.wait_for(state="detached")
    job = ended(page, lab, f"{several}:a1")
    assert job["state"] == "done", job["error"]
    row(page, "repository", "copied/kit").wait_for()  # nobody refreshed
    assert tags_of(lab, "mirror/copied/kit") == {"v9"}


def test_what_takes_space_is_shown_and_only_what_was_chosen_goes(
    page: Any, lab: Lab, several: str, here: Settings, tmp_path: Path, pictures: Camera
) -> None:
    (tmp_path / "notes.md").write_bytes(os.urandom(200_000))
    kit.pack(tmp_path, text="docs: [{path: notes.md}]", tag=f"{several}:a1", settings=here)  # the old one has no tag
    command(page, "kitops:clean-up")
    asked = dialog(page, "Disk use and clean-up")
    asked.get_by_role("cell", name="1 kit without a tag").wait_for()
    assert asked.locator(".jp-mod-accept").is_disabled()
    assert asked.locator(".kitops-Line-text").inner_text() == "%kit clean"
    asked.get_by_label("Remove the kit without a tag").check()
    asked.locator(".kitops-Untagged").get_by_text(several).wait_for()
    assert asked.locator(".kitops-Line-text").inner_text() == "%kit clean --yes --untagged"
    pictures.take(page, "clean-up")
    before = {each.digest for each in kit.list_kits(settings=here).kits if each.tags}
    accept(asked)
    kits = kit.list_kits(settings=here).kits
    assert {each.digest for each in kits} == before
    assert kit.cache_info(settings=here).file_count > 0


def test_the_menu_of_a_kit_makes_its_single_files_readable_and_its_digest_stays(
    page: Any, lab: Lab, several: str, here: Settings, tmp_path: Path, pictures: Camera
) -> None:
    (tmp_path / "notes.md").write_bytes(os.urandom(3000))
    plain = replace(here, file_index=False)
    kit.pack(tmp_path, text="docs: [{path: notes.md}]", tag=f"{several}:a1", settings=plain)
    kit.push(f"{several}:a1", settings=plain)
    before = {each["tag"]: each["digest"] for each in lab.ask(f"history?repository={several}")}
    show(page, several)
    tag(page, f"{several}:a1").click(button="right")
    page.get_by_role("menuitem", name="Make Single Files Readable").press("Enter")
    job = ended(page, lab, f"{several}:a1")
    assert (job["state"], job["kind"]) == ("done", "index"), job["error"]
    job_state(page, "done", "a1").get_by_text("1 file can be read alone").wait_for()
    pictures.take(page, "indexed")
    assert {each["tag"]: each["digest"] for each in lab.ask(f"history?repository={several}")} == before
