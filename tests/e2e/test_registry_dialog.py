"""A registry is tried when it is added: plain HTTP, a CA of its own, a login; and it is edited and signed in to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.acts import Camera, accept, command, dialog, job_state, open_row, row
from tests.e2e.lab import Lab
from tests.fakes.registries import Real

pytestmark = pytest.mark.browser


@pytest.fixture
def named(lab: Lab) -> Iterator[Callable[[str], dict[str, Any]]]:
    """What `registries.json` has of a name; what a test added is gone at its end."""
    path = lab.home / "registries.json"
    before = json.loads(path.read_text())
    yield lambda name: json.loads(path.read_text()).get(name, {})
    path.write_text(json.dumps(before))


def add(page: Any, address: str, name: str) -> Any:
    """The dialog, filled in and sent."""
    page.locator("#kitops-panel").get_by_role("button", name="Add a registry").first.click()
    asked = dialog(page, "Add a registry")
    asked.get_by_label("Address").fill(address)
    asked.get_by_label("Name in the panel and in references").fill(name)
    page.keyboard.press("Enter")
    return asked


def test_a_registry_that_speaks_http_is_used_without_tls_after_that_was_said(
    page: Any, plain: Real, named: Callable[[str], dict[str, Any]], pictures: Camera
) -> None:
    asked = add(page, plain.host, "unsafe")
    asked.get_by_text("It speaks HTTP.").wait_for()
    assert not named("unsafe")  # nothing is added before it is known how
    pictures.take(page, "registry-http")
    asked.get_by_role("button", name="Use it without TLS").press("Enter")
    asked.wait_for(state="detached")
    row(page, "registry", "unsafe").wait_for()
    assert named("unsafe")["url"] == f"http://{plain.host}"
    open_row(page, "registry", "unsafe")
    row(page, "repository", "app-model").wait_for()


def test_a_registry_with_a_ca_of_its_own_is_added_with_the_ca_file_and_edited(
    page: Any, with_tls: Real, named: Callable[[str], dict[str, Any]], pictures: Camera
) -> None:
    asked = add(page, f"https://{with_tls.host}", "private")
    asked.get_by_text("name the CA file under Advanced").wait_for()
    field = asked.get_by_label("CA file")  # seen by now, for this is what helps
    field.fill("/no/such/ca.pem")
    page.keyboard.press("Enter")
    asked.locator("input[name=ca][aria-invalid=true]").wait_for()
    pictures.take(page, "registry-ca")
    field.fill(str(with_tls.ca))
    asked.get_by_text(f"%kit registry add private https://{with_tls.host} --tls-cert {with_tls.ca}").wait_for()
    page.keyboard.press("Enter")
    asked.wait_for(state="detached")
    assert named("private")["ca"] == str(with_tls.ca)
    open_row(page, "registry", "private")
    page.locator('#kitops-panel [data-kind="note"][data-registry="private"]').get_by_text("Empty").wait_for()
    command(page, "kitops:edit-registry", registry="private")
    asked = dialog(page, "Edit private")
    assert asked.get_by_label("CA file").input_value() == str(with_tls.ca)
    asked.get_by_label("CA file").fill("")
    asked.get_by_label("Do not verify the certificate").check()
    accept(asked)
    entry = named("private")
    assert (entry.get("ca"), entry["tls_verify"]) == (None, False)


def test_a_registry_that_does_not_answer_is_added_by_who_says_so(
    page: Any, named: Callable[[str], dict[str, Any]]
) -> None:
    asked = add(page, "http://127.0.0.1:9", "gone")
    asked.get_by_text("Check the address and the network.").wait_for()
    asked.get_by_role("button", name="Add anyway").click()
    asked.wait_for(state="detached")
    assert named("gone")["url"] == "http://127.0.0.1:9"


def test_a_wrong_password_is_said_of_the_registry_as_the_user_calls_it_and_a_right_one_shows_it(
    page: Any, lab: Lab, with_users: Real, pictures: Camera
) -> None:
    open_row(page, "registry", "users")
    note = page.locator('#kitops-panel [data-kind="note"][data-registry="users"]')
    note.get_by_role("button", name="Sign in").click()
    asked = dialog(page, "Sign in to users")
    asked.get_by_label("User name").fill("user")
    asked.get_by_label("Password or access token").fill("wrong")
    page.keyboard.press("Enter")
    told = asked.get_by_role("alert")
    told.wait_for()
    pictures.take(page, "sign-in-refused")
    assert "users" in told.inner_text() and with_users.host not in told.inner_text(), told.inner_text()
    assert "kit login" not in told.inner_text()
    asked.get_by_label("Password or access token").fill("hunter2")
    page.keyboard.press("Enter")
    asked.wait_for(state="detached")
    row(page, "registry", "users").get_by_text("signed in").wait_for()
    lab.change("POST", "logout", {"registry": "users"})


def test_where_a_login_is_missing_the_kit_and_its_transfer_have_a_button_that_signs_in(
    page: Any, lab: Lab, pictures: Camera
) -> None:
    command(page, "kitops:open-kit", reference="users/secret:v1")
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text="users/secret:v1").last
    failure = tab.get_by_role("alert")
    failure.get_by_text("users requires you to sign in.").wait_for()
    assert "kit login" not in failure.inner_text()
    pictures.take(page, "way-on")
    failure.get_by_role("button", name="Sign in").press("Enter")
    dialog(page, "Sign in to users")
    page.keyboard.press("Escape")
    lab.change("POST", "jobs", {"kind": "pull", "reference": "users/secret:v1", "directory": "secret"})
    job = job_state(page, "failed", "secret:v1")
    job.get_by_role("button", name="Sign in").press("Enter")
    dialog(page, "Sign in to users")
    page.keyboard.press("Escape")
