"""What cells show: the browser of kits, the bars with a Cancel that a busy kernel hears, and the sign-in form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import CRAWL_BYTES_PER_S, Camera, command, open_notebook, open_panel, run_cell
from tests.e2e.lab import Lab, write_notebook
from tests.operations.projects import FILES, files_in

pytestmark = pytest.mark.browser

HAS_SUBSHELLS = [int(part) for part in version("jupyterlab").split(".")[:2]] >= [4, 4]
LOAD = "%load_ext kitops_jupyter\n"


@pytest.fixture
def cell(page: Any) -> Iterator[Any]:
    """The output of the first cell of a new notebook."""
    open_notebook(page)
    yield page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell-outputArea").first
    page.evaluate("window.openNotebook.sessionContext.shutdown()")


def test_a_kit_is_browsed_and_a_part_pulled_from_a_cell(page: Any, lab: Lab, cell: Any, pictures: Camera) -> None:
    run_cell(page, LOAD + "%kit browse corp")
    cell.get_by_role("button", name="app-model").click()
    cell.get_by_role("button", name="challenger").first.click()
    cell.get_by_label("validation").first.check()
    into = cell.get_by_label("Into")
    into.fill("browsed")
    into.press("Enter")
    cell.get_by_text("-d browsed --filter").first.wait_for()
    pictures.take(page, "browse-cell")
    cell.get_by_role("button", name="Pull").last.click()
    cell.get_by_text("1 file, 8 B in").wait_for()
    assert files_in(lab.root / "browsed") == {"data/validation.csv": FILES["data/validation.csv"]}
    pictures.take(page, "browse-cell-done")


def test_a_pull_in_a_cell_has_bars_and_a_cancel_that_ends_it(page: Any, lab: Lab, cell: Any, pictures: Camera) -> None:
    run_cell(page, LOAD + "%kit remove corp/big:v1")  # another test may have pulled it
    cell.get_by_text("corp/big:v1").first.wait_for()
    with lab.way.at(CRAWL_BYTES_PER_S):
        run_cell(page, "%kit pull corp/big:v1")
        cell.get_by_text("B/s").first.wait_for()
        pictures.take(page, "bars-cell")
        if HAS_SUBSHELLS:
            cell.get_by_role("button", name="Cancel").click()
        else:
            cell.get_by_text("interrupt the kernel").wait_for()
            command(page, "notebook:interrupt-kernel")
        cell.get_by_text("ancelled").first.wait_for(timeout=5_000)


def test_a_sign_in_in_a_cell_leaves_no_secret_in_the_notebook(page: Any, lab: Lab, cell: Any, pictures: Camera) -> None:
    run_cell(page, LOAD + "%kit login users")
    cell.get_by_label("User name").fill("user")
    pictures.take(page, "sign-in-cell")
    secret = cell.locator("input[type=password]")
    secret.fill("hunter2")
    secret.press("Enter")
    cell.locator("input[type=password]").wait_for(state="hidden")
    assert secret.input_value() == ""
    page.evaluate("window.openNotebook.context.save()")
    saved = page.evaluate("JSON.stringify(window.openNotebook.content.model.toJSON())")
    assert "hunter2" not in saved and json.loads(saved)["cells"]
    lab.change("POST", "logout", {"registry": "users"})


def test_a_pack_in_a_cell_saves_the_notebook_first_also_one_that_was_renamed(page: Any, lab: Lab) -> None:
    folder = lab.root / "renamed"
    folder.mkdir()
    write_notebook(folder / "before.ipynb")
    open_notebook(page, "renamed/before.ipynb")
    page.evaluate("window.openNotebook.context.rename('after.ipynb')")
    page.locator("#jp-main-dock-panel .lm-TabBar-tab").filter(has_text="after.ipynb").wait_for()
    output = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell-outputArea").first
    command(page, "notebook:insert-cell-above")
    page.wait_for_function("window.openNotebook.content.activeCellIndex === 0")
    run_cell(page, LOAD + "%kit pack . -t renamed:v1  # written, not saved")
    output.get_by_text("after.ipynb was saved first").wait_for()
    output.get_by_text("renamed:v1").first.wait_for()
    here = Settings.load({}, home=lab.home)
    kit.unpack("renamed:v1", lab.home.parent / "renamed", settings=here)
    packed = files_in(lab.home.parent / "renamed")
    assert b"written, not saved" in packed["after.ipynb"] and "before.ipynb" not in packed
    assert "environment/requirements.txt" in packed
    page.evaluate("window.openNotebook.sessionContext.shutdown()")


def test_what_a_cell_showed_is_still_there_when_its_kernel_is_gone(page: Any, lab: Lab, pictures: Camera) -> None:
    write_notebook(lab.root / "reopened.ipynb")
    open_notebook(page, "reopened.ipynb")
    shown = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    for source, form in ((LOAD + "%kit browse corp", "app-model"), ("%kit login users", "Sign in")):
        command(page, "notebook:insert-cell-below")
        run_cell(page, source)
        shown.get_by_role("button", name=form).first.wait_for()
    shown.locator("input[type=password]").fill("hunter2")
    page.evaluate("window.openNotebook.context.save()")
    page.evaluate("window.openNotebook.sessionContext.shutdown()")
    shown.locator("table").get_by_text("app-model").wait_for()  # the widget's place, at once
    page.reload()
    open_panel(page)
    open_notebook(page, "reopened.ipynb")
    shown.locator("table").get_by_text("app-model").wait_for()
    shown.get_by_text("Sign in to users").wait_for()
    assert shown.get_by_text("model not found").count() == 0
    assert "hunter2" not in (lab.root / "reopened.ipynb").read_text()
    pictures.take(page, "reopened-cell")
    page.evaluate("window.openNotebook.sessionContext.shutdown()")
