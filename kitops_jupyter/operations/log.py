"""`kit log`: numbers of a training, kept in this process until the next pack takes them along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kitops_jupyter.capture.log import LOG
from kitops_jupyter.operations.logged import LoggedResult, of_process


def log(metrics: Mapping[str, Any] | None = None, /, *, step: Any = None, **more: Any) -> None:
    """Add a number of each metric to the run: `log(loss=0.3, step=i)`, or `log({"train/loss": 0.3}, step=i)`.

    Nothing is written or sent: the next `pack` of this process takes the run along. Without `step` each call counts one
    further, from 0 in each cell and after each pack; the same step again replaces its number. A metric that goes back
    to an earlier step in a later cell, or after a pack, begins a new run: what was logged since its first number is
    left out. Takes numbers of Python, NumPy and torch, also NaN and infinity, from any thread. Of many points of a
    metric some are kept, always with the last, the lowest and the highest.
    Raises VariableRefused, naming the metric; then none of the call is kept.
    """
    LOG.log({**(metrics or {}), **more}, step)


def log_params(params: Mapping[str, Any] | None = None, /, **more: Any) -> None:
    """Set parameters of the run: numbers, texts, and dicts or lists of them. The next `pack` takes them along.

    Raises VariableRefused, naming the parameter; then none of the call is kept.
    """
    LOG.log_params({**(params or {}), **more})


def log_clear() -> LoggedResult:
    """Begin a new run: forget what was logged in this process. Returns what there was."""
    return of_process(LOG.clear(), is_cleared=True)
