"""A real JupyterLab with the extension, a real Chromium, and a real registry with kits in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.settings import Settings
from tests.e2e.acts import Camera, camera, change_theme, open_panel
from tests.e2e.lab import Lab, fill, write_notebook
from tests.fakes.registries import Real
from tests.fakes.slow_way import slow_way

BROWSER_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
BYTES_PER_S = 8 << 20
AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")


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


@pytest.fixture
def judged(page: Any) -> Any:
    """A function that says what is wrong with what a selector finds, in each theme."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make lint installs it)")
    source = AXE.read_text("utf-8")

    def judge(selector: str, themes: tuple[str, ...] = THEMES[:1]) -> list[str]:
        page.evaluate(source)
        wrong = []
        for theme in themes:
            if theme != THEMES[0]:
                change_theme(page, theme)
            found = page.evaluate(
                """async selector => (await axe.run(selector, { resultTypes: ['violations'] })).violations
                    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
                    .map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 4).map(node =>
                        [node.html.slice(0, 200), node.failureSummary]) }))""",
                selector,
            )
            wrong += [f"{selector}, {theme}: {json.dumps(each)}" for each in found]
        if len(themes) > 1:
            change_theme(page, THEMES[0])
        return wrong

    return judge
