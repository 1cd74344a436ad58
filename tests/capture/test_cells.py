"""Whether the saved notebook is what the kernel ran: each kind of difference, and when nothing is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.capture import Judged, judge_cells
from kitops_jupyter.session import Session

PACK = ("pack", "%kit pack")


def saved(tmp_path: Path, *cells: tuple[str, str], has_ids: bool = True) -> Path:
    """A notebook with these code cells, as id and source."""
    listed: list[dict[str, Any]] = [{"cell_type": "markdown", "id": "m", "metadata": {}, "source": "text"}]
    for cell_id, source in cells:
        known = {"id": cell_id} if has_ids else {}
        listed.append({"cell_type": "code", "metadata": {}, "outputs": [], "source": source.splitlines(True), **known})
    path = tmp_path / "study.ipynb"
    path.write_text(json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def kernel(*ran: tuple[str, str] | tuple[str, str, bool], packing: tuple[str, str] = PACK) -> Session:
    """A kernel that ran these cells, and is at the one that packs."""
    session = Session()
    for cell_id, source, *failed in ran:
        session.cell_began(cell_id, source)
        session.cell_ended(cell_id, source, is_ok=not failed)
    session.cell_began(*packing)
    return session


def judged(path: Path, session: Session) -> Judged:
    found = judge_cells(path, session)
    assert found is not None
    return found


A, B, C = ("a", "x = 1"), ("b", "y = x"), ("c", "z = y\n")


def test_a_notebook_that_ran_from_top_to_bottom_is_what_ran(tmp_path: Path) -> None:
    found = judged(saved(tmp_path, A, B, PACK, C), kernel(A, B))
    assert found.warning == ""
    assert (found.ran.cells, found.ran.as_saved, found.ran.never_ran) == (4, 3, 1)
    assert judged(saved(tmp_path, A, PACK), kernel(A)).ran.told == "all 2 cells ran as saved"


def test_a_cell_that_was_edited_since_it_ran_is_told_by_its_id(tmp_path: Path) -> None:
    found = judged(saved(tmp_path, A, ("b", "y = x + 1"), PACK), kernel(A, B))
    assert found.ran.edited == 1 and found.ran.differing == (("b", "edited"),)
    assert "1 cell was edited since it ran" in found.warning and "restart the kernel" in found.warning


def test_a_cell_that_ran_again_as_it_is_now_is_not_edited(tmp_path: Path) -> None:
    assert judged(saved(tmp_path, ("a", "x = 2"), PACK), kernel(A, ("a", "x = 2"))).warning == ""


def test_cells_above_the_packing_one_that_never_ran_are_warned_of(tmp_path: Path) -> None:
    found = judged(saved(tmp_path, A, B, PACK, C), kernel(A))
    assert found.ran.never_ran == 2 and "1 cell above this one never ran" in found.warning


def test_a_cell_that_failed_is_told(tmp_path: Path) -> None:
    found = judged(saved(tmp_path, A, B, PACK), kernel((*A, True), B))
    assert found.ran.failed == 1 and "1 cell failed" in found.warning


def test_a_cell_that_ran_before_one_above_it_ran_out_of_order(tmp_path: Path) -> None:
    found = judged(saved(tmp_path, A, B, C, PACK), kernel(A, C, B))
    assert found.ran.out_of_order == 1 and found.ran.differing == (("c", "out of order"),)
    assert "1 cell ran out of order" in found.warning


def test_packing_again_from_the_middle_is_not_out_of_order(tmp_path: Path) -> None:
    assert judged(saved(tmp_path, A, PACK, B), kernel(A, PACK, B)).warning == ""


def test_a_cell_that_ran_and_was_deleted_is_hidden_state(tmp_path: Path) -> None:
    found = judged(saved(tmp_path, A, PACK), kernel(A, B, C))
    assert found.ran.gone == 2 and "2 cells that ran are no longer in it" in found.warning
    assert judged(saved(tmp_path, A, PACK), kernel(A, (*B, True))).ran.gone == 0


def test_a_cell_that_was_cut_and_pasted_is_the_same_cell(tmp_path: Path) -> None:
    found = judged(saved(tmp_path, A, ("new", B[1]), PACK), kernel(A, B))
    assert (found.ran.as_saved, found.ran.gone, found.warning) == (3, 0, "")


@pytest.mark.parametrize("has_ids", [True, False], ids=["file with ids", "file without"])
def test_without_ids_of_the_front_end_cells_are_known_by_their_text(tmp_path: Path, has_ids: bool) -> None:
    twice = ("d", "x = 1")
    path = saved(tmp_path, A, B, twice, PACK, has_ids=has_ids)
    ran = [("", source) for _, source in (A, B, twice)]
    assert judged(path, kernel(*ran, packing=("", PACK[1]))).warning == ""
    found = judged(path, kernel(*ran, ("", "gone = 1"), packing=("", PACK[1])))
    assert found.ran.gone == 1


def test_what_ran_before_anybody_looked_has_run(tmp_path: Path) -> None:
    session = Session()
    session.cell_ended("", A[1], is_ok=None)
    session.cell_began(*PACK)
    assert judged(saved(tmp_path, A, PACK), session).ran.as_saved == 2


def test_nothing_is_said_of_a_notebook_that_this_kernel_does_not_run(tmp_path: Path) -> None:
    assert judge_cells(saved(tmp_path, A, B), kernel(A, B)) is None
    idle = Session()
    idle.cell_ended(*A, is_ok=True)
    assert judge_cells(saved(tmp_path, A), idle) is None


@pytest.mark.parametrize(
    "text", ["", "[]", '{"cells": 1}', '{"cells": [1]}', '{"cells": [{"cell_type": "code"}]}', "\0"]
)
def test_nothing_is_said_of_a_file_that_is_no_notebook(tmp_path: Path, text: str) -> None:
    path = tmp_path / "study.ipynb"
    path.write_text(text)
    assert judge_cells(path, kernel(A)) is None
    assert judge_cells(tmp_path / "missing.ipynb", kernel(A)) is None


def test_facts_have_no_source(tmp_path: Path) -> None:
    found = judged(saved(tmp_path, A, ("b", "password = 'hunter2'"), PACK), kernel(A, B))
    assert "hunter2" not in json.dumps(found.ran.to_json()) + found.warning
