"""Off the path of a first kit: a notebook in a folder of its own, a second one, packs and pushes from cells."""

from __future__ import annotations

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
    node,
    open_kit,
    open_notebook,
    open_row,
    row,
    run_cell,
    show_contents,
    tick,
    unfold,
)
from tests.e2e.lab import Lab, write_notebook
from tests.operations.projects import files_in, write_files

pytestmark = pytest.mark.browser

LOAD = "%load_ext kitops_jupyter\n"


@pytest.fixture
def here(lab: Lab) -> Settings:
    """The settings that the server has."""
    return Settings.load({}, home=lab.home)


def output(page: Any) -> Any:
    """What the cells of the open notebook show."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell-outputArea")


def test_a_line_does_in_any_notebook_what_the_panel_does(page: Any, lab: Lab) -> None:
    folder = lab.root / "Étude n° 1 – été"
    folder.mkdir()
    write_notebook(folder / "mon étude.ipynb")
    tab = open_kit(page, "corp/app-model:v1")
    tick(node(tab, "validation"))
    tab.get_by_label("Into:", exact=True).fill("inserted")
    open_notebook(page, "Étude n° 1 – été/mon étude.ipynb")
    page.locator("#jp-main-dock-panel .lm-TabBar-tab").filter(has_text="app-model:v1").click()
    tab.locator(".kitops-Line-text").get_by_text("-d ../inserted").wait_for()
    tab.get_by_role("button", name="Insert into the notebook").click()
    page.locator("#jp-main-dock-panel .lm-TabBar-tab").filter(has_text="mon étude.ipynb").click()
    page.wait_for_function("window.openNotebook.content.activeCell.model.sharedModel.source.includes('%kit pull')")
    assert page.evaluate("window.openNotebook.content.activeCell.model.sharedModel.source").startswith(LOAD)
    command(page, "notebook:run-cell")
    output(page).get_by_text("validation.csv").or_(output(page).get_by_text("1 file")).first.wait_for()
    assert list(files_in(lab.root / "inserted")) == ["data/validation.csv"]
    page.evaluate("window.openNotebook.sessionContext.shutdown()")


def test_a_second_notebook_of_a_folder_gets_into_its_kit(page: Any, lab: Lab, here: Settings, pictures: Camera) -> None:
    folder = lab.root / "second"
    write_files(folder, {"Kitfile": b"manifestVersion: 1.0.0\ncode: [{path: first.ipynb}]\n"})
    write_notebook(folder / "first.ipynb")
    write_notebook(folder / "second.ipynb")
    open_notebook(page, "second/second.ipynb")
    command(page, "kitops:snapshot")
    asked = dialog(page, "Snapshot into a ModelKit")
    asked.locator(".kitops-Preview-layers").get_by_text("second.ipynb").wait_for()
    pictures.take(page, "snapshot-second")
    accept(asked)
    assert ended(page, lab, "second:latest")["state"] == "done"
    paths = [file.path for layer in kit.files("second:latest", settings=here).layers for file in layer.files]
    assert {"first.ipynb", "second.ipynb"} <= set(paths)
    page.evaluate("window.openNotebook.sessionContext.shutdown()")


def test_this_notebook_stays_in_sight_whatever_transfers_say(page: Any, lab: Lab, pictures: Camera) -> None:
    for number in range(5):
        lab.change("POST", "jobs", {"kind": "pull", "reference": f"dead/none:v{number}", "directory": "none"})
    page.set_viewport_size({"width": 1100, "height": 700})
    open_notebook(page, "study.ipynb")
    page.locator("#kitops-panel .kitops-Job.kitops-mod-failed").nth(4).wait_for()
    pictures.take(page, "many-transfers")
    top = page.locator(".kitops-Panel-top").bounding_box()
    told = page.locator(".kitops-Notebook-told").bounding_box()
    assert told["y"] + told["height"] <= top["y"] + top["height"] + 1
    page.get_by_role("button", name="Clear finished transfers").click()
    page.locator("#kitops-panel .kitops-Job").first.wait_for(state="detached")
    page.evaluate("window.openNotebook.sessionContext.shutdown()")


def test_a_push_from_a_cell_gets_into_the_open_list(page: Any, lab: Lab) -> None:
    open_row(page, "registry", "corp")
    folder = lab.root / "pushing"
    write_files(folder, {"notes.md": b"# notes\n"})
    write_notebook(folder / "push.ipynb")
    open_notebook(page, "pushing/push.ipynb")
    command(page, "notebook:insert-cell-above")
    page.wait_for_function("window.openNotebook.content.activeCellIndex === 0")
    run_cell(page, LOAD + "%kit pack . -t corp/from-a-cell:v1\n%kit push corp/from-a-cell:v1")
    row(page, "repository", "from-a-cell").wait_for(timeout=90_000)
    page.evaluate("window.openNotebook.sessionContext.shutdown()")


def test_a_folder_but_one_of_20_000_files_is_counted_at_once(page: Any, lab: Lab, here: Settings) -> None:
    project = lab.home.parent / "twenty-thousand"
    write_files(project, {f"data/part{at % 10}/file{at:05}.csv": b"x\n" for at in range(20_000)})
    kit.pack(project, text="datasets: [{name: rows, path: data}]", tag="dead/20000:v1", settings=here)
    command(page, "kitops:open-kit", reference="dead/20000:v1")
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="dead/20000:v1").last
    show_contents(tab)
    unfold(page, node(tab, "rows"))
    tick(tab.locator('.kitops-Node[aria-level="2"]').filter(has_text="part3"))
    unfold(page, tab.locator('.kitops-Node[aria-level="2"]').filter(has_text="part3"))
    tick(tab.locator('.kitops-Node[aria-level="3"]').filter(has_text="file00003.csv"))
    tab.locator(".kitops-Line-text").get_by_text("!datasets:data/part3/file00003.csv").wait_for()
    tab.get_by_role("button", name="Unpack selected").and_(tab.locator(":not([disabled])")).click()
    tab.locator(".kitops-Outcome.kitops-mod-done").get_by_text("1999 files").wait_for()
