"""Registries in the panel: tried before they get a name, and shown as they are after a push."""

from __future__ import annotations

import shutil
from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.settings import RegistrySettings, Settings
from tests.fakes.fault_server import serving
from tests.fakes.registries import Real
from tests.operations.projects import make_project
from tests.server.conftest import Ask


async def test_a_registry_is_tried_without_getting_a_name(ask: Ask) -> None:
    with serving() as server:
        found = await ask("POST", "check/registry", {"name": "corp", "url": f"https://{server.host}"})
        assert (found["verdict"], found["field"]) == ("no_tls", "")
        found = await ask("POST", "check/registry", {"name": "corp", "url": server.url})
        assert (found["verdict"], found["address"]) == ("ok", server.url)
    assert (await ask("GET", "status"))["registries"] == []


async def test_a_ca_below_the_servers_folder_is_kept_and_shown(ask: Ask, root: Path, with_tls: Real) -> None:
    assert with_tls.ca
    shutil.copy(with_tls.ca, root / "corp.pem")
    entry = {"name": "corp", "url": f"https://{with_tls.host}", "ca": "corp.pem"}
    assert (await ask("POST", "check/registry", {**entry, "ca": "none.pem"}))["field"] == "ca"
    assert (await ask("POST", "check/registry", entry))["verdict"] == "ok"
    row = await ask("POST", "registries", entry)
    assert (row["ca"], row["tls_verify"]) == (str(root.resolve() / "corp.pem"), True)
    assert Settings.load().registries == {
        "corp": RegistrySettings(f"https://{with_tls.host}", ca=root.resolve() / "corp.pem")
    }
    assert (await ask("GET", "repositories", registry="corp"))["next"] == ""
    row = await ask("POST", "registries", {**entry, "ca": "", "tls_verify": False})
    assert (row["ca"], row["tls_verify"]) == ("", False)


async def test_a_push_under_another_name_says_where_the_kit_went(
    ask: Ask, ended: Ask, root: Path, home: Settings, plain: Real, repository_name: str
) -> None:
    kit.pack(make_project(root / "project"), tag="study:v1", settings=home)
    await ask("POST", "registries", {"name": "corp", "url": f"http://{plain.host}"})
    there = f"corp/{repository_name}/study:v1"
    started = await ask("POST", "jobs", {"kind": "push", "reference": "study:v1", "destination": there})
    job = await ended(started["id"])
    assert (job["state"], job["reference"], job["destination"]) == ("done", "study:v1", there)
    named = await ask("GET", "repositories", registry="corp")
    assert f"{repository_name}/study" in named["items"]
