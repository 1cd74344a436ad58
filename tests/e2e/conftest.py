"""A real JupyterLab with the extension, a real Chromium, and a real registry with kits in it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.fakes.slow_way import slow_way
from tests.operations.projects import make_project
from tests.registry.conftest import Real, plain, with_users  # noqa: F401  (fixtures)

BROWSER_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
BYTES_PER_S = 8 << 20
NASTY = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


@dataclass
class Lab:
    """A running JupyterLab, its folder and its home of kits."""

    root: Path
    home: Path
    registry: str
    users: str
    port: int = 0
    process: Any = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; on the port it had, if it had one."""
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as probe:
                self.port = probe.getsockname()[1]
        folder = self.home.parent
        quiet = folder / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
        quiet.parent.mkdir(parents=True, exist_ok=True)
        quiet.write_text('{"fetchNews": "false"}')
        environment = {
            **os.environ,
            "KITOPS_HOME": str(self.home),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        }
        words = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={self.port}"]
        words += ["--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"]
        words += ["--ServerApp.port_retries=0", "--IdentityProvider.token=t", f"--ServerApp.root_dir={self.root}"]
        log = (folder / "log").open("ab")
        self.process = subprocess.Popen(words, env=environment, cwd=self.root, stdout=log, stderr=log)
        log.close()
        for _ in range(300):
            try:
                self.ask("status")
                return
            except OSError:
                time.sleep(0.2)
        pytest.fail((folder / "log").read_text("utf-8", "replace")[-3000:])

    def ask(self, route: str) -> Any:
        """What the server says."""
        url = f"http://127.0.0.1:{self.port}/kitops/api/{route}"
        request = urllib.request.Request(url, headers={"Authorization": "token t"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def end(self, *, kill: bool = False) -> None:
        """End it, or kill it as the system would."""
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(30)


@pytest.fixture(scope="session")
def lab(
    tmp_path_factory: pytest.TempPathFactory,
    plain: Real,  # noqa: F811
    with_users: Real,  # noqa: F811
) -> Iterator[Lab]:
    """JupyterLab; `corp` is a registry with kits, slow enough to look at, `dead` is one that does not answer."""
    folder = tmp_path_factory.mktemp("lab")
    home, root, other = folder / "home", folder / "root", folder / "other"
    for each in (home, root, other):
        each.mkdir()
    with slow_way(plain.host, BYTES_PER_S) as slow:
        named = {"corp": {"url": f"http://{plain.host}"}, "dead": {"url": "http://127.0.0.1:9"}}
        named["users"] = {"url": f"http://{with_users.host}"}
        (other / "registries.json").write_text(json.dumps(named))
        _fill(folder / "project", Settings.load({}, home=other))
        (home / "registries.json").write_text(json.dumps({**named, "corp": {"url": f"http://{slow}"}}))
        _notebook(root / "study.ipynb")
        made = Lab(root, home, "corp", "users")
        made.start()
        yield made
        made.end()


def _fill(project: Path, settings: Settings) -> None:
    """Kits of a colleague: three tags of one, with a model that takes seconds, and one with a nasty name."""
    make_project(project)
    (project / "model" / "forest.bin").write_bytes(os.urandom(40 << 20))
    _notebook(project / "train.ipynb")
    for tag in ("champion", "challenger", "v1"):
        (project / "README.md").write_text(f"# {tag}\n")
        kit.pack(project, tag=f"corp/app-model:{tag}", settings=settings)
    kit.push("corp/app-model:v1", all_tags=True, settings=settings)
    nasty = project.parent / "nasty"
    nasty.mkdir()
    (nasty / "a b<c>.txt").write_text("x")
    text = json.dumps({"package": {"name": NASTY, "description": NASTY}, "docs": [{"path": "a b<c>.txt"}]})
    kit.pack(nasty, text=text, tag="corp/nasty:v1", settings=settings)
    kit.push("corp/nasty:v1", settings=settings)


def _notebook(path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# A study\n{NASTY}"},
        {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": 1, "source": "print(1)", "outputs": []},
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": spec, "cells": cells}))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium; its event loop ends with the module, so that others of this process may have theirs."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed (Debian: apt install chromium)")
    with api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=program, args=BROWSER_FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, lab: Lab) -> Iterator[Any]:
    """JupyterLab in a tab, with the panel open; ends with no error of the page's own."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"http://127.0.0.1:{lab.port}/lab?token=t&reset")
    open_panel(page)
    yield page
    assert page.evaluate("window.hacked") is None
    context.close()
    assert not faults


def open_panel(page: Any) -> None:
    """Show the panel, whatever the layout was."""
    page.wait_for_selector("#jp-main-dock-panel .lm-TabBar-tab")
    panel = page.locator("#kitops-panel")
    page.locator('[data-id="kitops-panel"]').wait_for()
    if not panel.is_visible():
        page.locator('[data-id="kitops-panel"]').click()
    page.locator("#kitops-panel [role=tree]").wait_for()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: $KIT_SCREENSHOTS, if it is set."""
    named = os.environ.get("KIT_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
