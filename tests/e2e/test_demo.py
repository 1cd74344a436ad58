"""`make demo`: the tutorial, and beside it the panel with a registry that has something in it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

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
    tick,
    unfold,
)
from tests.fakes.ports import free_port

pytestmark = pytest.mark.browser

RUN = Path(__file__).parents[2] / "notebooks" / "run.py"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """What `make demo` starts, on a port that is free."""
    port = free_port()
    flags = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--IdentityProvider.token=t",
        "--LabApp.expose_app_in_browser=True",
    ]
    places = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = {**os.environ, **places, "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings")}
    quiet = tmp_path / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false"}')
    command = [sys.executable, str(RUN), "--lab", "--work", str(tmp_path / "work"), *flags]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True
        )
    try:
        for _ in range(600):  # it trains a few models before it listens
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/lab?token=t"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def test_the_demo_is_toured(browser: Any, address: str, pictures: Camera) -> None:
    """As the README does, whose pictures are made here: `make tour`."""
    page = browser.new_context(viewport={"width": 1280, "height": 760}).new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.add_style_tag(content=".Toastify { visibility: hidden }")  # they come and go
    page.locator(".jp-NotebookPanel h1").filter(has_text="Pack a notebook, its model and its data").wait_for()
    panel = page.locator("#kitops-panel")
    for name in ("biopsies", "diabetes", "iris"):
        panel.locator('[data-kind="repository"]').filter(has_text=name).wait_for()
    panel.locator('[data-kind="repository"]').filter(has_text="iris").click()
    for tag in ("champion", "challenger", "v1", "v2"):
        panel.locator(f'[data-reference="tutorial/iris:{tag}"]').filter(has_text="iB").wait_for()
    pictures.take(page, "tour-panel")
    panel.locator('[data-reference="tutorial/iris:challenger"]').click()
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="tutorial/iris:challenger").last
    show_contents(tab)
    unfold(page, node(tab, "training"))
    tick(node(tab, "dataset"))
    tick(node(tab, "model"))
    tab.locator(".kitops-Into input").first.fill("iris")
    tab.locator(".kitops-Into").get_by_text(re.compile(r"-d (.*/)?iris\b")).wait_for()
    pictures.take(page, "tour-contents")
    tab.get_by_role("button", name="Pull selected").click()
    tab.locator(".kitops-Outcome.kitops-mod-done").wait_for()
    tab.get_by_role("tab", name="Notebook").click()
    tab.get_by_text("Which of three irises is it?").wait_for()
    tab.get_by_text("Looking for notebooks").wait_for(state="detached")
    pictures.take(page, "tour-notebook")
    tab.get_by_role("button", name="Diff with").click()
    box = tab.locator(".kitops-Diff-other input")
    box.fill("tutorial/iris:champion")
    box.press("Enter")
    tab.locator(".kitops-Table .kitops-mod-changed").filter(has_text="forest.skops").first.wait_for()
    pictures.take(page, "tour-diff")
    tab.get_by_role("tab", name="History").click()
    tab.get_by_label("Move this kit to champion").click()
    asked = dialog(page, "Promote")
    asked.get_by_label("What moves").get_by_text("rollback").wait_for()
    pictures.take(page, "tour-promote")
    accept(asked)
    tab.locator(".kitops-Board-place.kitops-mod-here").filter(has_text="champion").wait_for()
    command(page, "kitops:snapshot", path="01_pack.ipynb")
    asked = dialog(page, "Snapshot into a ModelKit")
    asked.locator(".kitops-Preview-layers li").first.wait_for()
    asked.locator("input[type=text], input:not([type])").first.fill("tutorial/mine:tuned")
    pictures.take(page, "tour-snapshot")
    accept(asked)
    job_state(page, "done", "mine:tuned")
    open_notebook(page)
    run_cell(page, "%load_ext kitops_jupyter\n%kit browse tutorial/iris:v2")
    cell = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell-outputArea").first
    cell.get_by_label("validation").first.check()
    cell.get_by_text("--filter").first.wait_for()
    pictures.take(page, "tour-cell")
    page.context.close()
