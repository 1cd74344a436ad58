"""Challenges, tokens and who may be told a secret."""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import Forbidden, RegistryError, Unauthorized
from kitops_jupyter.registry import Credential, Registry
from kitops_jupyter.settings import RegistrySettings, Settings
from tests.contract import make_kit, store_kit
from tests.fakes.fault_server import MANIFEST, UPLOAD, Auth, Fault, FaultServer
from tests.fakes.registries import Real

Connect = Callable[..., Registry]
USER = Credential("user", "hunter2")
DATA = random.Random(5).randbytes(9 << 20)


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_a_kit_is_pushed_and_read_with_credentials(scheme: str, server: FaultServer, connect: Connect) -> None:
    server.auth = Auth(scheme)
    kit = make_kit(DATA)
    repository = connect(server, credential=USER).repository("a/b")
    store_kit(repository, kit, ["v1"])
    assert repository.resolve("v1").digest == kit.manifest.digest


def test_tokens_are_asked_for_once_a_scope(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer")
    repository = connect(server, credential=USER).repository("a/b")
    store_kit(repository, make_kit(b"1", b"2", b"3"), ["v1", "v2"])
    assert server.auth.issued == 2  # to read, to write


def test_sixteen_threads_ask_for_one_token(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer")
    kit = make_kit(b"weights")
    server.manifests[kit.manifest.digest] = (kit.contents[-1][1], kit.manifest.media_type)
    repository = connect(server, credential=USER).repository("a/b")
    server.fault("GET", "/token", Fault(delay_s=0.2))
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(repository.resolve, [kit.manifest.digest] * 32))
    assert server.auth.issued == 1


def test_a_token_that_expires_before_each_request_is_renewed(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer", uses=1)
    kit = make_kit(DATA)
    store_kit(connect(server, credential=USER).repository("a/b"), kit, ["v1"])
    assert server.blobs[kit.layers[0].digest] == DATA


def test_a_token_that_expires_by_its_own_word_is_not_used_again(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer", expires_in=0.01)
    repository = connect(server, credential=USER).repository("a/b")
    store_kit(repository, make_kit(b"1"), ["v1"])
    first = server.auth.issued
    repository.resolve("v1")
    assert server.auth.issued > first


def test_401_in_the_middle_of_a_body_ends_in_the_whole_body(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer")
    refused = {"WWW-Authenticate": f'Bearer realm="{server.url}/token",service="fake"'}
    server.fault("PUT", UPLOAD, Fault(status=401, headers=refused, answer_after=3 << 20))
    descriptor = Descriptor.of("", DATA)
    connect(server, credential=USER).repository("a/b").write(descriptor, io.BytesIO(DATA))
    assert server.blobs[descriptor.digest] == DATA
    assert server.auth.issued == 3


def test_a_token_without_the_scope_ends_soon(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer", uses=0)
    with pytest.raises(Unauthorized, match="401"):
        connect(server, credential=USER).repository("a/b").resolve("v1")
    assert server.auth.issued <= 3


def test_insufficient_scope_is_forbidden(server: FaultServer, connect: Connect) -> None:
    body = b'{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}'
    server.fault("GET", MANIFEST, Fault(status=403, body=body))
    with pytest.raises(Forbidden, match="requested access to the resource is denied"):
        connect(server).repository("a/b").resolve("v1")


def test_wrong_credentials_are_told_with_the_command_to_mend_it(server: FaultServer, connect: Connect) -> None:
    for scheme in ("basic", "bearer"):
        server.auth = Auth(scheme)
        with pytest.raises(Unauthorized) as caught:
            connect(server, credential=Credential("user", "wrong-password")).repository("a/b").resolve("v1")
        assert caught.value.hint == f"kit login {server.host}"
        assert "wrong-password" not in str(caught.value)


def test_nobody_is_asked_for_a_login_by_basic(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("basic")
    with pytest.raises(Unauthorized, match="needs a login"):
        connect(server).repository("a/b").resolve("v1")
    assert not server.secrets_seen()


def test_an_identity_token_is_exchanged_by_post(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer")
    kit = make_kit(b"1")
    store_kit(connect(server, credential=Credential(identity_token="hunter2")).repository("a/b"), kit, ["v1"])
    assert set(server.paths("POST")) >= {"/token"}
    assert not [path for path in server.paths("GET") if "hunter2" in path]


def test_a_registry_token_is_used_as_it_is(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer", tokens={"given": ("repository:a/b:pull,push", 99)})
    store_kit(connect(server, credential=Credential(registry_token="given")).repository("a/b"), make_kit(b"1"), ["v1"])
    assert server.auth.issued == 0


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"rubbish", b'{"token":1}', b'{"token":"a\\r\\nX-Evil: 1"}', b'{"token":""}', b"[" * 50_000]
)
def test_a_token_that_is_none_is_refused(body: bytes, server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer")
    server.fault("GET", "/token", *[Fault(body=body)] * 9)
    with pytest.raises(RegistryError, match="token"):
        connect(server, credential=USER).repository("a/b").resolve("v1")


@pytest.mark.parametrize("life", ["soon", -1, None, 1e99, True, [1]])
def test_a_life_that_is_none_counts_as_a_minute(life: Any, server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer", expires_in=life)
    store_kit(connect(server, credential=USER).repository("a/b"), make_kit(b"1"), ["v1"])
    assert server.auth.issued == 2


def test_a_token_server_that_hangs_and_then_answers_is_waited_for(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer")
    server.fault("GET", "/token", Fault(status=503), Fault(no_answer=True))
    store_kit(connect(server, credential=USER).repository("a/b"), make_kit(b"1"), ["v1"])


def test_a_token_server_is_followed_nowhere(server: FaultServer, foreign: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer")
    server.fault("GET", "/token", *[Fault(status=307, headers={"Location": f"{foreign.url}/token"})] * 9)
    with pytest.raises(RegistryError):
        connect(server, credential=USER).repository("a/b").resolve("v1")
    assert not foreign.seen


def test_secrets_are_in_no_repr_and_no_error(server: FaultServer, connect: Connect) -> None:
    server.auth = Auth("bearer")
    said = b'{"errors":[{"code":"X","message":"you sent Bearer secret-token-1 and \\u001b[31mred"}]}'
    server.fault("GET", MANIFEST, Fault(), Fault(status=400, body=said))
    registry = connect(server, credential=USER)
    with pytest.raises(RegistryError) as caught:
        registry.repository("a/b").resolve("v1")
    shown = str(caught.value) + repr(registry.__dict__) + repr(USER)
    assert "secret-token" not in shown and "hunter2" not in shown and "\x1b" not in shown


def test_neither_the_environment_nor_netrc_gives_secrets(
    server: FaultServer, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login user password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.auth = Auth("basic")
    with pytest.raises(Unauthorized):
        connect(server).repository("a/b").resolve("v1")
    assert server.seen and not server.secrets_seen()


def test_a_named_registry_is_found_where_the_settings_say(server: FaultServer, settings: Settings) -> None:
    named = RegistrySettings(url=server.host, plain_http=True)
    with Registry("corp-registry", settings=replace(settings, registries={"corp-registry": named})) as registry:
        store_kit(registry.repository("app-model"), make_kit(b"1"), ["challenger"])
    assert "challenger" in server.tags


@pytest.mark.parametrize("name", ["", "a/b", "user@host", "host?x", "ho st", "ftp://host"])
def test_what_is_no_host_is_refused(name: str, settings: Settings) -> None:
    from kitops_jupyter.errors import Usage

    with pytest.raises(Usage):
        Registry(name, settings=settings)


def test_docker_registry_with_users_refuses_the_wrong_and_the_unknown(with_users: Real, settings: Settings) -> None:
    for credential in (Credential("user", "wrong"), Credential("nobody", "hunter2"), None):
        with replace(with_users, credential=credential).connect(settings) as registry, pytest.raises(Unauthorized):
            registry.repository("a/b").resolve("v1")


def test_credentials_of_a_repository_are_for_that_one(
    server: FaultServer, connect: Connect, settings: Settings
) -> None:
    server.auth = Auth("basic")
    pair = base64.b64encode(b"user:hunter2").decode()
    settings.home.mkdir()
    settings.credentials.write_text(json.dumps({"auths": {f"{server.host}/team": {"auth": pair}}}))
    registry = connect(server)
    store_kit(registry.repository("team/model"), make_kit(b"1"), ["v1"])
    with pytest.raises(Unauthorized):
        registry.repository("other/model").resolve("v1")


def test_a_named_registry_may_use_the_login_of_its_host(server: FaultServer, settings: Settings) -> None:
    server.auth = Auth("basic")
    pair = base64.b64encode(b"user:hunter2").decode()
    settings.home.mkdir()
    settings.credentials.write_text(json.dumps({"auths": {server.host: {"auth": pair}}}))
    named = RegistrySettings(url=f"http://{server.host}")
    with Registry("corp-registry", settings=replace(settings, registries={"corp-registry": named})) as registry:
        store_kit(registry.repository("app-model"), make_kit(b"1"), ["v1"])
