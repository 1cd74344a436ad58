"""A notebook that nobody watches: text, no widget, no prompt, and a failing cell fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

# The client's own sockets and loops close late; what is tested is the kernel.
pytestmark = [
    pytest.mark.filterwarnings(f"default::{name}")
    for name in ("ResourceWarning", "DeprecationWarning", "RuntimeWarning", "pytest.PytestUnraisableExceptionWarning")
]

KITFILE = "manifestVersion: 1.0.0\ncode:\n  - path: train.py\n"


def execute(folder: Path, *cells: str, **more: str) -> Any:
    """Run the cells in a kernel of their own, as nbclient and papermill do; returns the notebook."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    environment = {name: text for name, text in os.environ.items() if name != "JPY_SESSION_NAME"}
    environment |= {"KITOPS_HOME": str(folder / "home"), **more}
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=environment)
    return notebook


def test_a_notebook_packs_headless_with_text_and_cards(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("x = 1\n")
    cells = execute(
        tmp_path,
        "%load_ext kitops_jupyter",
        f"%%kit pack -t churn:v1\n{KITFILE}",
        "%kit list",
        "%%kit\n$ ./kit tag champion churn:v1\nkit list --format json",
        "packed = %kit pack . --init -t churn:v2\nassert packed.digest",
    ).cells
    assert "train.py: " in cells[1].outputs[0].text
    card = cells[1].outputs[-1].data
    assert "Packed churn:v1" in card["text/plain"]
    assert 'class="kitops-card"' in card["text/html"]
    assert "churn" in cells[2].outputs[0].data["text/plain"]
    assert "champion" in cells[3].outputs[-1].data["text/plain"]
    kinds = {kind for cell in cells for output in cell.outputs for kind in output.get("data", {})}
    assert kinds == {"text/plain", "text/html"}


def test_a_failing_cell_fails_with_two_lines(tmp_path: Path) -> None:
    with pytest.raises(nbclient.exceptions.CellExecutionError) as caught:
        execute(tmp_path, "%load_ext kitops_jupyter", "%kit info no-such-kit:v1")
    assert caught.value.ename == "NotFound"
    assert "no-such-kit:v1" in caught.value.evalue
    assert "Traceback (most recent call last)" not in str(caught.value)


WATCHED = """
import threading, time
from kitops_jupyter.magics.bars import meter
from kitops_jupyter.progress import Event

def work(name):
    for step, done in (("started", 0), ("advanced", 40), ("finished", 100)):
        observe(Event(step, name, done, 100))
        time.sleep(0.3)

with meter("", get_ipython()) as observe:
    threads = [threading.Thread(target=work, args=(name,)) for name in ("model", "data")]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


def test_with_a_front_end_there_are_widgets_in_the_cell_that_asked(tmp_path: Path) -> None:
    cells = execute(tmp_path, WATCHED, "1", JPY_SESSION_NAME=str(tmp_path / "a.ipynb")).cells
    kinds = [kind for output in cells[0].outputs for kind in output.get("data", {})]
    assert "application/vnd.jupyter.widget-view+json" in kinds
    assert not [output for output in cells[0].outputs if output.output_type in ("stream", "error")]
    assert [output.output_type for output in cells[1].outputs] == ["execute_result"]


def test_headless_packs_say_what_of_the_notebook_was_packed_and_ask_nobody(tmp_path: Path) -> None:
    (tmp_path / "churn.ipynb").write_text("{}")
    cells = execute(
        tmp_path,
        "%load_ext kitops_jupyter",
        "packed = %kit pack . -t churn:v1\nprint(*packed.notes, sep='\\n')",
        "print(open('environment/requirements.txt').readline())",
        "again = %kit pack . -t churn:v2\nassert again.digest == packed.digest",
        "%kit browse churn",
    ).cells
    assert "environment/ contains the environment: Python" in cells[1].outputs[-1].text
    assert cells[2].outputs[0].text.startswith("# Written by kit pack")
    listed = cells[4].outputs[-1].data
    assert "v1" in listed["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" not in listed


def test_headless_a_login_has_nobody_to_ask(tmp_path: Path) -> None:
    with pytest.raises(nbclient.exceptions.CellExecutionError) as caught:
        execute(tmp_path, "%load_ext kitops_jupyter", "%kit login registry.example.com -u ada")
    assert caught.value.ename == "Usage"
    assert "jupyter kit login registry.example.com -u ada --password-stdin" in caught.value.evalue


PACK = """%load_ext kitops_jupyter
import numpy as np, pandas as pd
train, clf = pd.DataFrame({"age": [20, 30]}), np.arange(3)
%kit pack . -t live:v1 --dataset train --model clf --metric auc=0.9"""


def test_headless_variables_are_packed_and_loaded_with_text_alone(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text("{}")
    check = "assert train.age.tolist() == [20, 30] and clf.tolist() == [0, 1, 2]"
    cells = execute(tmp_path, PACK, f"del train, clf\n%kit load live:v1\n{check}").cells
    outputs = [output for cell in cells for output in cell.outputs]
    assert {kind for output in outputs for kind in output.get("data", {})} == {"text/plain", "text/html"}
    assert "datasets/train.parquet" in cells[0].outputs[-1].data["text/plain"]


def test_papermill_runs_a_notebook_that_packs_and_loads_variables(tmp_path: Path, monkeypatch: Any) -> None:
    papermill = pytest.importorskip("papermill")
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    parameters = nbformat.v4.new_code_cell("rows = 1", metadata={"tags": ["parameters"]})
    sources = (PACK.replace("[20, 30]", "[20] * rows"), "del train\n%kit load live:v1 train\nassert len(train) == 3")
    notebook = nbformat.v4.new_notebook(
        cells=[parameters, *map(nbformat.v4.new_code_cell, sources)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, tmp_path / "n.ipynb")
    done = papermill.execute_notebook(
        tmp_path / "n.ipynb", tmp_path / "out.ipynb", {"rows": 3}, cwd=str(tmp_path), progress_bar=False
    )
    assert "datasets/train.parquet" in done.cells[2].outputs[-1].data["text/plain"]
