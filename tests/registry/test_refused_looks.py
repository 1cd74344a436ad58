"""Registries that refuse what does not exist, or to say what is: a push goes on, and its writes decide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import Forbidden, Unauthorized
from kitops_jupyter.registry import Credential, Registry
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.contract import make_kit, store_kit
from tests.fakes.fault_server import Auth, Fault, FaultServer

Connect = Callable[..., Registry]
USER = Credential("user", "hunter2")
KIT = make_kit(b"weights", b"rows")
ALL = "/v2/a/b/"


def refusing(server: FaultServer, scheme: str, status: int) -> None:
    """It looks at who asks as ever, and refuses whoever looks for something."""
    server.auth = Auth(scheme)
    challenge = f'Bearer realm="{server.url}/token",service="fake"' if scheme == "bearer" else 'Basic realm="x"'
    server.fault("HEAD|GET", ALL, *[Fault(status=status, headers={"WWW-Authenticate": challenge})] * 200)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_a_push_goes_on_where_a_look_is_refused(
    scheme: str, status: int, server: FaultServer, connect: Connect
) -> None:
    refusing(server, scheme, status)
    store_kit(connect(server, credential=USER).repository("a/b"), KIT, ["v1"])
    assert "v1" in server.tags
    assert KIT.layers[0].digest in server.blobs


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_a_write_that_is_refused_stays_refused(scheme: str, server: FaultServer, connect: Connect) -> None:
    refusing(server, scheme, 401)
    for credential in (Credential("user", "no"), None):
        with pytest.raises(Unauthorized):
            store_kit(connect(server, credential=credential).repository("a/b"), KIT, ["v1"])
    server.fault("POST", ALL, *[Fault(status=403)] * 9)
    with pytest.raises(Forbidden):
        store_kit(connect(server, credential=USER).repository("a/b"), KIT, ["v1"])
    assert not server.tags and not server.blobs


def test_who_only_reads_is_told_that_it_is_refused(server: FaultServer, connect: Connect) -> None:
    refusing(server, "basic", 401)
    repository = connect(server, credential=USER).repository("a/b")
    for ask in (lambda: repository.exists(KIT.layers[0]), lambda: repository.resolve("v1")):
        with pytest.raises(Unauthorized):
            ask()


def test_the_verbs_push_and_copy_where_looks_are_refused(
    server: FaultServer, connect: Connect, tmp_path: Path, settings: Settings
) -> None:
    refusing(server, "basic", 401)
    connect(server).login("user", "hunter2")
    connection = Connection(plain_http=True)
    (tmp_path / "project").mkdir()
    (tmp_path / "project/a.txt").write_text("x")
    name = f"{server.host}/a/b"
    kit.pack(tmp_path / "project", text="model: {path: a.txt}", tag=f"{name}:v1", settings=settings)
    kit.push(f"{name}:v1", settings=settings, connection=connection)
    kit.copy(f"local://{name}:v1", f"{name}:v2", settings=settings, connection=connection)
    assert {"v1", "v2"} <= set(server.tags)
