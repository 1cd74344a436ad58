"""On a JupyterHub each user has a server of their own: no one reaches another's jobs, kits or credentials."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest
import requests

from tests.fakes.registries import Real
from tests.hub.conftest import Hub, Person
from tests.operations.projects import make_project


@pytest.fixture(scope="module")
def alice(hub: Hub) -> Person:
    return hub.sign_in("alice")


@pytest.fixture(scope="module")
def bob(hub: Hub) -> Person:
    return hub.sign_in("bob")


def test_each_reaches_their_own_server_only(hub: Hub, alice: Person, bob: Person) -> None:
    for person in (alice, bob):
        answer = person.ask(person.name, "status")
        assert answer.status_code == 200
        assert str(hub.homes / person.name) in answer.json()["store"]
        assert person.ask(person.name, "jobs").status_code == 200
    for who, whose in ((alice, "bob"), (bob, "alice")):
        for route in ("status", "jobs", "local"):
            assert who.ask(whose, route).status_code == 403
        for route, body in (("logout", {"registry": "127.0.0.1:9"}), ("jobs", {"kind": "pull"}), ("remove", {})):
            assert who.ask(whose, route, body).status_code == 403
        assert who.ask(whose, "jobs/00", method="DELETE").status_code == 403
    assert requests.get(f"{hub.url}user/alice/kitops/api/status", timeout=30).status_code == 403
    assert requests.post(f"{hub.url}user/alice/kitops/api/jobs", json={}, timeout=30).status_code == 403


def test_a_page_without_the_token_of_the_page_changes_nothing(alice: Person) -> None:
    body = {"name": "mine", "url": "http://127.0.0.1:9", "plain_http": True}
    assert alice.ask("alice", "registries", body, token=False).status_code == 403
    assert "mine" not in json.dumps(alice.ask("alice", "status").json())
    assert alice.ask("alice", "registries", body).status_code == 201
    assert "mine" in json.dumps(alice.ask("alice", "status").json())


def test_a_job_a_kit_and_a_sign_in_of_one_are_nothing_the_other_has(
    hub: Hub,
    alice: Person,
    bob: Person,
    with_users: Real,
) -> None:
    make_project(hub.homes / "alice" / "project")
    asked = {"kind": "pack", "directory": "project", "reference": "churn:v1"}
    job = alice.ask("alice", "jobs", asked)
    assert job.status_code == 201, job.text
    _done(alice, job.json()["id"])
    form = {"registry": with_users.host, "username": "user", "password": "hunter2", "plain_http": True}
    assert alice.ask("alice", "login", form).status_code == 200
    assert "churn" in alice.ask("alice", "local").text
    assert with_users.host in alice.ask("alice", "status").text
    assert bob.ask("bob", "jobs").json()["jobs"] == []
    assert "churn" not in bob.ask("bob", "local").text
    assert with_users.host not in bob.ask("bob", "status").text
    listing = f"repositories?registry={with_users.host}"
    assert alice.ask("alice", listing).status_code == 200
    assert bob.ask("bob", listing).status_code != 200
    secret = base64.b64encode(b"user:hunter2").decode()
    assert _holding(hub.homes / "alice", secret)
    assert not _holding(hub.homes / "bob", secret)


def _done(person: Person, job_id: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        jobs = person.ask(person.name, "jobs").json()["jobs"]
        seen = next(each for each in jobs if each["id"] == job_id)
        if seen["state"] not in ("waiting", "running"):
            assert seen["state"] == "done", seen
            return
        time.sleep(0.1)
    pytest.fail(f"job {job_id} does not end")


def _holding(folder: Path, text: str) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file() and text.encode() in each.read_bytes()]
