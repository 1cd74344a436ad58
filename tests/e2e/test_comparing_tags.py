"""The tags of a repository side by side: a page at a time, ordered, plotted, and from there to kits and differences."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import Camera, command, open_row, row
from tests.e2e.conftest import THEMES
from tests.e2e.lab import NASTY, Lab
from tests.operations.projects import write_files

pytestmark = pytest.mark.browser

MODEL = "{path: m.bin, parameters: {metrics: {auc: %s, loss: %s}, params: {depth: %s, seed: 1, note: '%s'}}}"


def pack(lab: Lab, folder: Path, count: int) -> str:
    """A repository of the local store with so many tags, each a day after the other."""
    here = Settings.load({}, home=lab.home)
    repository = f"runs-{os.urandom(3).hex()}"
    write_files(folder, {"m.bin": b"x"})
    for at in range(1, count + 1):
        numbers = round(0.9 - abs(at - count // 2) / count, 4), round(1 / at, 4), at % 7
        text = f"model: {MODEL % (*numbers, NASTY if at == 2 else 'plain')}"
        dated = replace(here, created_epoch_s=1_700_000_000 + 86_400 * at)
        kit.pack(folder, text=text, tag=f"{repository}:v{at}", settings=dated)
    return repository


def log_runs(lab: Lab, folder: Path, repository: str, count: int) -> None:
    """Kits run1 to run<count> of trainings that logged a loss and an accuracy."""
    here = Settings.load({}, home=lab.home)
    write_files(folder, {"run.py": b""})
    for run in range(1, count + 1):
        kit.log_clear()
        for step in range(60):
            kit.log({"loss": 2 / (1 + step * run / 20) + 0.03 * ((step * 7) % 5), "accuracy": 1 - 0.9 ** (step / run)})
        dated = replace(here, created_epoch_s=1_800_000_000 + run)
        kit.pack(folder, tag=f"{repository}:run{run}", propose=True, settings=dated)
    kit.log_clear()


def opened(page: Any) -> Any:
    found = page.locator(".kitops-CompareBody:visible")
    found.get_by_role("table").wait_for()
    return found


def test_tags_are_ordered_plotted_and_compared_by_keyboard(
    page: Any, lab: Lab, tmp_path: Path, judged: Any, pictures: Camera
) -> None:
    repository = pack(lab, tmp_path / "work", 12)
    command(page, "kitops:compare", repository=repository)
    tab = opened(page)
    assert tab.get_by_role("row").count() == 13
    assert tab.get_by_role("img", name="auc").locator("circle").count() == 12
    assert NASTY[:60] in tab.locator("tbody").inner_text()  # as text
    assert "* is the best" in tab.locator("[role=status]").inner_text()
    tab.get_by_role("button", name="auc").press("Enter")
    first = tab.get_by_role("row").nth(1)
    assert "v6" in first.inner_text() and first.locator("strong", has_text="0.9 *").count() == 1
    assert tab.get_by_role("columnheader", name="auc").get_attribute("aria-sort") == "descending"
    pictures.take(page, "compare")
    assert judged(".kitops-CompareBody", THEMES) == []
    for name in ("v1", "v2"):
        tab.get_by_role("checkbox", name=f"Tick {name}", exact=True).press(" ")
    page.set_viewport_size({"width": 600, "height": 900})
    pictures.take(page, "compare-narrow")
    assert tab.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.set_viewport_size({"width": 1400, "height": 900})
    tab.get_by_role("button", name="Diff of the ticked two").press("Enter")
    kit_tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text=f"{repository}:v1").last
    kit_tab.get_by_role("row", name="params.depth 1 2 +1").wait_for()
    kit_tab.get_by_role("tab", name="History").click()
    kit_tab.get_by_role("columnheader", name="auc").wait_for()
    pictures.take(page, "history-metrics")
    kit_tab.get_by_role("button", name="Compare tags").press("Enter")
    opened(page).get_by_role("button", name="v3", exact=True).press("Enter")
    page.locator(".kitops-Kit:visible").filter(has_text=f"{repository}:v3").wait_for()


def test_what_was_logged_is_drawn_over_its_steps_when_it_is_asked_for(
    page: Any, lab: Lab, tmp_path: Path, judged: Any, pictures: Camera
) -> None:
    repository = pack(lab, tmp_path / "plain", 1)
    log_runs(lab, tmp_path / "runs", repository, 6)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "api/compare/series" in request.url else None)
    command(page, "kitops:compare", repository=repository)
    tab = opened(page)
    tab.get_by_role("checkbox", name="Tick v1", exact=True).press(" ")
    for at in range(2, 7):
        tab.get_by_role("checkbox", name=f"Tick run{at}", exact=True).press(" ")
    assert asked == []
    tab.get_by_role("button", name="Draw over steps").press("Enter")
    steps = tab.get_by_role("region", name="Metrics over steps")
    loss = steps.get_by_role("img", name="loss by step")
    loss.wait_for()
    assert loss.locator("polyline").count() == 5
    assert "run6: " in steps.get_by_role("figure", name="loss by step").get_by_role("listitem").first.inner_text()
    assert steps.get_by_role("status").inner_text() == "No series was logged: v1"
    assert len(asked) == 1
    pictures.take(page, "compare-steps")
    assert judged(".kitops-CompareBody", THEMES) == []
    page.set_viewport_size({"width": 600, "height": 900})
    pictures.take(page, "compare-steps-narrow")
    assert tab.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.set_viewport_size({"width": 1400, "height": 900})
    steps.get_by_role("button", name="Hide the steps").press("Enter")
    steps.wait_for(state="detached")


def test_many_tags_come_a_page_at_a_time(page: Any, lab: Lab, tmp_path: Path) -> None:
    repository = pack(lab, tmp_path / "work", 230)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "kitops/api/compare" in request.url else None)
    command(page, "kitops:compare", repository=repository)
    tab = opened(page)
    tab.get_by_text("100 of 230 tags").wait_for()
    assert len(asked) == 1
    tab.get_by_role("button", name="Show more tags").press("Enter")
    tab.get_by_text("200 of 230 tags").wait_for()
    tab.locator(".kitops-Compare").evaluate("node => node.scrollTo(0, node.scrollHeight)")
    tab.get_by_role("status").get_by_text("230 tags", exact=False).first.wait_for()
    page.wait_for_timeout(500)
    assert len(asked) == 3


def test_the_menu_of_a_repository_and_the_palette_lead_there(page: Any, pictures: Camera) -> None:
    open_row(page, "registry", "corp")
    row(page, "repository", "app-model").click(button="right")
    page.get_by_role("menuitem", name="Compare Tags").click()
    found = opened(page)
    assert {"v1", "champion", "challenger"} <= set(found.get_by_role("row").get_by_role("button").all_inner_texts())
    command(page, "kitops:compare", isAsked=True)
    page.locator(".jp-Dialog input").fill("corp/big")
    page.keyboard.press("Enter")
    page.locator(".kitops-CompareBody:visible").filter(has_text="corp/big").get_by_role("table").wait_for()
