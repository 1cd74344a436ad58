"""Lines of a script (`ipython script.ipy`, `%run script.ipy`): IPython shows no value there, so the magic does."""

from __future__ import annotations

import ast
import linecache
import sys
from typing import Any


def is_unshown(shell: Any) -> bool:
    """Whether the running line of %kit is a statement whose value IPython drops, as it does in scripts.

    Every cell has its value shown or left out as IPython does; `x = %kit ...` keeps it. Call it from the magic.
    """
    cell = getattr(shell.displayhook, "exec_result", None)
    if cell is None or cell.info is None or not cell.info.silent:
        return False
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals is not shell.user_global_ns:
        frame = frame.f_back
    return _is_statement("".join(linecache.getlines(frame.f_code.co_filename)), frame.f_lineno)


def _is_statement(source: str, line: int) -> bool:
    """Whether a call is all that stands on the line, as IPython has rewritten it."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return False
    calls = (node for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
    return any(node.lineno <= line <= (node.end_lineno or 0) for node in calls)
