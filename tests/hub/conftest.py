"""A real JupyterHub, under a base URL of its own, with a server for each user in a home of their own."""

from __future__ import annotations

import importlib.util
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.fakes.ports import free_port

BASE = "/hubbase/"
PASSWORD = "pw"
CONFIG = """
import os, sys
from jupyterhub.spawner import SimpleLocalProcessSpawner


class Spawner(SimpleLocalProcessSpawner):
    home_dir_template = {homes!r} + "/{{username}}"

    def user_env(self, env):
        env = super().user_env(env)
        env["PATH"] = os.path.dirname(sys.executable) + ":" + env.get("PATH", "/usr/bin:/bin")
        return env


c.JupyterHub.spawner_class = Spawner
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.allow_all = True
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}{base}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = [os.path.join(os.path.dirname(sys.executable), "configurable-http-proxy")]
c.ConfigurableHTTPProxy.pid_file = {folder!r} + "/proxy.pid"
c.JupyterHub.db_url = "sqlite:///" + {folder!r} + "/hub.sqlite"
c.JupyterHub.cookie_secret_file = {folder!r} + "/secret"
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]
c.Spawner.default_url = "/lab"
c.Spawner.http_timeout = 90
c.Spawner.start_timeout = 90
"""


@dataclass(frozen=True)
class Hub:
    """A running JupyterHub and the folder with its users' homes."""

    url: str
    homes: Path

    def sign_in(self, name: str) -> Person:
        """Sign in, and start the person's own server."""
        session = requests.Session()
        session.get(f"{self.url}hub/login", timeout=30)
        form = {"username": name, "password": PASSWORD}
        token = _xsrf(session, f"{BASE}hub/")
        session.post(f"{self.url}hub/login", params={"_xsrf": token}, data=form, timeout=60)
        person = Person(self, name, session)
        deadline = time.monotonic() + 90
        while "jupyter-config-data" not in session.get(f"{self.url}user/{name}/lab", timeout=60).text:
            assert time.monotonic() < deadline, f"{name}'s server does not start"
            time.sleep(0.3)
        return person


@dataclass(frozen=True)
class Person:
    """Somebody with a browser's cookies."""

    hub: Hub
    name: str
    session: requests.Session

    def ask(self, whose: str, route: str, body: Any = None, *, method: str = "", token: bool = True) -> Any:
        """The answer of somebody's server, as a page of JupyterLab asks it."""
        headers = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
        if token and (value := _xsrf(self.session, f"{BASE}user/{whose}/")):
            headers["X-XSRFToken"] = value
        url = f"{self.hub.url}user/{whose}/kitops/api/{route}"
        verb = method or ("GET" if body is None else "POST")
        return self.session.request(verb, url, json=body, headers=headers, timeout=60)


def _xsrf(session: requests.Session, path: str) -> str:
    return next((each.value or "" for each in session.cookies if each.name == "_xsrf" and each.path == path), "")


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    for module, project in (("jupyterhub", "jupyterhub"), ("configurable_http_proxy", "configurable-http-proxy")):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{project} is not installed (pip install {project})")
    folder = tmp_path_factory.mktemp("hub")
    homes = folder / "homes"
    ports = [free_port() for _ in range(3)]
    words = {"homes": str(homes), "folder": str(folder), "ports": ports, "base": BASE}
    (folder / "config.py").write_text(CONFIG.format(password=PASSWORD, **words))
    for name in ("alice", "bob"):
        (homes / name).mkdir(parents=True)
    left = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "KITOPS"))}
    left["CONFIGPROXY_AUTH_TOKEN"] = secrets.token_hex(16)
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "jupyterhub", "-f", str(folder / "config.py")]
        process = subprocess.Popen(command, cwd=folder, env=left, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{ports[0]}{BASE}"
        _await(f"{url}hub/api", process, folder / "log")
        yield Hub(url, homes)
    finally:
        process.terminate()
        process.wait(30)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    assert urlsplit(url).hostname == "127.0.0.1"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(url, timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    pytest.fail(f"jupyterhub does not answer: {log.read_text('utf-8', 'replace')[-3000:]}")
