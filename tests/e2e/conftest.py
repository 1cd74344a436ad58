"""A real JupyterLab with the extension, a real Chromium, and a real registry with kits in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from kitops_jupyter.settings import Settings
from tests.e2e.acts import Camera, camera, open_panel
from tests.e2e.lab import Lab, fill, write_notebook
from tests.fakes.registries import Real
from tests.fakes.slow_way import slow_way

BROWSER_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
BYTES_PER_S = 8 << 20


@pytest.fixture(scope="session")
def lab(
    tmp_path_factory: pytest.TempPathFactory,
    plain: Real,
    with_users: Real,
) -> Iterator[Lab]:
    """JupyterLab; `corp` is a registry with kits, slow enough to look at, `dead` is one that does not answer."""
    folder = tmp_path_factory.mktemp("lab")
    home, root, other = folder / "home", folder / "root", folder / "other"
    for each in (home, root, other):
        each.mkdir()
    with slow_way(plain.host, BYTES_PER_S) as slow:
        named = {"corp": {"url": f"http://{plain.host}"}, "dead": {"url": "http://127.0.0.1:9"}}
        named["users"] = {"url": f"http://{with_users.host}"}
        (other / "registries.json").write_text(json.dumps(named))
        fill(folder / "project", Settings.load({}, home=other))
        (home / "registries.json").write_text(json.dumps({**named, "corp": {"url": f"http://{slow.address}"}}))
        write_notebook(root / "study.ipynb")
        made = Lab(root, home, slow)
        made.start()
        yield made
        made.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium; its event loop ends with the module, so that others of this process may have theirs."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed (Debian: apt install chromium)")
    with api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=program, args=BROWSER_FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, lab: Lab) -> Iterator[Any]:
    """JupyterLab in a tab, with the panel open; ends with no error of the page's own."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)  # a busy machine is slow
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"http://127.0.0.1:{lab.port}/lab?token=t&reset")
    open_panel(page)
    yield page
    assert page.evaluate("window.hacked") is None
    context.close()
    assert not faults


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    return camera(tmp_path_factory.mktemp("screenshots"))
