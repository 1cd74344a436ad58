"""A Kitfile in JupyterLab's editor: YAML in colours, its problems underlined, its fields completed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.acts import Camera, command
from tests.e2e.lab import Lab

pytestmark = pytest.mark.browser


@pytest.fixture
def editor(page: Any, lab: Lab) -> Any:
    """The editor of a Kitfile with a field that kit does not know, opened with a double click."""
    (lab.root / "written").mkdir(exist_ok=True)
    (lab.root / "written" / "Kitfile").write_text("manifestVersion: 1.0.0\nmodel:\n  nam: forest\n")
    command(page, "filebrowser:open-path", path="written")
    page.locator('.jp-DirListing-item[data-file-type="kitfile"]').dblclick()
    found = page.locator(".jp-FileEditor .cm-editor").last
    found.locator(".cm-lintRange-error").wait_for()
    return found


def test_a_problem_is_underlined_as_validate_says_it_and_goes_when_it_is_fixed(
    page: Any, editor: Any, pictures: Camera
) -> None:
    wrong = editor.locator(".cm-lintRange-error")
    assert wrong.inner_text() == "nam"
    assert editor.locator(".cm-line span[class]").count() > 0  # in colours
    wrong.hover()
    page.locator(".cm-tooltip .cm-diagnostic").get_by_text("did you mean name?").wait_for()
    pictures.take(page, "kitfile-problem")
    icon = page.locator(".lm-TabBar-tab.jp-mod-current").filter(has_text="Kitfile").locator(".lm-TabBar-tabIcon svg")
    in_browser = page.locator('.jp-DirListing-item[data-file-type="kitfile"] .jp-DirListing-itemIcon svg')
    assert icon.inner_html() == in_browser.inner_html()  # the tab has it, too, not the one of any text
    editor.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("model: {path: m.bin}")
    editor.locator(".cm-lintRange-error").wait_for(state="detached")
    editor.locator(".cm-lintRange-warning").wait_for()  # no manifestVersion: taken, with a warning


def test_fields_are_completed_by_the_keyboard_with_what_they_are_for(page: Any, editor: Any, pictures: Camera) -> None:
    editor.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("pack")
    box = page.locator(".cm-tooltip-autocomplete")
    box.get_by_role("option", name="package").wait_for()
    page.wait_for_timeout(200)  # the list takes no Enter in its first moments
    page.keyboard.press("Enter")
    box.get_by_role("option", name="license").wait_for()
    page.locator(".cm-completionInfo").get_by_text("The kit's name").wait_for()
    pictures.take(page, "kitfile-completion")
    page.keyboard.type("lic")
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    page.keyboard.type("MIT")
    assert editor.locator(".cm-line").all_inner_texts()[:2] == ["package:", "  license: MIT"]
