"""Two kits side by side: what is inside their files, by keyboard, for those who use no eyes, and in a narrow window."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import CRAWL_BYTES_PER_S, Camera, command
from tests.e2e.conftest import THEMES
from tests.e2e.lab import NASTY, Lab
from tests.operations.projects import write_files

pytestmark = pytest.mark.browser

KITFILE = """
package: {name: churn}
model: {path: weights.npy, framework: numpy, parameters: {metrics: {auc: %s, loss: %s}, params: {depth: %s}}}
code: [{path: .}]
"""


def notebook(*sources: str) -> bytes:
    cells = [
        {"cell_type": "code", "id": f"c{at}", "metadata": {}, "source": text, "outputs": [], "execution_count": at}
        for at, text in enumerate(sources)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def array(count: int) -> bytes:
    """A `.npy` of random bytes."""
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count},), }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + os.urandom(count)


def files_of(version: int) -> dict[str, bytes]:
    rows = "".join(f"{at},{at * version},same\n" for at in range(50))
    lines = [f"line {at}" for at in range(40)]
    lines[10] = f"alpha = {version}.0  # {NASTY}"
    lines[30:30] = ["a new line"] * (version - 1)
    cells = ["import pandas as pd", f"model = fit(depth={version})\nprint('{NASTY}')", "model.score()"]
    return {
        "train.ipynb": notebook(*cells, *["plot(model)"][: version - 1]),
        "rows.csv": f"id,value,label\n{rows}".encode(),
        "train.py": "\n".join(lines).encode(),
        "config.json": json.dumps({"depth": version, "names": ["a", "b"], "text": NASTY * version}).encode(),
        "weights.npy": array(12 << 20),
    }


@pytest.fixture(scope="module")
def pair(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A repository of `corp` with v1 and v2."""
    return make_pair(lab, tmp_path_factory.mktemp("pair"))


def make_pair(lab: Lab, folder: Path) -> str:
    here = Settings.load({}, home=lab.home.parent / "other")
    repository = f"corp/pair-{os.urandom(3).hex()}"
    for version in (1, 2):
        write_files(folder / f"v{version}", files_of(version))
        at = replace(here, created_epoch_s=1_700_000_000 + 86_400 * version)
        text = KITFILE % (round(0.8 + version / 50, 2), 0.4 / version, version)
        kit.pack(folder / f"v{version}", text=text, tag=f"{repository}:v{version}", settings=at)
        kit.push(f"{repository}:v{version}", settings=here)
    return repository


def open_tab(page: Any, reference: str) -> Any:
    command(page, "kitops:open-kit", reference=reference)
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text=reference).last
    tab.get_by_role("tab", name="Diff").wait_for()
    return tab


def compare(page: Any, pair: str) -> Any:
    """The Diff of v2 with v1, by keyboard alone."""
    tab = open_tab(page, f"{pair}:v2")
    tab.get_by_role("tab", name="Overview").focus()
    for name in ("Contents", "Kitfile", "Notebook", "Diff"):
        page.keyboard.press("ArrowRight")
        tab.get_by_role("tab", name=name, selected=True).wait_for()
    tab.get_by_label("Compare with").wait_for()
    page.wait_for_function("document.activeElement.tagName === 'INPUT'")
    page.keyboard.type(f"{pair}:v1")
    page.keyboard.press("Enter")
    tab.get_by_role("button", name="Swap").wait_for()
    return tab


def unfold(page: Any, tab: Any, name: str) -> Any:
    """Unfold a file by keyboard; what is inside, once it is there."""
    button = tab.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")
    inside = tab.locator(f"[id='{button.get_attribute('aria-controls')}']")
    inside.locator(".kitops-Fold, td > .kitops-Button").first.wait_for()
    return inside


def test_what_is_inside_each_file_is_seen_side_by_side(page: Any, pair: str, judged: Any, pictures: Camera) -> None:
    tab = compare(page, pair)
    assert tab.locator(".kitops-Diff-side").all_inner_texts() == [f"Before {pair}:v1", f"After {pair}:v2"]
    assert tab.get_by_role("row", name="metrics.auc 0.82 0.84 +0.02").count() == 1
    text = unfold(page, tab, "train.py")
    changed = text.locator("tr").filter(has_text="alpha")
    assert changed.locator(".kitops-mod-removed").inner_text().startswith("− alpha = 1.0")
    assert changed.locator(".kitops-mod-added").inner_text().startswith("+ alpha = 2.0")
    cells = unfold(page, tab, "train.ipynb")
    titles = cells.get_by_role("heading").all_inner_texts()
    assert titles == ["~ code cell 2: source +1 −1 lines", "+ code cell 4: added"]
    assert NASTY in cells.inner_text()  # as text
    table = unfold(page, tab, "rows.csv")
    assert "~ value" in table.inner_text() and "~ label" not in table.inner_text()
    values = unfold(page, tab, "config.json")
    assert values.get_by_role("row", name="depth 1 2 +1").count() == 1
    large = unfold(page, tab, "weights.npy")
    assert large.locator(".kitops-Fold").count() == 0  # 24 MB are not looked into unasked
    large.get_by_role("button", name="Compare what is in it (24.0 MiB)").press("Enter")
    large.locator(".kitops-Fold").wait_for()
    assert "norm of the difference" in large.inner_text()
    tab.locator(".kitops-TabPanel").evaluate("node => node.scrollTo(0, 0)")
    pictures.take(page, "diff")
    text.scroll_into_view_if_needed()
    pictures.take(page, "diff-inside")
    cells.evaluate("node => node.scrollIntoView()")
    pictures.take(page, "diff-notebook")
    place = f"#{tab.get_attribute('id')}".replace("/", "\\/").replace(":", "\\:")
    assert judged(place, THEMES) == []
    page.set_viewport_size({"width": 600, "height": 900})
    text.locator(".kitops-Source").wait_for()
    assert text.locator(".kitops-Sides").count() == 0
    text.scroll_into_view_if_needed()
    pictures.take(page, "diff-narrow")
    assert tab.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_the_sides_are_swapped_and_what_is_inside_turns_with_them(page: Any, pair: str) -> None:
    tab = compare(page, pair)
    tab.get_by_role("button", name="Swap").press("Enter")
    tab.locator(".kitops-Diff-side").first.get_by_text(f"{pair}:v2").wait_for()
    values = unfold(page, tab, "config.json")
    assert values.get_by_role("row", name="depth 2 1 -1").count() == 1


def test_a_deep_comparison_is_cancelled_and_then_done(page: Any, lab: Lab, tmp_path: Path, pictures: Camera) -> None:
    tab = compare(page, make_pair(lab, tmp_path))
    with lab.way.at(CRAWL_BYTES_PER_S):
        tab.get_by_role("button", name="Compare deeply").press("Enter")
        tab.get_by_text("MiB read").wait_for()
        pictures.take(page, "diff-deep", in_both=False)
        tab.get_by_role("button", name="Cancel").press("Enter")
        tab.get_by_role("button", name="Compare deeply").wait_for()
    assert tab.get_by_role("button", name="train.py", exact=True).count() == 1
    tab.get_by_role("button", name="Compare deeply").press("Enter")
    tab.get_by_text("1 tensor of 1").wait_for()
    assert "--deep" in tab.locator(".kitops-Line").inner_text()


def test_a_kit_is_compared_with_a_folder_of_the_server(page: Any, lab: Lab, pair: str, tmp_path: Path) -> None:
    write_files(lab.root / "mine", {**files_of(2), "Kitfile": (KITFILE % (0.84, 0.2, 2)).encode(), "train.py": b"x"})
    tab = open_tab(page, f"{pair}:v2")
    tab.get_by_role("tab", name="Diff").click()
    tab.get_by_label("Compare with").fill("./mine")
    tab.get_by_role("button", name="Compare", exact=True).click()
    tab.get_by_role("button", name="Swap").wait_for()
    assert f"{pair}:v2 {lab.root}/mine" in tab.locator(".kitops-Line").inner_text()
    assert unfold(page, tab, "train.py").locator(".kitops-mod-added").inner_text() == "+ x"
