"""Variables of a notebook's kernel are ticked in the snapshot dialog, packed by the kernel, and loaded elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import (
    Camera,
    accept,
    command,
    dialog,
    job_state,
    node,
    open_notebook,
    run_cell,
    show_contents,
)
from tests.e2e.conftest import THEMES
from tests.e2e.lab import Lab, write_notebook

pytestmark = pytest.mark.browser

SET = """
import numpy as np, pandas as pd
from sklearn.linear_model import LinearRegression
train = pd.DataFrame({"age": [20, 30, 40, 50]})
clf = LinearRegression().fit(train[["age"]], [2.0, 3.0, 4.0, 5.0])
auc, lr, weights = 0.93, {"lr": 0.01}, np.zeros((1000, 50))
"""


@pytest.fixture
def here(lab: Lab) -> Settings:
    """The settings that the server has."""
    return Settings.load({}, home=lab.home)


@pytest.fixture
def study(page: Any, lab: Lab, request: pytest.FixtureRequest) -> Path:
    """The folder of an open notebook whose kernel has variables."""
    folder = lab.root / str(request.node.name)[5:30]
    folder.mkdir()
    write_notebook(folder / "study.ipynb")
    open_notebook(page, f"{folder.name}/study.ipynb")
    page.evaluate("window.openNotebook.content.activeCellIndex = 1")
    run(page, SET)
    return folder


def run(page: Any, source: str) -> None:
    """Run a cell of the open notebook to its end."""
    run_cell(page, source)
    page.wait_for_timeout(300)
    idle(page)


def idle(page: Any) -> None:
    page.wait_for_function("window.openNotebook.sessionContext.session?.kernel?.status === 'idle'")


def variables(page: Any) -> Any:
    """The variables in the open snapshot dialog."""
    return dialog(page, "Snapshot into a ModelKit").get_by_role("region", name="Variables in the kernel")


def snapshot(page: Any) -> Any:
    """Open the dialog, and have its kernel load the extension by the keys alone."""
    command(page, "kitops:snapshot")
    asked = dialog(page, "Snapshot into a ModelKit")
    load = variables(page).get_by_role("button", name="Run %load_ext kitops_jupyter")
    load.focus()
    page.keyboard.press("Enter")
    variables(page).get_by_label("Pack the variable clf").wait_for()
    return asked


def test_ticked_variables_are_packed_by_their_kernel_by_keys_alone(
    page: Any, lab: Lab, here: Settings, study: Path, pictures: Camera, judged: Any
) -> None:
    asked = snapshot(page)
    shown = variables(page)
    assert "4 × 1" in shown.get_by_role("listitem").filter(has_text="pandas.DataFrame").inner_text()
    assert "0.93" not in shown.inner_text()
    for name in ("clf", "train", "auc", "lr"):
        shown.get_by_label(f"Pack the variable {name}", exact=True).focus()
        page.keyboard.press("Space")
    assert [shown.get_by_label(f"Pack {name} as").input_value() for name in ("clf", "train", "auc", "lr")] == [
        *("model", "dataset", "metric", "param")
    ]
    asked.get_by_label("Name of the kit").fill("live:v1")
    asked.get_by_label("Record the environment").uncheck()
    words = "--model clf --dataset train --metric auc=auc --param lr=lr"
    line = f"%kit pack . --notebook study.ipynb -t live:v1 {words}"
    asked.locator(".kitops-Line-text").get_by_text(line, exact=True).wait_for()
    pictures.take(page, "variables")
    assert judged(".jp-Dialog-content", THEMES) == []
    page.set_viewport_size({"width": 600, "height": 900})
    page.wait_for_timeout(300)
    shown.scroll_into_view_if_needed()
    pictures.take(page, "variables-narrow")
    page.set_viewport_size({"width": 1400, "height": 900})
    asked.locator(".jp-Dialog-footer .jp-mod-accept:not([disabled])").focus()
    page.keyboard.press("Enter")
    asked.wait_for(state="detached")
    job_state(page, "done", "live:v1")
    pictures.take(page, "variables-packed")
    found = kit.info("live:v1", settings=here).kitfile
    assert found.model is not None
    assert (found.model.path, found.model.parameters["metrics"]) == ("models/clf.skops", {"auc": 0.93})
    assert found.model.parameters["params"]["lr"] == {"lr": 0.01}
    objects = kit.load("live:v1", settings=here)
    assert objects["train"].age.tolist() == [20, 30, 40, 50]
    assert objects["clf"].predict(objects["train"]).round(6).tolist() == [2.0, 3.0, 4.0, 5.0]


def test_a_busy_kernel_is_said_and_its_variables_are_listed_when_it_is_idle(page: Any, study: Path) -> None:
    run(page, "%load_ext kitops_jupyter")
    run_cell(page, "import time; time.sleep(6); late = 1")
    page.wait_for_function("window.openNotebook.sessionContext.session.kernel.status === 'busy'")
    command(page, "kitops:snapshot")
    variables(page).get_by_text("The kernel is busy").wait_for()
    dialog(page, "Snapshot").locator(".kitops-Preview-layers").get_by_text("study.ipynb").wait_for()
    variables(page).get_by_label("Pack the variable late").wait_for()


def test_why_a_variable_cannot_be_packed_is_said_in_the_transfers(page: Any, study: Path) -> None:
    run(page, "class Own(LinearRegression):\n    pass\nclf = Own().fit(train, train.age)")
    asked = snapshot(page)
    variables(page).get_by_label("Pack the variable clf", exact=True).check()
    asked.get_by_label("Name of the kit").fill("refused:v1")
    accept(asked)
    failed = job_state(page, "failed", "refused:v1")
    assert "clf" in failed.inner_text()
    run(page, "clf = LinearRegression().fit(train, train.age)")
    failed.get_by_role("button", name="Try again").click()
    job_state(page, "done", "refused:v1")


def test_a_pack_in_the_kernel_is_cancelled_from_the_transfers(page: Any, lab: Lab, here: Settings, study: Path) -> None:
    with (study / "large.bin").open("wb") as large:
        large.truncate(60 << 30)  # takes no room on the disk
    asked = snapshot(page)
    variables(page).get_by_label("Pack the variable train", exact=True).check()
    asked.get_by_label("Name of the kit").fill("stopped:v1")
    accept(asked)
    running = job_state(page, "running", "stopped:v1")
    running.get_by_role("button", name="Cancel").click()
    job_state(page, "cancelled", "stopped:v1")
    idle(page)
    assert not [each for each in kit.list_kits(settings=here).kits if "stopped" in each.repository]
    (study / "large.bin").unlink()


def test_a_kits_variables_are_loaded_into_a_new_notebook_and_one_of_them_into_the_same(
    page: Any, lab: Lab, here: Settings, pictures: Camera
) -> None:
    folder = lab.home.parent / "loaded"
    folder.mkdir()
    frame, weights = pandas.DataFrame({"age": [20, 30], "city": ["Ä", None]}), numpy.arange(6.0).reshape(2, 3)
    kit.pack(folder, tag="loads:v1", propose=True, models={"w": weights}, datasets={"train": frame}, settings=here)
    command(page, "kitops:open-kit", reference="loads:v1")
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="loads:v1").last
    tab.get_by_role("button", name="Load into a notebook").focus()
    page.keyboard.press("Enter")
    source = "window.jupyterapp.shell.currentWidget?.content?.activeCell?.model.sharedModel.source"
    page.wait_for_function(f"{source}?.includes('%kit load')")
    assert page.evaluate(source) == "%load_ext kitops_jupyter\n%kit load loads:v1"
    page.evaluate("void (window.openNotebook = window.jupyterapp.shell.currentWidget)")
    page.evaluate("window.openNotebook.sessionContext.ready")
    page.keyboard.press("Shift+Enter")
    output = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell-outputArea")
    output.get_by_text("train.parquet").first.wait_for()
    pictures.take(page, "loaded")
    run(page, "print(w.tolist(), train.to_json(force_ascii=False))")
    output.get_by_text(f"{weights.tolist()} {frame.to_json(force_ascii=False)}").wait_for()
    page.locator("#jp-main-dock-panel .lm-TabBar-tab").filter(has_text="loads:v1").click()
    show_contents(tab)
    node(tab, "train.parquet").click()
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Load into a Notebook").wait_for()
    pictures.take(page, "load-menu")
    page.get_by_role("menuitem", name="Load into a Notebook").click()
    page.wait_for_function(f"{source}?.includes('train')")
    assert page.evaluate(source) == "%kit load loads:v1 train"
    page.evaluate("window.openNotebook.sessionContext.shutdown()")
