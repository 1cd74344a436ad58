"""Notebooks are compared by cell: what was edited, put in, taken out, moved, or has other outputs."""

from __future__ import annotations

import time

from kitops_jupyter.comparing import CellChange, NotebookChange
from tests.comparing.pairs import cell, compared, notebook


def change_of(before: str, after: str) -> NotebookChange:
    found = compared("train.ipynb", before, after).content
    assert isinstance(found, NotebookChange)
    return found


def places(found: NotebookChange) -> list[tuple[str, int | None, int | None]]:
    return [(each.change, each.before, each.after) for each in found.cells]


def only(found: NotebookChange) -> CellChange:
    (one,) = found.cells
    return one


def test_a_cell_with_the_same_id_is_the_same_cell_however_much_was_edited() -> None:
    found = only(change_of(notebook(cell("a = 1", "x")), notebook(cell("import everything", "x"))))
    assert (found.change, found.outputs) == ("changed", False)
    assert found.source and found.source.lines[1:] == ("-a = 1", "+import everything")


def test_without_ids_a_cell_is_known_by_its_text() -> None:
    before = notebook(cell("import os"), cell("a = 1\nb = 2\nc = 3"), cell("print(a)"))
    after = notebook(cell("import os"), cell("new = 0"), cell("a = 1\nb = 2\nc = 4"), cell("print(a)"))
    assert places(change_of(before, after)) == [("added", None, 2), ("changed", 2, 3)]


def test_a_cell_that_was_taken_out_stands_where_it_was() -> None:
    before = notebook(cell("a", "a"), cell("b", "b"), cell("c", "c"))
    after = notebook(cell("a2", "a"), cell("c2", "c"))
    assert places(change_of(before, after)) == [("changed", 1, 1), ("removed", 2, None), ("changed", 3, 2)]


def test_one_cell_that_went_to_the_end_is_the_one_that_moved() -> None:
    cells = [cell(name * 9, name) for name in "abcd"]
    found = only(change_of(notebook(*cells), notebook(*cells[1:], cells[0])))
    assert (found.moved, found.before, found.after, found.source) == (True, 1, 4, None)


def test_other_outputs_are_a_change_and_the_count_of_a_run_is_none() -> None:
    def run(count: int, text: str) -> str:
        output = {"output_type": "execute_result", "execution_count": count, "data": {"text/plain": text}}
        return notebook(cell("a", "a", outputs=[output], execution_count=count))

    assert change_of(run(1, "1"), run(2, "1")) == NotebookChange((), 1, ())
    found = only(change_of(run(1, "1"), run(1, "2")))
    assert found.outputs and found.source is None


def test_the_metadata_of_the_notebook_is_compared_by_value() -> None:
    found = change_of(notebook(cell("a", "a"), metadata={"k": 1}), notebook(cell("a", "a"), metadata={"k": 2}))
    assert [(value.path, value.before, value.after) for value in found.metadata] == [("k", "1", "2")]


def test_ids_that_appear_twice_name_no_cell() -> None:
    before = notebook(cell("one", "x"), cell("two", "x"))
    assert places(change_of(before, notebook(cell("two", "x"), cell("one", "x")))) == [("changed", 2, 1)]


def test_notebooks_of_thousands_of_cells_that_have_nothing_in_common_take_seconds() -> None:
    one = notebook(*(cell(f"a{number} = {number}\n" * 30) for number in range(5000)))
    two = notebook(*(cell(f"print('{number}')\n" * 30) for number in range(5000)))
    started = time.monotonic()
    found = change_of(one, two)
    assert found.cut and time.monotonic() - started < 20
