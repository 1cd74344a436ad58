"""*This notebook* and the toolbar say what was packed, whoever packed it; and what is ticked where much else lies."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import Camera, accept, dialog, ended, open_notebook, open_panel, run_cell
from tests.e2e.lab import Lab, write_notebook

pytestmark = pytest.mark.browser

LOAD = "%load_ext kitops_jupyter\n"


@pytest.fixture
def here(lab: Lab) -> Settings:
    """The settings that the server has."""
    return Settings.load({}, home=lab.home)


def folder_with(lab: Lab, name: str, *notebooks: str) -> Path:
    folder = lab.root / name
    folder.mkdir()
    for notebook in notebooks:
        write_notebook(folder / notebook)
    return folder


def says(page: Any, text: str, reference: str = "") -> Any:
    """The lines of *This notebook*, once they say this."""
    told = page.locator("#kitops-panel .kitops-Notebook-told")
    found = told.filter(has_text=text).filter(has_text=reference)
    try:
        found.wait_for(timeout=30_000)
    except Exception as late:
        raise AssertionError(f"{text} {reference}: {told.all_inner_texts()}") from late
    return found


def open_saved(page: Any, path: str) -> None:
    """Open a notebook, and save what its kernel told of the language."""
    open_notebook(page, path)
    page.evaluate("window.openNotebook.sessionContext.session.kernel.info.then(() => 0)")
    page.wait_for_timeout(500)
    page.evaluate("window.openNotebook.context.save()")


def button(page: Any) -> Any:
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .kitops-Snapshot")


def test_this_notebook_knows_what_a_cell_packed_and_what_changed_since(
    page: Any, lab: Lab, here: Settings, pictures: Camera
) -> None:
    folder = folder_with(lab, "Étude n° 1", "mon étude.ipynb")
    open_saved(page, "Étude n° 1/mon étude.ipynb")
    says(page, "no pack of it is known here")
    page.evaluate("window.openNotebook.content.activeCellIndex = 1")
    run_cell(page, f"{LOAD}%kit pack . -t etude:v1")
    says(page, "unsaved changes since it was packed", "etude:v1")  # the line's own output
    page.evaluate("window.openNotebook.context.save()")
    says(page, "only outputs changed since it was packed", "etude:v1")
    page.reload()
    open_panel(page)
    open_notebook(page, "Étude n° 1/mon étude.ipynb")
    says(page, "only outputs changed since it was packed", "etude:v1")
    assert "kitops-mod-changed" not in button(page).get_attribute("class")
    page.evaluate("window.openNotebook.content.activeCell.model.sharedModel.setSource('1 + 1')")
    says(page, "unsaved changes since it was packed", "etude:v1")
    page.locator(".kitops-Snapshot.kitops-mod-changed").wait_for()
    pictures.take(page, "changed-since")
    page.evaluate("window.openNotebook.context.save()")
    says(page, "changed since it was packed", "etude:v1")
    page.locator(".kitops-Snapshot.kitops-mod-changed").wait_for()
    kit.pack(folder, tag="etude:v2", settings=here)  # as a terminal does
    page.locator("#kitops-panel").get_by_role("button", name="Refresh").click()
    told = says(page, "packed as it is", "etude:v2")
    page.locator(".kitops-Snapshot:not(.kitops-mod-changed)").wait_for()
    told.get_by_role("button", name="etude:v2").click()
    page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="etude:v2").last.wait_for()


def test_the_kit_of_this_notebook_is_seen_whole_in_a_narrow_bar(page: Any, lab: Lab, here: Settings) -> None:
    folder = folder_with(lab, "narrow", "n.ipynb")
    kit.pack(folder, text="code: [{path: n.ipynb}]", tag="churn-model:tuned", settings=here)
    open_notebook(page, "narrow/n.ipynb")
    page.evaluate("window.openNotebook.content.activeCell.model.sharedModel.setSource('2')")
    told = says(page, "changes since it was packed", "churn-model:tuned")
    page.evaluate("document.querySelector('#kitops-panel').style.width = '180px'")
    link = told.get_by_role("button", name="churn-model:tuned")
    assert link.evaluate("link => [link, link.parentElement].every(each => each.scrollWidth <= each.clientWidth + 1)")
    assert link.bounding_box()["width"] > 60


def test_the_toolbars_button_snapshots_its_notebook_by_keys_alone(
    page: Any, lab: Lab, here: Settings, pictures: Camera
) -> None:
    folder_with(lab, "bar", "a.ipynb", "b.ipynb")
    open_notebook(page, "bar/a.ipynb")
    open_saved(page, "bar/b.ipynb")
    pressed = button(page).get_by_role("button", name=re.compile("^Snapshot into a ModelKit"))
    pressed.focus()
    page.keyboard.press("Enter")
    asked = dialog(page, "Snapshot into a ModelKit")
    asked.get_by_text("bar/b.ipynb").wait_for()
    asked.get_by_label("Name of the kit").fill("bar:v1")
    accept(asked)
    assert ended(page, lab, "bar:v1")["state"] == "done"
    says(page, "packed as it is", "bar:v1")
    assert kit.notebook_state(lab.root / "bar" / "b.ipynb", settings=here).reference == "bar:v1"
    pictures.take(page, "toolbar")


def test_the_toolbars_button_is_hidden_by_a_setting(page: Any, lab: Lab) -> None:
    folder_with(lab, "hidden", "n.ipynb")
    place = lab.home.parent / "settings" / "@jupyterlab" / "notebook-extension" / "panel.jupyterlab-settings"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps({"toolbar": [{"name": "kitops-snapshot", "disabled": True}]}))
    try:
        page.reload()
        open_panel(page)
        open_notebook(page, "hidden/n.ipynb")
        page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-NotebookPanel-toolbar").wait_for()
        page.wait_for_timeout(500)
        assert button(page).count() == 0
    finally:
        place.unlink()


def test_a_snapshot_of_the_notebook_alone_among_much_else_by_keys(
    page: Any, lab: Lab, here: Settings, pictures: Camera
) -> None:
    folder = folder_with(lab, "crowded", "n.ipynb")
    for number in range(12):
        (folder / f"table {number}.csv").write_text("a,b\n")
    with (folder / "weights.onnx").open("wb") as large:
        large.truncate(3 << 29)  # takes no room on the disk
    open_saved(page, "crowded/n.ipynb")
    button(page).get_by_role("button", name=re.compile("^Snapshot into a ModelKit")).click()
    asked = dialog(page, "Snapshot into a ModelKit")
    asked.get_by_text("untick what the kit does not need").wait_for()
    pictures.take(page, "snapshot-large")
    checks: list[str] = []
    page.on("request", lambda request: checks.append(request.url) if "check/pack" in request.url else None)
    choices = asked.get_by_role("group", name="Choose layers")
    for name in ("None", "Only this notebook"):
        choices.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
    files = asked.get_by_role("region", name="Files to pack")
    files.get_by_role("checkbox", checked=True).wait_for()
    assert files.get_by_role("checkbox", checked=True).count() == 1
    assert files.get_by_label("Pack n.ipynb").is_checked()
    assert asked.get_by_text("untick what the kit does not need").count() == 0
    asked.locator(".jp-Dialog-footer .jp-mod-accept:not([disabled])").wait_for()
    assert len(checks) == 1
    assert asked.get_by_text("no layer includes").count() == 0
    assert choices.get_by_role("button", name="Only this notebook").evaluate("node => node === document.activeElement")
    pictures.take(page, "snapshot-alone")
    asked.get_by_label("Name of the kit").fill("crowded:v1")
    asked.get_by_label(re.compile("^Record the environment")).click()
    accept(asked)
    assert ended(page, lab, "crowded:v1")["state"] == "done"
    assert [code.path for code in kit.info("crowded:v1", settings=here).kitfile.code] == ["n.ipynb"]
