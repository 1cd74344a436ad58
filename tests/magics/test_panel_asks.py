"""What the panel's dialog asks a kernel: a real kernel, over its own channels, as JupyterLab does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

from kitops_jupyter.magics.reporting import MARK, MIME
from kitops_jupyter.magics.variables import TARGET

manager = pytest.importorskip("jupyter_client.manager")

# The client's own sockets and loops close late; what is tested is the kernel.
pytestmark = [
    pytest.mark.filterwarnings(f"default::{name}")
    for name in ("ResourceWarning", "DeprecationWarning", "RuntimeWarning", "pytest.PytestUnraisableExceptionWarning")
]

SET = """
import numpy as np, pandas as pd
clf, train, auc, secret = np.eye(3), pd.DataFrame({"age": [1, 2]}), 0.9, "a value that stays here"
"""


class Kernel:
    """A kernel that a page talks to."""

    def __init__(self, folder: Path) -> None:
        environment = {name: text for name, text in os.environ.items() if name != "JPY_SESSION_NAME"}
        environment |= {"KITOPS_HOME": str(folder / "home"), "JPY_SESSION_NAME": str(folder / "work" / "n.ipynb")}
        self.manager, self.client = manager.start_new_kernel(cwd=str(folder / "work"), env=environment)

    def send(self, kind: str, content: dict[str, Any], **metadata: Any) -> str:
        message = self.client.session.msg(kind, content, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def run(self, code: str, **metadata: Any) -> str:
        """As the dialog runs a line: it is in no history, nobody can be asked, and a failure stops no other cell."""
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
        return self.send("execute_request", content | {"allow_stdin": False, "stop_on_error": False}, **metadata)

    def told(self, asked: str, is_last: Callable[[dict[str, Any]], bool] | None = None) -> list[dict[str, Any]]:
        """What the kernel published for a request, up to its end."""
        found: list[dict[str, Any]] = []
        until_s = time.monotonic() + 60
        while time.monotonic() < until_s:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") != asked:
                continue
            found.append(message)
            is_idle = message["content"].get("execution_state") == "idle"
            if is_last(message) if is_last and not is_idle else is_idle:
                return found
        raise AssertionError(f"no end: {[each['msg_type'] for each in found]}")

    def listed(self, folder: Path | str) -> dict[str, Any]:
        opened = {"comm_id": os.urandom(8).hex(), "target_name": TARGET, "data": {"folder": str(folder)}}
        told = self.told(self.send("comm_open", opened))
        answers = [each["content"] for each in told if each["msg_type"] in ("comm_msg", "comm_close")]
        assert len(answers) == 1
        answer: dict[str, Any] = answers[0].get("data") or {}
        return answer


def reports(told: list[dict[str, Any]]) -> dict[str, Any]:
    """The last report of each sort."""
    found: dict[str, Any] = {}
    for message in told:
        found |= message["content"].get("data", {}).get(MIME, {})
    return found


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    work = tmp_path / "work"
    work.mkdir()
    (work / "n.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    made = Kernel(tmp_path)
    made.told(made.run(SET))
    yield made
    made.client.stop_channels()
    made.manager.shutdown_kernel(now=True)


def test_the_panel_is_told_names_types_and_sizes_and_no_value(kernel: Kernel, tmp_path: Path) -> None:
    kernel.told(kernel.run("%load_ext kitops_jupyter"))
    told = kernel.listed(tmp_path / "work")
    rows = {each["name"]: (each["role"], each["type"], each["shape"]) for each in told["variables"]}
    assert rows == {
        "train": ("dataset", "pandas.DataFrame", [2, 1]),
        "clf": ("dataset", "numpy.ndarray", [3, 3]),
        "auc": ("metric", "float", []),
        "secret": ("param", "str", []),
    }
    assert (told["total"], told["place"]) == (4, "here")
    assert "stays here" not in str(told)
    assert kernel.listed(tmp_path)["place"] == "elsewhere"
    assert kernel.listed("/no/such/folder")["place"] == kernel.listed("a\0b")["place"] == "unseen"


def test_a_kernel_without_the_extension_closes_what_the_panel_opens(kernel: Kernel) -> None:
    assert kernel.listed("") == {}
    kernel.told(kernel.run("%load_ext kitops_jupyter"))
    assert kernel.listed("")["total"] == 4
    kernel.told(kernel.run("%unload_ext kitops_jupyter"))
    assert kernel.listed("") == {}


def test_the_line_of_the_panel_reports_its_progress_and_its_result(kernel: Kernel) -> None:
    line = "%kit pack . --no-notebook -t app:v1 --model clf --dataset train --metric auc=auc"
    kernel.told(kernel.run("%load_ext kitops_jupyter"))
    told = kernel.told(kernel.run(line, **{MARK: True}))
    report = reports(told)
    assert report["progress"]["items"][0]["name"]
    assert (report["result"]["files"] > 3, report["result"]["digest"][:7]) == (True, "sha256:")
    assert "Packed app:v1" in report["result"]["text"]
    assert "error" not in report
    shown = {kind for each in told for kind in each["content"].get("data", {})}
    assert "application/vnd.jupyter.widget-view+json" not in shown
    again = kernel.told(kernel.run("del clf, train\n%kit load app:v1\nprint(clf.sum(), list(train.age))"))
    assert any("3.0 [1, 2]" in str(each["content"].get("text")) for each in again)
    assert reports(again) == {}  # a cell is told nothing


def test_the_line_of_the_panel_reports_why_it_failed(kernel: Kernel) -> None:
    kernel.told(kernel.run("%load_ext kitops_jupyter"))
    line = "%kit pack . --no-notebook -t app:v1 --dataset train=open"
    error = reports(kernel.told(kernel.run(line, **{MARK: True})))["error"]
    assert error["code"] == "variable_refused"
    assert "no format keeps a builtins" in error["message"]


def test_the_line_of_the_panel_is_cancelled_by_an_interrupt_and_leaves_no_kit(kernel: Kernel, tmp_path: Path) -> None:
    kernel.told(kernel.run("%load_ext kitops_jupyter"))
    with (tmp_path / "work" / "large.bin").open("wb") as large:
        large.truncate(40 << 30)  # takes no room on the disk
    (tmp_path / "work" / "Kitfile").write_text("manifestVersion: 1.0.0\nmodel: {path: large.bin}\n")
    asked = kernel.run("%kit pack . --no-notebook -t app:v1 --dataset train", **{MARK: True})
    kernel.told(asked, lambda each: MIME in each["content"].get("data", {}))
    kernel.manager.interrupt_kernel()
    assert reports(kernel.told(asked))["error"]["code"] == "cancelled"
    listed = kernel.told(kernel.run("%kit list"))
    assert not any("v1" in str(each["content"].get("data")) for each in listed)
