"""Registries that run: Debian's docker-registry, plain, with users, with TLS; and `jupyter kit serve`."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kitops_jupyter import serve
from kitops_jupyter.registry import Credential, Registry
from kitops_jupyter.settings import Settings
from tests.fakes.ports import free_port

PROGRAM = "docker-registry"


@dataclass(frozen=True)
class Real:
    """A docker-registry process and how to reach it."""

    host: str
    plain_http: bool = True
    ca: Path | None = None
    credential: Credential | None = None

    def connect(self, settings: Settings, **options: object) -> Registry:
        fixed = {"plain_http": self.plain_http, "ca": self.ca, "credential": self.credential, **options}
        return Registry(self.host, settings=settings, **fixed)  # type: ignore[arg-type]


@contextmanager
def running(folder: Path, *, http: str = "", auth: str = "") -> Iterator[str]:
    """docker-registry on a free port; its host:port."""
    program = shutil.which(PROGRAM)
    if program is None:
        pytest.skip(f"{PROGRAM} is not installed (Debian: apt install docker-registry)")
    port = free_port()
    config = folder / "config.yml"
    config.write_text(
        "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
        f"storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'{http}}}\n{auth}"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve", str(config)], stdout=log, stderr=log)
    try:
        _await(port, process, folder)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _await(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            pytest.fail(f"{PROGRAM} ended: {(folder / 'log').read_text('utf-8', 'replace')[-500:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"{PROGRAM} does not answer")


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    with running(tmp_path_factory.mktemp("plain")) as host:
        yield Real(host)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    """What `jupyter kit serve` runs."""
    with serve.running(tmp_path_factory.mktemp("served")) as host:
        yield Real(host)


@pytest.fixture(scope="session")
def with_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    folder = tmp_path_factory.mktemp("users")
    htpasswd = shutil.which("htpasswd")
    if htpasswd is None:
        pytest.skip("htpasswd is not installed (Debian: apt install apache2-utils)")
    line = subprocess.run([htpasswd, "-niBC", "5", "user"], input=b"hunter2", capture_output=True, check=True).stdout
    (folder / "users").write_bytes(line)
    with running(folder, auth=f"auth: {{htpasswd: {{realm: here, path: {folder}/users}}}}\n") as host:
        yield Real(host, credential=Credential("user", "hunter2"))


@pytest.fixture(scope="session")
def with_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    folder = tmp_path_factory.mktemp("tls")
    make_certificates(folder)
    with running(folder, http=f", tls: {{certificate: {folder}/server.pem, key: {folder}/server.key}}") as host:
        yield Real(host, plain_http=False, ca=folder / "ca.pem")


def make_certificates(folder: Path) -> None:
    """`ca.pem`, and `server.pem` with `server.key` for 127.0.0.1 and localhost."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")

    def run(*words: str) -> None:
        subprocess.run([openssl or "", *words], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")  # Python 3.13 wants what RFC 5280 asks of a CA
    run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test ca", *usage)
    run("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (folder / "names").write_text(
        "subjectAltName=IP:127.0.0.1,DNS:localhost\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
    run("x509", "-req", "-in", "server.csr", "-out", "server.pem", "-days", "2", *signed)
