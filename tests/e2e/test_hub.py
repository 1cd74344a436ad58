"""The panel under a JupyterHub, with a base URL and `/user/NAME/` before all that it asks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.acts import Camera, accept, command, dialog, job_state, open_panel, open_row
from tests.fakes.registries import Real
from tests.hub.conftest import PASSWORD, Hub, hub  # noqa: F401  (a fixture)
from tests.operations.projects import make_project

pytestmark = pytest.mark.browser


def test_somebody_signs_in_packs_pushes_and_sees_nothing_of_others(
    browser: Any,
    hub: Hub,  # noqa: F811
    plain: Real,
    pictures: Camera,
) -> None:
    make_project(hub.homes / "alice" / "project")
    page = signed_in(browser, hub, "alice")
    command(page, "kitops:add-registry")
    asked = dialog(page, "Add a registry")
    asked.locator("input[name=url]").fill(f"http://{plain.host}")
    asked.locator("input[name=name]").fill("corp")
    accept(asked)
    command(page, "kitops:pack", path="project")
    asked = dialog(page, "Pack as ModelKit")
    asked.locator("input").first.fill("corp/hub:v1")
    asked.get_by_text("Also push it to its registry").click()
    accept(asked)
    job_state(page, "done", "hub:v1")  # told by an event of the server, or found by asking
    open_row(page, "registry", "corp")
    open_row(page, "repository", "hub")
    page.locator('#kitops-panel [data-registry][data-reference="corp/hub:v1"]').wait_for()
    pictures.take(page, "hub", in_both=False)
    page.context.close()
    other = signed_in(browser, hub, "bob")
    other.locator('#kitops-panel [data-kind="store"]').wait_for()
    assert "corp" not in other.locator("#kitops-panel").inner_text()
    assert not other.locator(".kitops-Job").count()
    other.context.close()


def signed_in(browser: Any, hub: Hub, name: str) -> Any:  # noqa: F811
    """A page of somebody's own server, with the panel open."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{hub.url}hub/login")
    page.locator("#username_input").fill(name)
    page.locator("#password_input").fill(PASSWORD)
    page.locator("#login_submit").click()
    page.wait_for_url(f"**/user/{name}/lab**", timeout=120_000)
    open_panel(page)
    return page
