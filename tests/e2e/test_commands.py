"""Menus, palette, launcher and settings lead to what the panel does; without its server the panel says what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.acts import Camera, command, dialog, open_notebook, open_panel, open_row, row
from tests.e2e.lab import Lab
from tests.operations.projects import make_project

pytestmark = pytest.mark.browser


def items(page: Any) -> list[str]:
    """The names in the menu that is open."""
    found: list[str] = page.locator(".lm-Menu").last.locator(".lm-Menu-itemLabel").all_inner_texts()
    return [name for name in found if name]


def test_a_tag_has_a_menu(page: Any, pictures: Camera) -> None:
    open_row(page, "registry", "corp")
    open_row(page, "repository", "app-model")
    page.locator('#kitops-panel [data-registry][data-reference="corp/app-model:v1"]').click(button="right")
    page.locator(".lm-Menu").get_by_text("Promote").wait_for()
    wanted = {"Open the Kit", "Pull into the Local Store", "Tag…", "Promote…", "Remove…", "Copy the %kit Line"}
    assert wanted <= set(items(page))
    assert "Push…" not in items(page)
    pictures.take(page, "menu", in_both=False)
    page.keyboard.press("Escape")
    row(page, "registry", "corp").click(button="right")
    page.locator(".lm-Menu").get_by_text("Sign In").wait_for()


def test_the_file_browser_packs_a_folder_snapshots_a_notebook_and_judges_a_kitfile(
    page: Any, lab: Lab, pictures: Camera
) -> None:
    folder: Path = make_project(lab.root / "menus" / "project")
    (folder / "Kitfile").write_text("model:\n  nam: forest\n")
    command(page, "filebrowser:open-path", path="menus/project")
    files = page.locator(".jp-DirListing-content")
    for name, wanted in (("src", "Pack as ModelKit…"), ("train.ipynb", "Snapshot into a ModelKit…")):
        files.locator(".jp-DirListing-item").filter(has_text=name).click(button="right")
        page.locator(".lm-Menu").get_by_text(wanted).wait_for()
        page.keyboard.press("Escape")
    files.locator(".jp-DirListing-item").filter(has_text="Kitfile").click(button="right")
    page.locator(".lm-Menu").get_by_text("Validate Kitfile").click()
    verdict = dialog(page, "Kitfile")
    verdict.get_by_text("nam").first.wait_for()
    pictures.take(page, "kitfile-verdict")


def test_the_palette_the_launcher_and_the_menu_have_the_commands(page: Any, pictures: Camera) -> None:
    page.locator(".jp-LauncherCard").filter(has_text="Show ModelKits").wait_for()
    command(page, "apputils:activate-command-palette")
    page.locator("#modal-command-palette input").fill("modelkit")
    for name in ("Show ModelKits", "Pack as ModelKit…", "Refresh ModelKits"):
        page.locator("#modal-command-palette").get_by_text(name).wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("menuitem", name="Kit", exact=True).click()
    page.locator(".lm-Menu").get_by_text("Add a Registry…").wait_for()
    pictures.take(page, "kit-menu", in_both=False)


def test_a_key_leads_from_the_notebook_into_the_panel_also_when_it_is_open(page: Any) -> None:
    open_notebook(page, "study.ipynb")
    page.keyboard.press("Control+Alt+k")
    page.locator("#kitops-panel [role=treeitem]:focus").wait_for()
    page.evaluate("window.openNotebook.sessionContext.shutdown()")


def test_the_settings_are_heard(page: Any, lab: Lab, pictures: Camera) -> None:
    command(page, "settingeditor:open", query="ModelKits")
    page.get_by_text("Parallel transfers").first.wait_for()
    pictures.take(page, "settings", in_both=False)
    with page.expect_request("**/kitops/api/limits*") as asked:
        page.evaluate(
            """async () => { const { serviceManager } = window.jupyterapp;
                await serviceManager.settings.save('kitops-jupyter:settings', '{"parallelTransfers": 5}'); }"""
        )
        page.reload()
    assert asked.value.post_data_json == {"transfers_at_once": 5}
    open_panel(page)
    page.evaluate("window.jupyterapp.serviceManager.settings.save('kitops-jupyter:settings', '{}')")


def test_the_settings_have_the_registries_that_cells_have_and_change_them(
    page: Any, lab: Lab, pictures: Camera
) -> None:
    kept = lab.home / "registries.json"
    before = kept.read_text()
    command(page, "settingeditor:open", query="ModelKits")
    form = page.get_by_role("group", name="Registries")
    form.get_by_role("row", name="corp").wait_for()
    form.get_by_role("button", name="Add a Registry…").press("Enter")
    asked = dialog(page, "Add a registry")
    asked.get_by_label("Address").fill(json.loads(before)["users"]["url"])
    asked.get_by_label("Name in the panel and in references").fill("from-settings")
    page.keyboard.press("Enter")
    asked.wait_for(state="detached")
    form.get_by_role("row", name="from-settings").wait_for()
    pictures.take(page, "settings-registries")
    assert json.loads(kept.read_text())["from-settings"]["plain_http"]
    row(page, "registry", "from-settings").wait_for()
    form.get_by_role("button", name="Remove from-settings").press("Enter")
    dialog(page, "Remove from-settings").locator(".jp-mod-warn").press("Enter")
    form.get_by_role("row", name="from-settings").wait_for(state="detached")
    assert json.loads(kept.read_text()) == json.loads(before)
    kept.write_text(before)


def test_without_its_server_extension_the_panel_says_so(browser: Any, lab: Lab, pictures: Camera) -> None:
    bare = Lab(lab.root, lab.home.parent / "bare" / "home", lab.way)
    bare.home.mkdir(parents=True)
    bare.start("--ServerApp.jpserver_extensions={'kitops_jupyter': False}", route="api/status")
    try:
        page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        page.set_default_timeout(60_000)
        page.goto(f"http://127.0.0.1:{bare.port}/lab?token=t&reset")
        page.locator('[data-id="kitops-panel"]').click()
        page.locator("#kitops-panel").get_by_text("jupyter server extension enable kitops_jupyter").wait_for()
        pictures.take(page, "no-server")
        page.context.close()
    finally:
        bare.end()
