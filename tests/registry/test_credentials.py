"""Where credentials are found, and how they are kept."""

from __future__ import annotations

import base64
import json
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kitops_jupyter.errors import Cancelled, RegistryError, Unauthorized, Usage
from kitops_jupyter.progress import watched
from kitops_jupyter.registry import Credential, Registry
from kitops_jupyter.registry.identity import credentials, helpers, login
from kitops_jupyter.registry.identity.helpers import HelperFailed
from kitops_jupyter.settings import Network, Settings
from tests.fakes.fault_server import Auth, FaultServer

Connect = Callable[..., Registry]
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="the helpers here are shell scripts")


def pair(username: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


def write(path: Path, config: object) -> Path:
    path.write_text(config if isinstance(config, str) else json.dumps(config))
    return path


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """docker-credential-test on PATH, keeping what it gets in a file; its words on the command line go to another."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "docker-credential-test"
    script.write_text(
        f'#!/bin/sh\necho "$@" >> {folder}/argv\ncase $1 in\n'
        f"store) cat > {folder}/kept;;\n"
        f"get) cat > {folder}/asked; [ -f {folder}/kept ] && cat {folder}/kept || "
        "{ echo credentials not found in native keychain; exit 1; };;\n"
        f"erase) cat > /dev/null; rm -f {folder}/kept;;\nesac\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.mark.parametrize(
    "key", ["r.example.org", "https://r.example.org", "https://r.example.org/v2/", "http://r.example.org/v1/"]
)
def test_keys_are_read_with_and_without_scheme_and_version(key: str, tmp_path: Path) -> None:
    path = write(tmp_path / "config.json", {"auths": {key: pair("u", "p:with:colons")}})
    assert credentials.find("r.example.org", [path]) == Credential("u", "p:with:colons")


@pytest.mark.parametrize("host", ["docker.io", "index.docker.io", "registry-1.docker.io"])
def test_docker_hub_goes_by_its_old_address(host: str, tmp_path: Path) -> None:
    path = write(tmp_path / "config.json", {"auths": {"https://index.docker.io/v1/": pair("u", "p")}})
    assert credentials.find(host, [path]) == Credential("u", "p")


def test_another_registry_gets_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "c", {"auths": {"r.example.org": pair("u", "p"), "example.org": pair("u", "p")}})
    for host in ("example.com", "r.example.org:5000", "x.r.example.org", "r.example.org.evil.net", ""):
        assert credentials.find(host, [path]) is None


def test_the_first_file_that_knows_wins_and_absent_ones_are_nothing(tmp_path: Path) -> None:
    first = write(tmp_path / "1", {"auths": {"other": pair("x", "y")}})
    second = write(tmp_path / "2", {"auths": {"h": pair("second", "p")}})
    third = write(tmp_path / "3", {"auths": {"h": pair("third", "p")}})
    assert credentials.find("h", [tmp_path / "none", first, second, third]) == Credential("second", "p")


def test_podmans_keys_with_a_path_win_over_the_host(tmp_path: Path) -> None:
    path = write(tmp_path / "auth.json", {"auths": {"quay.io": pair("all", "p"), "quay.io/team": pair("team", "p")}})
    assert credentials.find("quay.io", [path], repository="team/model") == Credential("team", "p")
    assert credentials.find("quay.io", [path], repository="teams/model") == Credential("all", "p")


def test_tokens_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "c", {"auths": {"a": {"identitytoken": "i"}, "b": {"registrytoken": "r"}}})
    assert credentials.find("a", [path]) == Credential(identity_token="i")
    assert credentials.find("b", [path]) == Credential(registry_token="r")


@pytest.mark.parametrize(
    "entry", [{}, {"auth": ""}, {"auth": "%%%"}, {"auth": "/w=="}, {"auth": 1}, "text", None, [], {"username": "u"}]
)
def test_an_entry_that_says_nothing_is_as_if_absent(entry: object, tmp_path: Path) -> None:
    assert credentials.find("h", [write(tmp_path / "c", {"auths": {"h": entry}})]) is None


@pytest.mark.parametrize("config", ["{", "[]", "null", '"x"', "[" * 50_000])
def test_a_file_that_is_broken_is_told_by_name(config: str, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"config\.json"):
        credentials.find("h", [write(tmp_path / "config.json", config)])


@pytest.mark.parametrize("config", [{"auths": []}, {"auths": None}, {"credHelpers": "x"}, {"auths": {"h": {}}}, {}])
def test_a_file_of_odd_shape_has_nothing(config: object, tmp_path: Path) -> None:
    assert credentials.find("h", [write(tmp_path / "c", config)]) is None


@needs_posix
def test_a_file_that_is_a_link_stays_one_and_its_target_is_for_the_owner_only(tmp_path: Path) -> None:
    target = write(tmp_path / "dotfiles.json", {"auths": {"a": pair("1", "2")}})
    path = tmp_path / "credentials.json"
    path.symlink_to(target)
    login.keep(path, "b", Credential("3", "4"))
    assert path.is_symlink()
    assert credentials.find("a", [target]) == Credential("1", "2")
    assert credentials.find("b", [target]) == Credential("3", "4")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@needs_posix
@pytest.mark.parametrize("config", [{"credHelpers": {"h": "test"}}, {"credsStore": "test"}])
def test_a_helper_is_asked_on_its_standard_input(config: object, helper: Path, tmp_path: Path) -> None:
    write(helper / "kept", {"ServerURL": "h", "Username": "u", "Secret": "p"})
    assert credentials.find("h", [write(tmp_path / "c", config)]) == Credential("u", "p")
    assert ((helper / "asked").read_text(), (helper / "argv").read_text()) == ("h", "get\n")


@needs_posix
def test_a_helper_may_give_an_identity_token(helper: Path, tmp_path: Path) -> None:
    write(helper / "kept", {"ServerURL": "h", "Username": "<token>", "Secret": "i"})
    path = write(tmp_path / "c", {"credsStore": "test"})
    assert credentials.find("h", [path]) == Credential(identity_token="i")


@needs_posix
def test_a_helper_that_has_nothing_or_is_not_installed_is_no_error(helper: Path, tmp_path: Path) -> None:
    assert credentials.find("h", [write(tmp_path / "1", {"credsStore": "test"})]) is None
    assert credentials.find("h", [write(tmp_path / "2", {"credsStore": "absent"})]) is None


@needs_posix
def test_who_is_refused_is_told_which_helper_is_missing(
    server: FaultServer, helper: Path, tmp_path: Path, settings: Settings
) -> None:
    server.auth = Auth("basic")
    path = write(tmp_path / "config.json", {"credHelpers": {server.host: "ecr-login"}})
    known = replace(settings, network=Network(credential_files=(path,)))
    with Registry(server.host, settings=known, plain_http=True) as registry, pytest.raises(Unauthorized) as caught:
        registry.repository("a/b").resolve("v1")
    assert "docker-credential-ecr-login is missing" in caught.value.hint and str(path) in caught.value.hint


@needs_posix
@pytest.mark.parametrize("script", ["sleep 30", "sleep 30 & wait", "cat; exec sleep 30"])
def test_a_helper_that_does_not_answer_is_given_up_and_can_be_cancelled(script: str, helper: Path) -> None:
    (helper / "docker-credential-test").write_text(f"#!/bin/sh\n{script}\n")
    began = time.monotonic()
    with pytest.raises(HelperFailed, match="did not answer in 0 s"):
        helpers.run_helper("test", "get", "h", timeout_s=0.3)

    def stop() -> None:
        if time.monotonic() > began + 1:
            raise Cancelled("enough")

    with watched(stop), pytest.raises(Cancelled):
        helpers.run_helper("test", "get", "h")
    assert time.monotonic() - began < 3


def test_an_entry_with_line_breaks_is_read_as_docker_reads_it(tmp_path: Path) -> None:
    text = pair("ada", "a rather long password that base64 breaks")["auth"]
    path = write(tmp_path / "c", {"auths": {"h": {"auth": f"{text[:20]}\n{text[20:]}\r\n"}}})
    assert credentials.find("h", [path]) == Credential("ada", "a rather long password that base64 breaks")


def test_an_entry_that_cannot_be_read_is_named_without_its_words(tmp_path: Path) -> None:
    path, notes = write(tmp_path / "c", {"auths": {"h": {"auth": "?CANARY?"}}}), list[str]()
    assert credentials.find("h", [path], note=notes.append) is None
    assert str(path) in notes[0] and "CANARY" not in notes[0]


@needs_posix
@pytest.mark.parametrize("kept", ["{", "[]", '{"Username":"u"}', '{"Username":1,"Secret":2}'])
def test_a_helper_that_talks_rubbish_is_told_without_its_words(kept: str, helper: Path, tmp_path: Path) -> None:
    write(helper / "kept", kept)
    with pytest.raises(HelperFailed) as caught:
        credentials.find("h", [write(tmp_path / "c", {"credsStore": "test"})])
    assert kept not in str(caught.value)


@pytest.mark.parametrize("name", ["../x", "a/b", "-x", "", "a b", "x;y", 7, ["x"]])
def test_a_helper_is_a_name_and_no_path(name: object, tmp_path: Path) -> None:
    path = write(tmp_path / "c", {"credHelpers": {"h": name}})
    with pytest.raises(HelperFailed):
        credentials.find("h", [path])


def test_login_tries_before_it_keeps(server: FaultServer, connect: Connect, settings: Settings) -> None:
    for scheme in ("basic", "bearer"):
        server.auth = Auth(scheme)
        with pytest.raises(Unauthorized):
            connect(server).login("user", "wrong")
        assert not settings.credentials.exists()


def test_login_keeps_in_kits_file_for_its_owner_only(
    server: FaultServer, connect: Connect, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no keychain
    server.auth = Auth("bearer")
    where = connect(server).login("user", "hunter2")
    assert where == str(settings.credentials)
    assert stat.S_IMODE(settings.credentials.stat().st_mode) == 0o600
    assert json.loads(settings.credentials.read_text()) == {"auths": {server.host: pair("user", "hunter2")}}
    assert credentials.find(server.host, [settings.credentials]) == Credential("user", "hunter2")


def test_login_leaves_what_else_is_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = write(tmp_path / "credentials.json", {"HttpHeaders": {"X": "1"}, "auths": {"a": pair("1", "2")}})
    login.keep(path, "b", Credential("3", "4"))
    assert json.loads(path.read_text()) == {
        "HttpHeaders": {"X": "1"},
        "auths": {"a": pair("1", "2"), "b": pair("3", "4")},
    }
    assert login.forget(path, "a") and not login.forget(path, "a")
    assert json.loads(path.read_text())["auths"] == {"b": pair("3", "4")}
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []


@needs_posix
def test_login_gives_to_the_helper_that_the_file_names(helper: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "credentials.json", {"credsStore": "test"})
    assert login.keep(path, "h", Credential("u", "p")) == "docker-credential-test"
    assert json.loads((helper / "kept").read_text()) == {"ServerURL": "h", "Username": "u", "Secret": "p"}
    assert "p" not in (helper / "argv").read_text().split() and "auths" not in json.loads(path.read_text())
    assert login.forget(path, "h") and not (helper / "kept").exists()


@needs_posix
def test_login_uses_a_keychain_that_works_and_a_file_where_it_does_not(
    helper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    (helper / "docker-credential-test").rename(helper / "docker-credential-osxkeychain")
    path = tmp_path / "credentials.json"
    assert login.keep(path, "h", Credential("u", "p")) == "docker-credential-osxkeychain"
    assert json.loads(path.read_text()) == {"credsStore": "osxkeychain"}
    write(helper / "docker-credential-osxkeychain", "#!/bin/sh\nexit 1\n")
    path.unlink()
    assert login.keep(path, "h", Credential("u", "p")) == str(path)


@pytest.mark.parametrize("name", ["", "a:b"])
def test_a_user_name_that_basic_cannot_say_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Usage):
        login.keep(tmp_path / "credentials.json", "h", Credential(name, "p"))


def test_logout_forgets(server: FaultServer, connect: Connect, settings: Settings) -> None:
    server.auth = Auth("basic")
    registry = connect(server)
    registry.login("user", "hunter2")
    assert registry.logout() and not registry.logout()
    with pytest.raises(Unauthorized):
        registry.repository("a/b").resolve("v1")
