"""What a person does in JupyterLab, and a camera."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.lab import Lab

CRAWL_BYTES_PER_S = 1 << 20  # for what is looked at while it goes on


@dataclass(frozen=True)
class Camera:
    """Screenshots into a folder; `in_both` themes only when somebody asked for the pictures, for it takes a while."""

    folder: Path
    is_asked: bool

    def take(self, page: Any, name: str, *, in_both: bool = True) -> None:
        """`NAME.png`, and `NAME-dark.png`."""
        page.screenshot(path=self.folder / f"{name}.png")
        if self.is_asked and in_both:
            change_theme(page, "JupyterLab Dark")
            page.screenshot(path=self.folder / f"{name}-dark.png")
            change_theme(page, "JupyterLab Light")


def camera(folder: Path) -> Camera:
    """Into $KIT_SCREENSHOTS, if that is set, else into `folder`."""
    named = os.environ.get("KIT_SCREENSHOTS")
    (chosen := Path(named) if named else folder).mkdir(parents=True, exist_ok=True)
    return Camera(chosen, named is not None)


def command(page: Any, name: str, **arguments: object) -> None:
    """Run a command of JupyterLab, as the palette does."""
    page.evaluate("([name, given]) => void window.jupyterapp.commands.execute(name, given)", [name, arguments])


def change_theme(page: Any, name: str) -> None:
    """Another theme, drawn to the end."""
    command(page, "apputils:change-theme", theme=name)
    page.wait_for_function(
        """name => document.body.dataset.jpThemeName === name
            && !document.querySelector('#jupyterlab-splash') && document.fonts.status === 'loaded'""",
        arg=name,
    )
    page.wait_for_timeout(300)  # colours fade


def open_panel(page: Any) -> None:
    """Show the panel, whatever the layout was."""
    page.wait_for_selector("#jp-main-dock-panel .lm-TabBar-tab")
    panel = page.locator("#kitops-panel")
    page.locator('[data-id="kitops-panel"]').wait_for()
    if not panel.is_visible():
        page.locator('[data-id="kitops-panel"]').click()
    page.locator("#kitops-panel [role=tree]").wait_for()


def open_notebook(page: Any, path: str = "") -> None:
    """A notebook, a new one without a path; its kernel is there when this is done."""
    page.evaluate(
        """async path => {
            const { commands } = window.jupyterapp;
            const panel = path ? await commands.execute('docmanager:open', { path, factory: 'Notebook' })
                : await commands.execute('notebook:create-new', { kernelName: 'python3' });
            await panel.context.ready; await panel.sessionContext.ready; await panel.revealed;
            window.openNotebook = panel;
        }""",
        path,
    )


def run_cell(page: Any, source: str) -> None:
    """Write this into the cell of the open notebook, and run it; does not wait for the end."""
    page.evaluate(
        """source => {
            window.openNotebook.content.activeCell.model.sharedModel.setSource(source);
            void window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        source,
    )


def row(page: Any, kind: str, name: str) -> Any:
    """A row of the panel's tree, not one of the local store's."""
    return page.locator(f'#kitops-panel .kitops-Row[data-kind="{kind}"][data-registry]').filter(has_text=name).first


def open_row(page: Any, kind: str, name: str) -> None:
    """Unfold a row, unless it is; what the panel remembers of an earlier page may come a moment later."""
    found = row(page, kind, name)
    found.wait_for()
    for _ in range(20):
        page.wait_for_timeout(300)
        if found.get_attribute("aria-expanded") == "true":
            return
        found.click()
    raise AssertionError(f"{kind} {name} cannot be unfolded")


def open_kit(page: Any, reference: str) -> Any:
    """Open a kit's tab from the panel, and wait for its contents."""
    registry, repository = reference.partition(":")[0].split("/", 1)
    open_row(page, "registry", registry)
    open_row(page, "repository", repository)
    page.locator(f'#kitops-panel [data-registry][data-reference="{reference}"]').click()
    tab = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden)").filter(has_text=reference).last
    show_contents(tab)
    return tab


def show_contents(tab: Any) -> None:
    """Go from the overview of a kit's tab to its contents."""
    tab.get_by_role("tab", name="Contents").click()
    tab.locator(".kitops-Node").first.wait_for()


def node(tab: Any, name: str) -> Any:
    """A layer, folder or file of a kit's tab."""
    return tab.locator(".kitops-Node").filter(has_text=name).first


def unfold(page: Any, found: Any) -> None:
    """Open a layer or a folder of a kit's tab, by the keyboard."""
    found.locator(".kitops-Node-name").click()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    if found.get_attribute("aria-expanded") != "true":
        found.locator(".kitops-Node-caret").click()


def tick(found: Any) -> None:
    """Tick a layer, folder or file, or take the tick away."""
    found.locator("[role=checkbox], input, .kitops-TickBox").first.click()


def job_state(page: Any, state: str, name: str = "") -> Any:
    """A transfer of this name, when it is so."""
    found = page.locator(f"#kitops-panel .kitops-Job.kitops-mod-{state}").filter(has_text=name).first
    found.wait_for()
    return found


def dialog(page: Any, title: str) -> Any:
    """The dialog of this title."""
    found = page.locator(".jp-Dialog").filter(has=page.locator(".jp-Dialog-header").filter(has_text=title))
    found.wait_for()
    return found


def accept(found: Any) -> None:
    """Press a dialog's button, once it may be pressed, and see it close."""
    found.locator(".jp-Dialog-footer .jp-mod-accept:not([disabled])").click()
    found.wait_for(state="detached")


def ended(page: Any, lab: Lab, reference: str) -> dict[str, Any]:
    """The newest job of a kit, once it has ended."""
    for _ in range(300):
        found = [job for job in lab.ask("jobs")["jobs"] if job["reference"] == reference]
        newest: dict[str, Any] = max(found, key=lambda job: job["started"], default={"state": "none"})
        if newest["state"] in ("done", "failed", "cancelled"):
            return newest
        page.wait_for_timeout(100)
    raise AssertionError(json.dumps(found))


def runs_out(page: Any, boxes: str) -> list[str]:
    """The texts that are drawn beyond the edge of the box that they are in; what an ellipsis cuts is not."""
    found: list[str] = page.evaluate(
        """boxes => [...document.querySelectorAll(boxes)].flatMap(box => {
            const edge = box.getBoundingClientRect();
            const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
            const out = [];
            while (texts.nextNode()) {
                const range = document.createRange();
                range.selectNodeContents(texts.currentNode);
                let { left, right, top, bottom, width } = range.getBoundingClientRect();
                for (let at = texts.currentNode.parentElement; at !== box; at = at.parentElement) {
                    if (getComputedStyle(at).overflowX !== 'visible') {
                        const cut = at.getBoundingClientRect();
                        [left, right] = [Math.max(left, cut.left), Math.min(right, cut.right)];
                    }
                }
                const isIn = left >= edge.left - 1 && right <= edge.right + 1
                    && top >= edge.top - 1 && bottom <= edge.bottom + 1;
                if (width && !isIn) out.push(texts.currentNode.textContent);
            }
            return out;
        })""",
        boxes,
    )
    return found
