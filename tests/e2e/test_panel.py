"""The panel in a real browser: look, tick, pull, watch, cancel, and go on after everything that can end."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import CRAWL_BYTES_PER_S, Camera, job_state, node, open_kit, open_panel, open_row, row, tick, unfold
from tests.e2e.lab import NASTY, Lab
from tests.operations.projects import FILES, files_in

pytestmark = pytest.mark.browser


def test_registries_are_browsed_and_one_that_fails_hides_no_other(page: Any, lab: Lab, pictures: Camera) -> None:
    open_row(page, "registry", "dead")
    page.locator("#kitops-panel").get_by_role("button", name="Try again").wait_for()
    open_row(page, "registry", "corp")
    open_row(page, "repository", "app-model")
    for tag in ("challenger", "champion", "v1"):
        page.locator(f'#kitops-panel [data-reference="corp/app-model:{tag}"]').filter(has_text="MiB").wait_for()
    pictures.take(page, "panel")


def test_one_dataset_and_one_file_are_ticked_and_nothing_else_is_pulled(page: Any, lab: Lab, pictures: Camera) -> None:
    tab = open_kit(page, "corp/app-model:challenger")
    tick(node(tab, "validation"))
    unfold(page, node(tab, "training"))
    tick(tab.locator('.kitops-Node[aria-level="2"]').filter(has_text="part-2"))
    tab.locator(".kitops-Into input").first.fill("mine")
    tab.locator(".kitops-Into").get_by_text(re.compile(r"-d (.*/)?mine\b")).wait_for()
    pictures.take(page, "contents")
    before, stored = lab.way.carried_bytes, files_in(lab.home / "storage")
    tab.get_by_text("Pull selected").click()
    job_state(page, "done", "mine")
    wanted = ("data/validation.csv", "data/training/part-2.csv")
    assert files_in(lab.root / "mine") == {name: FILES[name] for name in sorted(wanted)}
    (last,) = [each for each in lab.ask("jobs")["jobs"] if each["result"] and each["result"]["directory"] == "mine"]
    assert last["result"]["size_bytes"] == sum(len(FILES[name]) for name in wanted)
    assert lab.way.carried_bytes - before < 64 << 10  # manifest, config and index; the model alone has 40 MiB
    assert files_in(lab.home / "storage") == stored


def test_a_pull_is_watched_cancelled_and_gone_on_with_after_all_that_can_end(
    page: Any, lab: Lab, pictures: Camera
) -> None:
    open_row(page, "registry", "corp")
    open_row(page, "repository", "app-model")
    found = page.locator('#kitops-panel [data-reference="corp/app-model:champion"]')
    found.hover()
    found.get_by_role("button", name="Pull").first.click()
    with lab.way.at(CRAWL_BYTES_PER_S):
        going = job_state(page, "running")
        page.wait_for_function("document.querySelector('.kitops-Job-told')?.textContent.includes('B/s')")
        pictures.take(page, "transfer")
        going.get_by_label("Cancel").click()
    job_state(page, "cancelled").get_by_label("Try again").click()
    while newest(lab)["done_bytes"] < 8 << 20:
        page.wait_for_timeout(50)
    with lab.way.at(CRAWL_BYTES_PER_S):
        page.reload()  # the page
        open_panel(page)
        job_state(page, "running")
        lab.end(kill=True)  # the server
    lab.start()
    page.goto(f"http://127.0.0.1:{lab.port}/lab?token=t")
    open_panel(page)
    page.locator("#kitops-panel .kitops-Job.kitops-mod-done").filter(has_text="champion").wait_for()
    digest = kit.inspect("corp/app-model:champion", settings=Settings.load({}, home=lab.home)).digest
    (job,) = [each for each in lab.ask("jobs")["jobs"] if each["reference"] == "corp/app-model:champion"]
    assert job["result"]["digest"] == digest
    assert any(item["note"] == "resumed" for item in job["items"])


def newest(lab: Lab) -> dict[str, Any]:
    jobs: list[dict[str, Any]] = lab.ask("jobs")["jobs"]
    return max(jobs, key=lambda job: job["started"])


def test_a_notebook_diff_and_history_are_looked_at_and_nothing_runs(page: Any, pictures: Camera) -> None:
    tab = open_kit(page, "corp/app-model:v1")
    tab.get_by_role("tab", name="Notebook").click()
    tab.locator("h1").filter(has_text="study").wait_for()
    assert tab.locator("script, img").count() == 0
    tab.get_by_text("Looking for notebooks").wait_for(state="detached")
    pictures.take(page, "notebook")
    tab.get_by_role("tab", name="History").click()
    tab.get_by_text("Lifecycle").wait_for()
    pictures.take(page, "history")
    tab.get_by_role("tab", name="Kitfile").click()
    tab.get_by_text("name: churn").first.wait_for()
    tab.get_by_role("tab", name="Diff").click()
    box = tab.locator("input").last
    box.fill("corp/app-model:champion")
    box.press("Escape")
    tab.get_by_text("Compare", exact=True).click()
    tab.get_by_text("changed").first.wait_for()
    pictures.take(page, "diff")


def test_data_that_lies_elsewhere_is_ticked_and_comes(page: Any, lab: Lab, pictures: Camera) -> None:
    tab = open_kit(page, "corp/built:v1")
    node(tab, "forest").get_by_text("from corp/app-model:v1").wait_for()
    data = node(tab, "rows")
    data.get_by_text("remote: corp/app-model:v1").wait_for()
    tick(data)
    tab.locator(".kitops-Into input").first.fill("from-elsewhere")
    tab.locator(".kitops-Into").get_by_text(re.compile(r"--include-remote -d (.*/)?from-elsewhere\b")).wait_for()
    pictures.take(page, "elsewhere")
    tab.get_by_role("button", name="Pull selected").click()
    tab.locator(".kitops-Outcome.kitops-mod-done").wait_for()
    data_files = {name: data for name, data in FILES.items() if name.startswith("data/")}
    assert files_in(lab.root / "from-elsewhere") == {f"data/{name}": data for name, data in data_files.items()}


def test_a_kit_with_a_nasty_name_is_shown_as_text(page: Any) -> None:
    tab = open_kit(page, "corp/nasty:v1")
    tab.get_by_role("tab", name="Kitfile").click()
    tab.get_by_text("onerror").first.wait_for()
    assert page.locator("img[src=x]").count() == 0
    assert NASTY  # and the fixture looks whether anything of it ran


def test_a_sign_in_is_a_form_and_its_secret_goes_only_once(page: Any, lab: Lab, pictures: Camera) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    row(page, "registry", "users").click()
    page.locator("#kitops-panel").get_by_role("button", name="Sign in").click()
    dialog = page.locator(".jp-Dialog")
    dialog.wait_for()
    pictures.take(page, "sign-in")
    dialog.locator("input:not([type=password]):not([type=checkbox])").last.fill("user")
    dialog.locator("input[type=password]").fill("hunter2")
    dialog.locator("input[type=password]").press("Enter")
    row(page, "registry", "users").get_by_text("signed in").wait_for()
    assert [text.count("hunter2") for text in sent if "hunter2" in text] == [1]
    assert "hunter2" not in json.dumps(lab.ask("status"))
    assert "hunter2" not in page.content()
    lab.change("POST", "logout", {"registry": "users"})
