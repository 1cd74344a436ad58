"""`kit log`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.logged import LoggedMetric, LoggedResult
from kitops_jupyter.show.cards import Card, Cell, Number, Plot, Table
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import counted

_PLOTS_LIMIT = 6


@card_of.register
def _card_of_logged(result: LoggedResult) -> Card:
    tables = []
    if result.metrics:
        columns = ("metric", "last", "step", "lowest", "at step", "highest", "at step", "points")
        tables.append(Table(columns, [_row(metric) for metric in result.metrics]))
    if result.params:
        tables.append(Table(("parameter", "value"), [(name, str(value)) for name, value in result.params.items()]))
    what = f"{counted(len(result.metrics), 'metric')} and {counted(len(result.params), 'parameter')}"
    title = f"{result.where}: {what}" if result.where else f"Logged: {what}"
    notes = list(result.notes)
    if result.is_cleared:
        title = f"Cleared {what}"
    elif not result.where:
        notes.append("the next pack takes this along" if tables else "kit.log(loss=0.3, step=1) logs a metric")
    return Card(title, tables=() if result.is_cleared else tables, plots=_plots(result), notes=notes)


def _row(metric: LoggedMetric) -> tuple[Cell, ...]:
    low, high = metric.lowest, metric.highest
    return (
        metric.name,
        Number(metric.last),
        metric.steps[-1],
        *((Number(low[1]), low[0]) if low else ("", "")),
        *((Number(high[1]), high[0]) if high else ("", "")),
        metric.count,
    )


def _plots(result: LoggedResult) -> list[Plot]:
    """A line for each metric of at least two points."""
    return [
        Plot(metric.name, [(f"step {step}", value) for step, value in zip(metric.steps, metric.values, strict=True)])
        for metric in (result.metrics if not result.is_cleared else ())[:_PLOTS_LIMIT]
        if len(metric.steps) > 1
    ]
