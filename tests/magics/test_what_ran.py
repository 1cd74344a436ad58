"""A real kernel: which cells of its notebook ran and which kits came in, noted in what it packs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.session import begin_session, current_session, end_session
from kitops_jupyter.settings import Settings
from tests.magics.conftest import RunCell
from tests.operations.projects import make_project

manager = pytest.importorskip("jupyter_client.manager")
nbformat = pytest.importorskip("nbformat")

pytestmark = [
    pytest.mark.filterwarnings(f"default::{name}")
    for name in ("ResourceWarning", "DeprecationWarning", "RuntimeWarning", "pytest.PytestUnraisableExceptionWarning")
]


class Notebook:
    """A notebook in a kernel of its own, whose front end tells the ids of its cells, as JupyterLab does."""

    def __init__(self, folder: Path, client: Any) -> None:
        self.path = folder / "study.ipynb"
        self._client = client
        self.cells: dict[str, str] = {}

    def save(self) -> None:
        listed = [nbformat.v4.new_code_cell(source, id=cell_id) for cell_id, source in self.cells.items()]
        nbformat.write(nbformat.v4.new_notebook(cells=listed), self.path)

    def run(self, cell_id: str, source: str = "", **more: bool) -> str:
        """Run a cell, with a new source if there is one; its text output and error."""
        self.cells[cell_id] = source or self.cells[cell_id]
        self.save()
        request = {"code": self.cells[cell_id], "silent": False, "store_history": True, "user_expressions": {}, **more}
        message = self._client.session.msg(
            "execute_request", request | {"allow_stdin": False}, metadata={"cellId": cell_id}
        )
        self._client.shell_channel.send(message)
        said = ""
        while True:
            heard = self._client.get_iopub_msg(timeout=60)
            if heard["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            content = heard["content"]
            told = content.get("text"), content.get("data", {}).get("text/plain"), content.get("evalue")
            said += "".join(str(text or "") for text in told)
            if heard["msg_type"] == "status" and content["execution_state"] == "idle":
                return said


@contextmanager
def running(folder: Path) -> Iterator[Notebook]:
    environment = os.environ | {"KITOPS_HOME": str(folder / "home"), "IPYTHONDIR": str(folder / "ipython")}
    environment["JPY_SESSION_NAME"] = str(folder / "study.ipynb")
    kernel = manager.KernelManager(kernel_name="python3")
    kernel.start_kernel(cwd=str(folder), env=environment)
    client = kernel.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Notebook(folder, client)
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def test_the_card_and_the_kit_say_how_the_notebook_differs_from_what_ran(tmp_path: Path) -> None:
    with running(tmp_path) as notebook:
        notebook.run("before", "x = 1")  # before anybody looks
        notebook.run("load", "%load_ext kitops_jupyter")
        notebook.run("first", "y = 2")
        notebook.run("gone", "hidden = 3")
        notebook.run("broken", "raise ValueError('no')")
        del notebook.cells["gone"]
        notebook.cells["first"] = "y = 22"
        notebook.run("probe", "z = 1", store_history=False)  # as variable explorers do
        del notebook.cells["probe"]
        said = notebook.run("pack", "%kit pack --init --no-env -t churn:v1")
        assert "study.ipynb is not what ran in this kernel: 1 cell was edited since it ran, 1 cell failed, " in said
        assert "1 cell that ran is no longer in it" in said and "never ran" not in said
        found = kit.info("churn:v1", settings=Settings.load({}, home=tmp_path / "home"))
    ran = found.facts.ran
    assert ran and (ran.cells, ran.as_saved, ran.edited, ran.failed, ran.gone) == (5, 3, 1, 1, 1)
    assert dict(ran.differing) == {"first": "edited", "broken": "failed"}
    assert "hidden" not in json.dumps(found.facts.to_json())


def test_a_notebook_that_ran_as_it_stands_gets_no_warning_and_a_kit_in_the_kernel_is_a_parent(tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path / "home")
    parent = kit.pack(make_project(tmp_path / "data"), tag="data:v1", settings=settings)
    (tmp_path / "study").mkdir()
    with running(tmp_path / "study") as notebook:
        notebook.run("load", f"%load_ext kitops_jupyter\nimport os; os.environ['KITOPS_HOME'] = {str(settings.home)!r}")
        notebook.run("pull", "%kit unpack data:v1 -d data")
        said = notebook.run("pack", "%kit pack --init --no-env -t churn:v1")
    assert "not what ran" not in said and "all 3 cells ran as saved" in said and "data:v1 (unpacked)" in said
    facts = kit.info("churn:v1", settings=settings).facts
    assert [(one.digest, one.way) for one in facts.parents] == [(parent.digest, "unpacked")]


def test_a_process_that_is_no_kernel_notes_no_parents(tmp_path: Path, settings: Settings) -> None:
    kit.pack(make_project(tmp_path / "data"), tag="data:v1", settings=settings)
    kit.unpack("data:v1", tmp_path / "out", settings=settings)
    assert current_session() is None
    assert kit.pack(tmp_path / "out", tag="churn:v1", settings=settings).facts.parents == ()


def test_each_way_into_the_kernel_makes_a_parent_once(tmp_path: Path, settings: Settings) -> None:
    kit.pack(make_project(tmp_path / "data"), tag="data:v1", settings=settings)
    begin_session()
    try:
        for folder in ("one", "two"):
            kit.unpack("data:v1", tmp_path / folder, settings=settings)
        packed = kit.pack(tmp_path / "one", tag="other:v1", settings=settings)
    finally:
        end_session()
    assert [kit.way for kit in packed.facts.parents] == ["unpacked"]


def test_unloading_the_extension_takes_the_hooks_back(shell: Any, run_cell: RunCell) -> None:
    hooks = [*shell.events.callbacks["pre_run_cell"], *shell.events.callbacks["post_run_cell"]]
    assert sum("kitops" in hook.__module__ for hook in hooks) == 2
    shell.run_line_magic("reload_ext", "kitops_jupyter")
    shell.run_line_magic("unload_ext", "kitops_jupyter")
    hooks = [*shell.events.callbacks["pre_run_cell"], *shell.events.callbacks["post_run_cell"]]
    assert not any("kitops" in hook.__module__ for hook in hooks) and current_session() is None


def test_a_hook_that_fails_is_not_noticed_by_the_cell(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*told: object, **more: object) -> None:
        raise RuntimeError("broken")

    for name in ("cell_began", "cell_ended"):
        monkeypatch.setattr("kitops_jupyter.session.Session." + name, broken)
    done = shell.run_cell("1 + 1", store_history=True)
    assert done.success and done.result == 2
