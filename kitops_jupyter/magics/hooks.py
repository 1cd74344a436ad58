"""What runs in the kernel, noted from IPython's hooks; a hook that fails is silent, and no cell notices it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from kitops_jupyter.session import begin_session, current_session, end_session


def watch(shell: InteractiveShell) -> None:
    """Note each cell from now on; what ran in this kernel before is taken from IPython's history, without ids."""
    is_first = current_session() is None
    begin_session()
    if is_first:
        with suppress(Exception):
            _read_history(shell)
    shell.events.register("pre_run_cell", _began)
    shell.events.register("post_run_cell", _ended)


def unwatch(shell: InteractiveShell) -> None:
    """Take back what `watch` did, and forget what it noted."""
    for event, hook in (("pre_run_cell", _began), ("post_run_cell", _ended)):
        with suppress(ValueError):
            shell.events.unregister(event, hook)
    end_session()


def _read_history(shell: Any) -> None:
    session = begin_session()
    for _, line, source in shell.history_manager.get_range(0, raw=True):
        if source.strip() and line < shell.execution_count:  # the cell that runs now ends later
            session.cell_ended("", source, is_ok=None)


def _began(info: Any) -> None:
    with suppress(Exception):
        if (session := current_session()) and info.store_history:
            session.cell_began(_id_of(info), info.raw_cell)


def _ended(result: Any) -> None:
    with suppress(Exception):
        if (session := current_session()) and result.info.store_history:
            session.cell_ended(_id_of(result.info), result.info.raw_cell, is_ok=bool(result.success))


def _id_of(info: Any) -> str:
    """The cell's id, which ipykernel 6.9 and later passes on; "" where the front end did not tell it."""
    cell_id = getattr(info, "cell_id", None)
    return cell_id if isinstance(cell_id, str) else ""
