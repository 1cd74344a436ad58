"""Other ways in: by keyboard only, beside a cell whose kernel is restarted, and in Notebook 7."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.acts import (
    CRAWL_BYTES_PER_S,
    Camera,
    command,
    ended,
    job_state,
    node,
    open_notebook,
    open_row,
    row,
    run_cell,
    show_contents,
    tick,
)
from tests.e2e.lab import Lab
from tests.operations.projects import FILES, files_in

pytestmark = pytest.mark.browser

FOCUSED = "#kitops-panel .kitops-Row:focus"
PART = ".kitops-Parts [role=treeitem]"


def test_a_kit_is_found_opened_and_ticked_by_keyboard_alone(page: Any) -> None:
    page.locator("#kitops-panel input").first.focus()
    _tab_to(page, page.locator(FOCUSED))
    page.keyboard.press("Home")
    for kind, name in (("registry", "corp"), ("repository", "app-model")):
        row(page, kind, name).wait_for()
        _walk(page, name)
        if page.locator(FOCUSED).get_attribute("aria-expanded") != "true":
            page.keyboard.press("ArrowRight")
        page.locator(f'{FOCUSED}[aria-expanded="true"]').wait_for()
    page.locator('#kitops-panel [data-reference="corp/app-model:v1"]').wait_for()
    _walk(page, "v1")
    page.keyboard.press("Enter")
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="corp/app-model:v1").last
    show_contents(tab)
    _tab_to(page, tab.locator(f"{PART}:focus"))
    page.keyboard.press("Home")
    page.keyboard.press("v")
    tab.locator(f"{PART}:focus").filter(has_text="validation").wait_for()
    page.keyboard.press(" ")
    tab.locator(".kitops-Into").get_by_text("datasets:").wait_for()


def _tab_to(page: Any, wanted: Any) -> None:
    for _ in range(40):
        if wanted.count():
            return
        page.keyboard.press("Tab")
        page.wait_for_timeout(50)
    raise AssertionError("Tab does not lead there")


def _walk(page: Any, name: str) -> None:
    """Down with the arrow until the row with the focus says this; each step is waited for."""
    for _ in range(40):
        if page.locator(f"{FOCUSED} .kitops-Row-label").inner_text() == name:
            return
        before = page.evaluate_handle("document.activeElement")
        page.keyboard.press("ArrowDown")
        page.wait_for_function("before => document.activeElement !== before", arg=before)
    raise AssertionError(f"{name} is not reached")


def test_a_transfer_outlives_the_kernel_beside_it(page: Any, lab: Lab, pictures: Camera) -> None:
    open_notebook(page)
    run_cell(page, "%load_ext kitops_jupyter\n%kit remove corp/big:v1\n%kit list")  # another test may have pulled it
    output = page.locator(".jp-OutputArea-output").first
    output.wait_for(timeout=60_000)
    assert "Traceback" not in output.inner_text()
    pictures.take(page, "cell")
    with lab.way.at(CRAWL_BYTES_PER_S):
        command(page, "kitops:pull", reference="corp/big:v1")
        job_state(page, "running", "big:v1")
        page.evaluate("window.openNotebook.sessionContext.restartKernel()")
    assert ended(page, lab, "corp/big:v1")["state"] == "done"


def test_notebook_7_has_the_panel_and_kits_too(browser: Any, lab: Lab, pictures: Camera) -> None:
    pytest.importorskip("notebook", reason="notebook is not installed")
    context = browser.new_context(viewport={"width": 1400, "height": 1800})  # only rows in sight are in the page
    page = context.new_page()
    page.set_default_timeout(60_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error.stack)))
    page.goto(f"http://127.0.0.1:{lab.port}/notebooks/study.ipynb?token=t")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.get_by_role("menuitem", name="Kit", exact=True).wait_for()
    command(page, "kitops:open-panel")
    page.locator("#kitops-panel [role=tree]").wait_for()
    for reference in ("corp/app-model:v1", "corp/app-model:challenger"):
        open_row(page, "registry", "corp")
        open_row(page, "repository", "app-model")
        page.locator(f'#kitops-panel [data-registry][data-reference="{reference}"]').click()
        tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text=reference).last
        show_contents(tab)
    tick(node(tab, "validation"))
    tab.locator(".kitops-Into input").first.fill("in-notebook-7")
    tab.locator(".kitops-Into").get_by_text(re.compile(r"-d (.*/)?in-notebook-7\b")).wait_for()
    pictures.take(page, "notebook-7", in_both=False)
    tab.get_by_role("button", name="Pull selected").click()
    tab.locator(".kitops-Outcome.kitops-mod-done").wait_for()
    name = "data/validation.csv"
    assert files_in(lab.root / "in-notebook-7") == {name: FILES[name]}
    context.close()
    # some of Notebook's versions have page errors of their own, with and without extensions
    assert not [each for each in faults if "kitops" in each]
