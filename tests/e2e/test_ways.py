"""Other ways in: by keyboard only, in the dark theme, from a cell whose kernel is restarted, and in Notebook 7."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Lab

pytestmark = pytest.mark.browser


def command(page: Any, name: str, **arguments: object) -> None:
    """Run a command of JupyterLab, as the palette does."""
    page.evaluate("([name, given]) => void window.jupyterapp.commands.execute(name, given)", [name, arguments])


def new_notebook(page: Any, source: str) -> None:
    """A new notebook with a cell that runs this, once its kernel is there."""
    page.evaluate(
        """async source => {
            const { commands } = window.jupyterapp;
            const panel = await commands.execute('notebook:create-new', { kernelName: 'python3' });
            await panel.context.ready; await panel.sessionContext.ready; await panel.revealed;
            panel.content.activeCell.model.sharedModel.setSource(source);
            void commands.execute('notebook:run-cell');
        }""",
        source,
    )


def test_a_kit_is_found_opened_and_ticked_by_keyboard_alone(page: Any, pictures: Path) -> None:
    page.locator("#kitops-panel input").first.focus()
    held = page.locator("#kitops-panel .kitops-Row:focus")
    for _ in range(10):
        page.keyboard.press("Tab")
        if held.count():
            break
    page.keyboard.press("Home")
    _walk(page, "corp")
    page.keyboard.press("ArrowRight")
    page.locator('#kitops-panel [data-kind="repository"]').filter(has_text="app-model").wait_for()
    _walk(page, "app-model")
    page.keyboard.press("ArrowRight")
    page.locator('#kitops-panel [data-reference="corp/app-model:v1"]').wait_for()
    _walk(page, "v1")
    page.keyboard.press("Enter")
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="corp/app-model:v1").last
    tab.locator(".kitops-Node").first.wait_for()
    parts = tab.locator(".kitops-Parts:focus")
    for _ in range(30):
        if parts.count():
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Home")
    for _ in range(12):
        active = parts.get_attribute("aria-activedescendant")
        if active and "validation" in page.locator(f'[id="{active}"]').inner_text():
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    tab.locator(".kitops-Into").get_by_text("dataset:").wait_for()
    command(page, "apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    page.locator("#jupyterlab-splash").wait_for(state="detached")
    page.screenshot(path=pictures / "contents-dark.png")
    tab.get_by_role("tab", name="History").click()
    tab.get_by_text("Lifecycle").wait_for()
    page.screenshot(path=pictures / "history-dark.png")
    command(page, "apputils:change-theme", theme="JupyterLab Light")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'true'")


def _walk(page: Any, name: str) -> None:
    """Down with the arrow until the row with the focus says this."""
    focused = page.locator("#kitops-panel .kitops-Row:focus .kitops-Row-label")
    for _ in range(20):
        if focused.inner_text() == name:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} is not reached")


def test_a_transfer_outlives_the_kernel_that_looks_on(page: Any, lab: Lab, pictures: Path) -> None:
    source = "%load_ext kitops_jupyter\n%kit list"
    new_notebook(page, source)
    page.locator(".jp-OutputArea-output").first.wait_for(timeout=60_000)
    assert "Error" not in page.locator(".jp-OutputArea").first.inner_text()
    page.screenshot(path=pictures / "cell.png")
    asked = {"kind": "pull", "reference": "corp/app-model:v1", "filters": [], "directory": "after-restart"}
    made = page.evaluate(
        """async asked => { const answer = await fetch('/kitops/api/jobs', {method: 'POST', body: JSON.stringify(asked),
            headers: {'Content-Type': 'application/json', Authorization: 'token t'}}); return answer.json(); }""",
        {**asked, "on_conflict": "refuse"},
    )
    page.locator("#kitops-panel .kitops-Job.kitops-mod-running").first.wait_for()
    page.evaluate("void window.jupyterapp.serviceManager.kernels.shutdownAll()")
    for _ in range(200):
        (job,) = [each for each in lab.ask("jobs")["jobs"] if each["id"] == made["id"]]
        if job["state"] not in ("waiting", "running"):
            break
        page.wait_for_timeout(200)
    assert job["state"] == "done"
    assert (lab.root / "after-restart" / "data" / "validation.csv").exists()


def test_notebook_7_has_the_panel_too(browser: Any, lab: Lab, pictures: Path) -> None:
    pytest.importorskip("notebook", reason="notebook is not installed")
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error.stack)))
    page.goto(f"http://127.0.0.1:{lab.port}/notebooks/study.ipynb?token=t")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=20_000)
    page.get_by_role("menuitem", name="Kit", exact=True).wait_for()
    command(page, "kitops:open-panel")
    page.locator("#kitops-panel [role=tree]").wait_for(timeout=10_000)
    page.screenshot(path=pictures / "notebook-7.png")
    context.close()
    # JupyterLab's own shortcuts plugin throws this in Notebook 7.6, with and without extensions
    assert not [each for each in faults if "reading 'schema'" not in each or "kitops" in each]
