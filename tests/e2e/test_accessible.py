"""Each screen for those who use no mouse or no eyes: axe-core finds nothing serious in it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.acts import Camera, command, dialog, open_kit, open_notebook, open_row
from tests.e2e.conftest import THEMES
from tests.e2e.lab import Lab, write_notebook
from tests.operations.projects import make_project

pytestmark = pytest.mark.browser

LINES = (
    "%load_ext kitops_jupyter\n%kit pack . -t corp/carded:v1 -m 'the first'",
    "%kit",
    "%kit list",
    "%kit list corp/app-model",
    "%kit info corp/carded:v1",
    "%kit inspect corp/carded:v1",
    "%kit files corp/app-model:v1",
    "%kit diff corp/app-model:v1 corp/app-model:champion",
    "%kit compare corp/app-model",
    "%kit promote corp/app-model:challenger --to champion --dry-run",
    "%kit doctor",
    "%kit clean",
    "%kit registry list",
    "%kit unpack corp/carded:v1 -d out",
    "%kit pull dead/none:v1",
    "%kit nonsense",
)
BROKEN = """() => [...document.querySelectorAll('.kitops-card th, .kitops-card td')]
    .filter(cell => cell.textContent.length <= 12).map(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 8)));
        return [cell.textContent, lines.size];
    }).filter(([, lines]) => lines > 1)"""  # the short cells that are broken into lines
TABS = ("Overview", "Contents", "Kitfile", "Notebook", "Diff", "History")


def test_the_panel(page: Any, judged: Any) -> None:
    open_row(page, "registry", "dead")
    page.locator("#kitops-panel").get_by_role("button", name="Try again").wait_for()
    open_row(page, "registry", "corp")
    open_row(page, "repository", "app-model")
    page.locator('#kitops-panel [data-reference="corp/app-model:v1"]').filter(has_text="MiB").wait_for()
    assert judged("#kitops-panel", THEMES) == []


@pytest.mark.parametrize("name", TABS)
def test_a_view_of_a_kit(page: Any, judged: Any, name: str) -> None:
    tab = open_kit(page, "corp/app-model:challenger")
    tab.get_by_role("tab", name=name, exact=True).click()
    if name == "Diff":
        tab.locator(".kitops-Diff-other input").fill("corp/app-model:champion")
        tab.get_by_role("button", name="Compare", exact=True).click()
        tab.get_by_role("button", name="Swap").wait_for()
    page.wait_for_timeout(1500)  # what it asks for has come
    place = f"#{tab.get_attribute('id')}".replace("/", "\\/").replace(":", "\\:")
    assert judged(place, THEMES) == []


def test_the_dialogs(page: Any, lab: Lab, judged: Any, pictures: Camera) -> None:
    make_project(lab.root / "judged")
    (lab.root / "judged" / "Kitfile").write_text("model:\n  nam: forest\n")
    opened: tuple[tuple[str, dict[str, object], str], ...] = (
        ("kitops:snapshot", {"path": "judged/train.ipynb"}, "Snapshot"),
        ("kitops:pack", {"path": "judged"}, "Pack"),
        ("kitops:promote", {"reference": "corp/app-model:challenger", "to": "champion"}, "Promote"),
        ("kitops:tag", {"reference": "corp/app-model:v1"}, "Tag"),
        ("kitops:remove", {"reference": "corp/app-model:v1", "remote": True}, "Remove"),
        ("kitops:push", {"reference": "corp/app-model:v1"}, "Push"),
        ("kitops:copy", {"reference": "corp/app-model:v1"}, "Copy to another registry"),
        ("kitops:clean-up", {}, "Disk use and clean-up"),
        ("kitops:add-registry", {}, "Add a registry"),
        ("kitops:edit-registry", {"registry": "corp"}, "Edit corp"),
        ("kitops:sign-in", {"registry": "users"}, "Sign in"),
        ("kitops:validate", {"path": "judged/Kitfile"}, "Kitfile"),
    )
    wrong: list[str] = []
    for name, arguments, title in opened:
        command(page, name, **arguments)
        found = dialog(page, title)
        page.wait_for_timeout(700)
        pictures.take(page, f"dialog-{name.partition(':')[2]}")
        wrong += [f"{title}: {each}" for each in judged(".jp-Dialog-content", THEMES)]
        page.keyboard.press("Escape")
        found.wait_for(state="detached")
    assert wrong == []


def test_what_cells_show(page: Any, lab: Lab, judged: Any, pictures: Camera) -> None:
    make_project(lab.root / "carded")
    write_notebook(lab.root / "carded" / "cards.ipynb")
    page.set_viewport_size({"width": 1400, "height": 9000})  # only cells in sight are in the page
    open_notebook(page, "carded/cards.ipynb")
    page.evaluate(
        """async lines => {
            const { content, sessionContext } = window.openNotebook;
            const cells = content.model.sharedModel;
            while (cells.cells.length) cells.deleteCell(0);
            lines.forEach(source => cells.addCell({ cell_type: 'code', source }));
            for (const at of lines.keys()) {
                content.deselectAll();
                content.activeCellIndex = at;
                await window.jupyterapp.commands.execute('notebook:run-cell');
            }
        }""",
        list(LINES),
    )
    outputs = ".jp-NotebookPanel .jp-OutputArea-output"
    assert page.locator(outputs).count() >= len(LINES)
    pictures.take(page, "cards")
    assert judged(outputs, THEMES) == []
    verbs = (
        page.locator(".kitops-card").filter(has_text="pack a notebook, its model and its data").locator("div").nth(1)
    )
    assert verbs.evaluate("node => node.scrollHeight <= node.clientHeight + 1")  # all verbs, without scrolling
    assert page.evaluate(BROKEN) == []
    page.evaluate("window.openNotebook.sessionContext.shutdown()")
