"""While a cell keeps the kernel busy: Cancel is heard, the open notebook is saved, and the password goes nowhere."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.fault_server import Fault, serving
from tests.widgets.front_end import FrontEnd

pytestmark = [
    pytest.mark.filterwarnings(f"default::{name}")
    for name in ("ResourceWarning", "DeprecationWarning", "RuntimeWarning", "pytest.PytestUnraisableExceptionWarning")
]

LONG_WORK = """
import threading, time
from kitops_jupyter.progress import Event
from kitops_jupyter.widgets import CellScreen

with CellScreen(get_ipython()).transfer("pull registry.example.com/team/churn:v1") as observe:
    observe(Event("started", "model.bin", 0, 1000))
    for done in range(1000):
        observe(Event("advanced", "model.bin", done, 1000))
        time.sleep(0.03)
"""


def ends_with(front_end: FrontEnd, cell: str) -> dict[str, Any]:
    """The error that a cell ended with."""
    front_end.wait(lambda: front_end.is_done(cell))
    errors = front_end.outputs(cell, "error")
    assert errors, front_end.outputs(cell, "stream")
    return dict(errors[0]["content"])


def test_cancel_stops_a_running_cell_within_a_second(front_end: FrontEnd) -> None:
    front_end.open_subshell()
    cell = front_end.execute(LONG_WORK)
    button = front_end.wait(lambda: front_end.find(description="Cancel"))
    front_end.wait(lambda: front_end.outputs(cell, "display_data"))
    clicked = time.monotonic()
    front_end.click(button)
    error = ends_with(front_end, cell)
    assert time.monotonic() - clicked < 1.5
    assert error["ename"] == "Cancelled"
    assert "Traceback (most recent call last)" not in "".join(error["traceback"])


def test_cancel_ends_a_cell_that_waits_for_a_registry_that_does_not_answer(front_end: FrontEnd) -> None:
    front_end.open_subshell()
    with serving() as server:
        server.fault("GET", ".*", *[Fault(no_answer=True)] * 20)
        cell = front_end.execute(f"%kit list {server.host}/team/churn --plain-http")
        front_end.wait(lambda: front_end.outputs(cell, "display_data"))
        clicked = time.monotonic()
        front_end.click(front_end.find(description="Cancel"))
        error = ends_with(front_end, cell)
        assert time.monotonic() - clicked < 2
    assert error["ename"] == "Cancelled"


def test_bars_are_replaced_by_a_line_and_leave_no_widget_behind(front_end: FrontEnd) -> None:
    cell = front_end.execute(LONG_WORK.replace("range(1000)", "range(30)"))
    front_end.wait(lambda: front_end.is_done(cell))
    (shown,) = front_end.outputs(cell, "display_data")
    assert "application/vnd.jupyter.widget-view+json" in shown["content"]["data"]
    (last,) = front_end.outputs(cell, "update_display_data")
    assert last["content"]["data"]["text/plain"].startswith("✓ ")
    assert "application/vnd.jupyter.widget-view+json" not in last["content"]["data"]
    front_end.wait(lambda: not front_end.states)


def test_the_bars_show_their_line_and_how_far_it_is(front_end: FrontEnd) -> None:
    front_end.open_subshell()
    front_end.execute(LONG_WORK.replace("range(1000)", "range(60)"))
    front_end.wait(lambda: [s for s in front_end.states.values() if "%kit pull registry" in str(s.get("value"))])
    front_end.wait(lambda: [s for s in front_end.states.values() if "max" in s and 0 < s["value"] < 1])


def test_a_front_end_without_subshells_is_told_to_interrupt(front_end: FrontEnd) -> None:
    cell = front_end.execute(LONG_WORK.replace("range(1000)", "range(30)"))
    front_end.wait(lambda: [s for s in front_end.states.values() if "interrupt the kernel" in str(s.get("value"))])
    front_end.wait(lambda: front_end.is_done(cell))


def answer_saves(front_end: FrontEnd, path: Path, told: str) -> list[dict[str, Any]]:
    """Do what the labextension does; returns the requests as they come."""
    asked: list[dict[str, Any]] = []

    def save(message: dict[str, Any]) -> None:
        content = message["content"]
        if content["target_name"] == "kitops.frontend":
            asked.append(content["data"])
            path.write_text('{"saved": 1}')
            front_end.send(content["comm_id"], {"ok": True, "path": told, "dirty": False, "id": content["data"]["id"]})

    front_end.on_comm = save
    return asked


def test_pack_has_the_open_notebook_saved_first(front_end: FrontEnd, project: Path) -> None:
    front_end.open_subshell()
    asked = answer_saves(front_end, project / "churn.ipynb", "project/churn.ipynb")
    started = time.monotonic()
    outputs = front_end.run("packed = %kit pack . -t churn:v1\nprint(packed.notes, packed.size_bytes)")
    assert time.monotonic() - started < 3
    assert asked[0]["op"] == "save"
    assert "churn.ipynb was saved first" in outputs[-1]["content"]["text"]
    assert front_end.run("%kit unpack churn:v1 -d out;") == []
    assert (project / "out" / "churn.ipynb").read_text() == '{"saved": 1}'


def test_a_renamed_notebook_is_known_by_the_answer(front_end: FrontEnd, project: Path) -> None:
    front_end.open_subshell()
    answer_saves(front_end, project / "renamed.ipynb", "renamed.ipynb")
    outputs = front_end.run("packed = %kit pack -t churn:v1\nprint(packed.notes)")
    assert "renamed.ipynb was saved first" in outputs[-1]["content"]["text"]
    assert "renamed.ipynb is in no layer" in outputs[-1]["content"]["text"]


def test_a_front_end_that_cannot_be_heard_but_saves_is_believed_by_the_file(front_end: FrontEnd, project: Path) -> None:
    answer_saves(front_end, project / "churn.ipynb", "churn.ipynb")  # by the main shell: it waits behind the cell
    outputs = front_end.run("packed = %kit pack . -t churn:v1\nprint(packed.notes)")
    assert "churn.ipynb was saved first" in outputs[-1]["content"]["text"]


def test_silence_fails_no_pack_and_is_waited_for_once(front_end: FrontEnd) -> None:
    line = "packed = %kit pack . -t churn:v1\nprint(packed.notes)"
    started = time.monotonic()
    assert "may have unsaved changes" in front_end.run(line)[-1]["content"]["text"]
    assert 2.5 < time.monotonic() - started < 6
    started = time.monotonic()
    assert "may have unsaved changes" in front_end.run(line)[-1]["content"]["text"]
    assert time.monotonic() - started < 2.5


def test_no_notebook_asks_nobody(front_end: FrontEnd, project: Path) -> None:
    asked = answer_saves(front_end, project / "churn.ipynb", "churn.ipynb")
    assert front_end.run("packed = %kit pack . --no-notebook -t churn:v1\nprint(packed.notes)")
    assert asked == []


FORM = """
from kitops_jupyter.errors import Unauthorized
from kitops_jupyter.operations.login import LoginResult
from kitops_jupyter.verbs.core.screen import SignIn
from kitops_jupyter.widgets import CellScreen

def attempt(username, secret):
    if secret != "correct horse":
        raise Unauthorized("registry.example.com does not know ada with that password", hint="try again")
    return LoginResult("registry.example.com", username, "the keychain")

form = CellScreen(get_ipython()).sign_in(SignIn("registry.example.com", "", attempt))
form
"""


def status(front_end: FrontEnd, words: str) -> bool:
    return any(words in str(state.get("value")) for state in front_end.states.values())


def test_the_form_signs_in_and_says_so(front_end: FrontEnd) -> None:
    front_end.run(FORM)
    front_end.type(front_end.find(description="User name"), "ada")
    front_end.type(front_end.find(description="Password"), "correct horse")
    front_end.click(front_end.find(description="Sign in"))
    front_end.wait(lambda: status(front_end, "Signed in to registry.example.com as ada, kept in the keychain"))
    assert "Logged in to registry.example.com as ada" in front_end.run("print(form)")[0]["content"]["text"]


def test_enter_in_the_password_signs_in(front_end: FrontEnd) -> None:
    front_end.run(FORM)
    front_end.type(front_end.find(description="User name"), "ada")
    front_end.enter(front_end.find(description="Password"), "correct horse")
    front_end.wait(lambda: status(front_end, "Signed in to"))


def test_a_wrong_password_is_told_in_the_form_and_can_be_mended(front_end: FrontEnd) -> None:
    front_end.run(FORM)
    front_end.type(front_end.find(description="User name"), "ada")
    front_end.enter(front_end.find(description="Password"), "wrong")
    front_end.wait(lambda: status(front_end, "does not know ada"))
    front_end.wait(lambda: front_end.find(description="Sign in", disabled=False))
    front_end.enter(front_end.find(description="Password"), "correct horse")
    front_end.wait(lambda: status(front_end, "Signed in to"))


def test_the_secret_is_in_no_message_of_the_kernel_and_in_no_state(front_end: FrontEnd) -> None:
    front_end.run(FORM)
    field = front_end.find(description="Password")
    front_end.type(front_end.find(description="User name"), "ada")
    front_end.type(field, "correct horse")
    front_end.wait(lambda: front_end.states[field].get("placeholder", "").startswith("•"))
    assert front_end.states[field]["value"] == ""
    front_end.click(front_end.find(description="Sign in"))
    front_end.wait(lambda: status(front_end, "Signed in to"))
    front_end.run("import ipywidgets; print(ipywidgets.Widget.get_manager_state(), vars(form), Out)")
    sent = [message for message in front_end.messages if message["msg_type"] != "execute_input"]
    assert "correct horse" not in json.dumps(sent, default=str)


def test_a_missing_field_is_told(front_end: FrontEnd) -> None:
    front_end.run(FORM)
    front_end.click(front_end.find(description="Sign in"))
    front_end.wait(lambda: status(front_end, "user name is missing"))
