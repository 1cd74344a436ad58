"""A JupyterLab of its own, with its folder and its home of kits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.fakes.ports import free_port
from tests.fakes.slow_way import SlowWay
from tests.operations.projects import make_project

NASTY = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


@dataclass
class Lab:
    """A running JupyterLab, its folder, its home of kits, and its way to the registry `corp`."""

    root: Path
    home: Path
    way: SlowWay
    port: int = 0
    process: Any = field(default=None, repr=False)

    def start(self, *flags: str, route: str = "kitops/api/status") -> None:
        """Start it; on the port it had, if it had one. It is there when it answers the route."""
        if not self.port:
            self.port = free_port()
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
        words += flags
        log = (folder / "log").open("ab")
        self.process = subprocess.Popen(words, env=environment, cwd=self.root, stdout=log, stderr=log)
        log.close()
        for _ in range(300):
            try:
                self._get(route)
                return
            except OSError:
                time.sleep(0.2)
        pytest.fail((folder / "log").read_text("utf-8", "replace")[-3000:])

    def ask(self, route: str) -> Any:
        """What the server says."""
        return self._get(f"kitops/api/{route}")

    def change(self, verb: str, route: str, body: object = None) -> None:
        """Have the server change something."""
        headers = {"Authorization": "token t", "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}/kitops/api/{route}"
        data = None if body is None else json.dumps(body).encode()
        urllib.request.urlopen(urllib.request.Request(url, data, headers, method=verb), timeout=20).close()

    def _get(self, path: str) -> Any:
        url = f"http://127.0.0.1:{self.port}/{path}"
        request = urllib.request.Request(url, headers={"Authorization": "token t"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def end(self, *, kill: bool = False) -> None:
        """End it, or kill it as the system would."""
        (self.process.kill if kill else self.process.terminate)()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:  # a fault of this test, which must not become one of the next
            self.process.kill()
            self.process.wait(30)
            raise


def fill(project: Path, settings: Settings) -> None:
    """Kits of a colleague: three tags of one that takes seconds, one built on it, one with a nasty name."""
    make_project(project)
    (project / "model" / "forest.bin").write_bytes(os.urandom(40 << 20))
    write_notebook(project / "train.ipynb")
    for tag in ("champion", "challenger", "v1"):
        (project / "README.md").write_text(f"# {tag}\n")
        kit.pack(project, tag=f"corp/app-model:{tag}", settings=settings)
    kit.push("corp/app-model:v1", all_tags=True, settings=settings)
    big = project.parent / "big"
    big.mkdir()
    (big / "model.bin").write_bytes(os.urandom(24 << 20))
    kit.pack(big, text="model: {path: model.bin}", tag="corp/big:v1", settings=settings)
    kit.push("corp/big:v1", settings=settings)
    built = {"path": "data", "name": "rows", "remotePath": "corp/app-model:v1"}
    text = json.dumps({"model": {"path": "corp/app-model:v1"}, "code": [{"path": "train.ipynb"}], "datasets": [built]})
    kit.pack(project, text=text, tag="corp/built:v1", settings=settings)
    kit.push("corp/built:v1", settings=settings)
    nasty = project.parent / "nasty"
    nasty.mkdir()
    (nasty / "a b<c>.txt").write_text("x")
    text = json.dumps({"package": {"name": NASTY, "description": NASTY}, "docs": [{"path": "a b<c>.txt"}]})
    kit.pack(nasty, text=text, tag="corp/nasty:v1", settings=settings)
    kit.push("corp/nasty:v1", settings=settings)


def write_notebook(path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# A study\n{NASTY}"},
        {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": 1, "source": "print(1)", "outputs": []},
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": spec, "cells": cells}))
