"""What the settings say of registries and of the way there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kitops_jupyter.errors import Usage
from kitops_jupyter.settings import RegistrySettings, Settings


def load(home: Path, **environment: str) -> Settings:
    return Settings.load(environment, home=home)


def test_proxies_are_read_in_either_case_the_small_ones_first(tmp_path: Path) -> None:
    network = load(
        tmp_path, HTTPS_PROXY="http://a", https_proxy="http://b", ALL_PROXY="http://c", NO_PROXY="x, y,"
    ).network
    assert network.proxies == {"https": "http://b", "all": "http://c"}
    assert network.no_proxy == ("x", "y")


def test_credential_files_are_dockers_and_podmans(tmp_path: Path) -> None:
    network = load(tmp_path, DOCKER_CONFIG="/d", REGISTRY_AUTH_FILE="/p/auth.json", XDG_CONFIG_HOME="/x").network
    assert [path.as_posix() for path in network.credential_files] == [
        Path("/d/config.json").absolute().as_posix(),
        Path("/p/auth.json").absolute().as_posix(),
        "/x/containers/auth.json",
    ]


def test_certificates_are_kits(tmp_path: Path) -> None:
    network = load(tmp_path, KITOPS_CLIENT_CERT="/c", KITOPS_CLIENT_KEY="/k", SSL_CERT_FILE="/ca").network
    assert (network.client_cert, network.client_key, network.ca) == (
        Path("/c").absolute(),
        Path("/k").absolute(),
        Path("/ca").absolute(),
    )


def test_a_proxys_password_is_in_no_repr(tmp_path: Path) -> None:
    assert "hunter2" not in repr(load(tmp_path, HTTPS_PROXY="http://user:hunter2@proxy"))


def test_named_registries_are_read(tmp_path: Path) -> None:
    entry = {"url": "http://registry.corp:5000", "token_hosts": ["sso.corp"], "ca": "/corp.pem", "tls_verify": False}
    (tmp_path / "registries.json").write_text(json.dumps({"corp-registry": entry}))
    assert load(tmp_path).registries == {
        "corp-registry": RegistrySettings(
            url="http://registry.corp:5000", token_hosts=("sso.corp",), ca=Path("/corp.pem"), tls_verify=False
        )
    }


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert load(tmp_path).registries == {}


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"a":[]}', '{"a":{"url":7}}', '{"a":{"uri":"x"}}', '{"a":{"plain_http":"yes"}}']
)
def test_a_file_that_cannot_be_read_is_told_by_name(text: str, tmp_path: Path) -> None:
    (tmp_path / "registries.json").write_text(text)
    with pytest.raises(Usage, match=r"registries\.json"):
        load(tmp_path)
