"""`make demo`: the tutorial, and beside it the panel with a registry that has something in it."""

from __future__ import annotations

import os
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

from tests.e2e.acts import Camera, node, unfold

pytestmark = pytest.mark.browser

RUN = Path(__file__).parents[2] / "notebooks" / "run.py"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """What `make demo` starts, on a port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
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


def test_the_demo_shows_the_tutorial_and_kits_of_a_colleague(browser: Any, address: str, pictures: Camera) -> None:
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.locator(".jp-NotebookPanel h1").filter(has_text="Pack a notebook, its model and its data").wait_for()
    panel = page.locator("#kitops-panel")
    for name in ("biopsies", "diabetes", "iris"):
        panel.locator('[data-kind="repository"]').filter(has_text=name).wait_for()
    panel.locator('[data-kind="repository"]').filter(has_text="iris").click()
    for tag in ("champion", "challenger", "v1", "v2"):
        panel.locator(f'[data-reference="tutorial/iris:{tag}"]').filter(has_text="iB").wait_for()
    pictures.take(page, "demo")
    panel.locator('[data-reference="tutorial/iris:challenger"]').click()
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="tutorial/iris:challenger").last
    unfold(page, node(tab, "validation"))
    tab.get_by_role("tab", name="Notebook").click()
    tab.get_by_text("Which of three irises is it?").wait_for()
    pictures.take(page, "demo-notebook")
    page.context.close()
