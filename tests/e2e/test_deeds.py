"""What the panel changes: a snapshot, a push, a promotion, a tag, a removal, and files that were there before."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import (
    Camera,
    accept,
    command,
    dialog,
    ended,
    job_state,
    node,
    open_kit,
    open_notebook,
    open_row,
    runs_out,
    tick,
)
from tests.e2e.lab import Lab, write_notebook
from tests.operations.projects import FILES

pytestmark = pytest.mark.browser

NAME = "corp/study"
SIZES = tuple({"width": width, "height": height} for width, height in ((1440, 900), (1100, 700), (800, 900)))


@pytest.fixture
def here(lab: Lab) -> Settings:
    """The settings that the server has."""
    return Settings.load({}, home=lab.home)


def test_a_notebook_is_snapshot_with_what_was_ticked_and_pushed(
    page: Any, lab: Lab, here: Settings, pictures: Camera
) -> None:
    folder = lab.root / "work"
    (folder / "data").mkdir(parents=True)
    write_notebook(folder / "train.ipynb")
    (folder / "forest.joblib").write_bytes(b"\x00\x01" * 5_000)
    (folder / "data" / "training.csv").write_bytes(b"x,y\n" * 1_000)
    (folder / ".env").write_text("PASSWORD=hunter2\n")
    open_notebook(page, "work/train.ipynb")
    page.evaluate("window.openNotebook.content.activeCell.model.sharedModel.setSource('# written, not saved')")
    command(page, "kitops:snapshot")
    asked = dialog(page, "Snapshot into a ModelKit")
    asked.get_by_text("saved just now").wait_for()
    layers = asked.locator(".kitops-Preview-layers li")
    tick(layers.filter(has_text="training.csv").or_(layers.filter(has_text="data")).first)
    asked.locator(".kitops-Preview-out").get_by_text(".env").wait_for()
    asked.locator("input[type=text], input:not([type])").first.fill(f"{NAME}:tuned")
    asked.get_by_text("Also push it to its registry").click()
    pictures.take(page, "snapshot")
    accept(asked)
    job = ended(page, lab, f"{NAME}:tuned")
    assert job["state"] == "done", job["error"]
    job_state(page, "done", "study:tuned")
    paths = [path for layer in kit.files(f"{NAME}:tuned", settings=here).layers for path in named(layer)]
    assert {"train.ipynb", "forest.joblib"} <= set(paths)
    assert not [path for path in paths if "training.csv" in path or ".env" in path]
    assert [path for path in paths if path.endswith("requirements.txt")]
    kit.unpack(f"{NAME}:tuned", lab.home.parent / "look", settings=here)
    assert "written, not saved" in (lab.home.parent / "look" / "train.ipynb").read_text()
    assert in_registry(lab, f"{NAME}:tuned") == job["result"]["digest"]
    page.locator("#kitops-panel").get_by_text("study:tuned").first.wait_for()
    pictures.take(page, "this-notebook")


def named(layer: Any) -> list[str]:
    return [file.path for file in layer.files]


def in_registry(lab: Lab, reference: str) -> str:
    """The digest that a tag names in the registry, or nothing."""
    name, _, tag = reference.rpartition(":")
    rows: list[dict[str, str]] = lab.ask(f"history?repository={name}")
    return next((row["digest"] for row in rows if row["tag"] == tag), "")


@pytest.fixture
def two(lab: Lab, here: Settings) -> tuple[str, str]:
    """Two kits of one repository in the registry and the local store."""
    folder = lab.home.parent / "two"
    folder.mkdir(exist_ok=True)
    digests = []
    for tag in ("v1", "v2"):
        (folder / "notes.md").write_bytes(os.urandom(4).hex().encode())
        text = json.dumps({"package": {"name": "churn", "version": tag}, "docs": [{"path": "notes.md"}]})
        done = kit.pack(folder, text=text, tag=f"corp/churn:{tag}", message=f"why {tag}", settings=here)
        digests.append(str(done.digest))
        kit.push(f"corp/churn:{tag}", settings=here)
    return digests[0], digests[1]


def test_a_kit_is_promoted_on_the_board_and_put_back(
    page: Any, lab: Lab, two: tuple[str, str], pictures: Camera
) -> None:
    for tag, digest in (("v1", two[0]), ("v2", two[1])):
        tab = open_kit(page, f"corp/churn:{tag}")
        tab.get_by_role("tab", name="History").click()
        tab.get_by_label("Move this kit to champion").click()
        dialog(page, "Promote")
        page.keyboard.press("Escape")
        page.locator(".jp-Dialog").wait_for(state="detached")
        tab.get_by_label("Move this kit to champion").click()
        asked = dialog(page, "Promote")
        asked.get_by_label("What moves").wait_for()
        if tag == "v2":
            moves = asked.get_by_label("What moves").get_by_role("row")
            assert [each.locator("td").last.inner_text() for each in moves.all()[1:]] == ["why v1", "why v2"]
            pictures.take(page, "promote")
        accept(asked)
        tab.locator(".kitops-Board-place.kitops-mod-here").filter(has_text="champion").wait_for()
        assert in_registry(lab, "corp/churn:champion") == digest
    assert in_registry(lab, "corp/churn:rollback") == two[0]
    pictures.take(page, "board")
    for size in SIZES:
        page.set_viewport_size(size)
        page.wait_for_timeout(300)
        assert runs_out(page, ".kitops-Board-place") == [], size
    page.set_viewport_size(SIZES[0])
    tab.get_by_label("Undo the last move to champion").click()
    asked = dialog(page, "Undo a Promotion")
    asked.get_by_label("What moves").get_by_role("row", name="champion").get_by_text("why v1").wait_for()
    pictures.take(page, "undo")
    accept(asked)
    tab.locator(".kitops-Board-place:not(.kitops-mod-here)").filter(has_text="champion").wait_for()
    assert in_registry(lab, "corp/churn:champion") == two[0]


def test_a_kit_is_compared_with_another_of_its_tags(page: Any, two: tuple[str, str], pictures: Camera) -> None:
    tab = open_kit(page, "corp/churn:v1")
    tab.get_by_role("button", name="Diff with").click()
    box = tab.locator(".kitops-Diff-other input")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.kitops-Diff-other option')].some(each => each.value === 'corp/churn:v2')"
    )
    box.fill("corp/churn:v2")
    box.press("Enter")
    tab.locator(".kitops-Table .kitops-mod-changed").filter(has_text="notes.md").first.wait_for()
    tab.get_by_text("+  version: v2").wait_for()
    pictures.take(page, "diff")


def tags_here(here: Settings) -> set[str]:
    found = [each for each in kit.list_kits(settings=here).kits if each.repository == "corp/churn"]
    return {tag for each in found for tag in each.tags}


def test_a_kit_is_tagged_and_its_names_are_removed_here_and_there(
    page: Any, lab: Lab, two: tuple[str, str], here: Settings, pictures: Camera
) -> None:
    command(page, "kitops:tag", reference="corp/churn:v1")
    asked = dialog(page, "Tag")
    asked.locator("input").first.fill("corp/churn:old")
    accept(asked)
    assert {"old", "v1"} <= tags_here(here)
    command(page, "kitops:remove", reference="corp/churn:v1", remote=False)
    asked = dialog(page, "Remove")
    asked.get_by_text("Frees no space").wait_for()
    asked.get_by_label("The kit with all its tags").click()
    asked.locator("li").filter(has_text="corp/churn:old").wait_for()
    asked.get_by_text("Frees ").wait_for()
    pictures.take(page, "remove")
    accept(asked)
    assert not {"old", "v1"} & tags_here(here)
    assert in_registry(lab, "corp/churn:v1") == two[0]  # the registry has it still
    command(page, "kitops:remove", reference="corp/churn:v1", remote=True)
    asked = dialog(page, "Remove")
    asked.locator(".jp-mod-accept:not([disabled])").click()
    asked.get_by_text("cannot delete a tag alone").wait_for()  # this registry can't; the kit is there still
    pictures.take(page, "remove-refused")
    assert in_registry(lab, "corp/churn:v1") == two[0]
    asked.get_by_label("The kit with all its tags").click()
    asked.locator("li").filter(has_text="corp/churn:v1").wait_for()
    accept(asked)
    assert in_registry(lab, "corp/churn:v1") == ""
    assert in_registry(lab, "corp/churn:v2") == two[1]
    open_row(page, "registry", "corp")
    open_row(page, "repository", "churn")
    page.locator('#kitops-panel [data-registry][data-reference="corp/churn:v2"]').wait_for()
    assert not page.locator('#kitops-panel [data-registry][data-reference="corp/churn:v1"]').count()


@pytest.mark.parametrize("choice", ["keep", "overwrite", "side by side"])
def test_files_in_the_way_are_told_and_somebody_chooses(page: Any, lab: Lab, pictures: Camera, choice: str) -> None:
    place = lab.root / f"taken-{choice[:4]}"
    (place / "data").mkdir(parents=True)
    mine = place / "data" / "validation.csv"
    mine.write_bytes(b"mine")
    pull_validation(page, place)
    if choice == "keep":
        pictures.take(page, "conflict")
    choose(page, lab, choice)
    theirs = FILES["data/validation.csv"]
    assert mine.read_bytes() == (theirs if choice == "overwrite" else b"mine")
    beside = place / "app-model-v1" / "data" / "validation.csv"
    assert (beside.read_bytes() if beside.exists() else None) == (theirs if choice == "side by side" else None)


def pull_validation(page: Any, place: Path) -> None:
    tab = open_kit(page, "corp/app-model:v1")
    tick(node(tab, "validation"))
    tab.locator(".kitops-Into input").first.fill(place.name)
    tab.locator(".kitops-Conflicts").get_by_text("data/validation.csv").wait_for()
    assert tab.get_by_role("button", name="Pull selected").is_disabled()


def choose(page: Any, lab: Lab, choice: str) -> None:
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="corp/app-model:v1").last
    tab.locator(".kitops-Conflicts").get_by_text(choice, exact=True).click()
    tab.get_by_role("button", name="Pull selected").click()
    tab.locator(".kitops-Outcome.kitops-mod-done").wait_for()
    assert ended(page, lab, "corp/app-model:v1")["state"] == "done"
