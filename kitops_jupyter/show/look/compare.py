"""`kit compare`: what its results look like."""

from __future__ import annotations

from collections.abc import Iterator

from kitops_jupyter.operations.look.compare import ComparedKit, CompareResult, Value
from kitops_jupyter.show.cards import Card, Cell, Code, Curves, Number, Plot, Table
from kitops_jupyter.show.results import card_of
from kitops_jupyter.sizes import counted

_PLOTS_LIMIT = 6
_COLUMNS_LIMIT = 24
_POINTS_LIMIT = 500


@card_of.register
def _card_of_compare(result: CompareResult) -> Card:
    metrics, params = result.metrics[:_COLUMNS_LIMIT], result.params[:_COLUMNS_LIMIT]
    rows = [
        (
            ",".join(kit.tags) or kit.digest.short,
            kit.created[:10],
            *(_metric(result, kit, name) for name in metrics),
            *(_shown(kit.params.get(name)) for name in params),
        )
        for kit in reversed(result.kits)
    ]
    notes = []
    if result.best:
        lower = [name for name in result.metrics if name in result.lower]
        notes.append("* is the best" + (f"; the lowest of {', '.join(lower)}" if lower else ""))
    if result.without:
        notes.append(f"{counted(result.without, 'kit')} without metrics and parameters")
    hidden = len(result.metrics) + len(result.params) - len(metrics) - len(params)
    if hidden:
        notes.append(f"{hidden} more columns: --format json has them all")
    columns = ("tags", "created", *metrics, *params)
    return Card(
        title=f"{result.where}: {counted(len(result.kits), 'kit')} compared",
        tables=(Table(columns, rows),) if rows else (),
        plots=(*_plots(result), *_curves(result)),
        notes=notes,
        warnings=result.problems,
    )


def _metric(result: CompareResult, kit: ComparedKit, name: str) -> Cell:
    value = kit.metrics.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Number(float(value), is_best=result.best.get(name) == kit.digest)
    return _shown(value)


def _shown(value: Value) -> Cell:
    if value is None:
        return ""
    return Number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else Code(str(value))


def _plots(result: CompareResult) -> Iterator[Plot]:
    """A line for each metric that at least three kits have, from the oldest to the newest."""
    for name in result.metrics[:_PLOTS_LIMIT]:
        points = [
            (",".join(kit.tags) or kit.digest.short, float(value))
            for kit in result.kits
            if isinstance(value := kit.metrics.get(name), (int, float)) and not isinstance(value, bool)
        ]
        if len(points) > 2:
            yield Plot(name, points)


def _curves(result: CompareResult) -> Iterator[Curves]:
    """A picture for each metric over its steps, with a line for each kit that logged it, the newest first."""
    names = dict.fromkeys(name for kit in reversed(result.kits) for name in kit.series)
    chosen = sorted(names, key=lambda name: name not in result.metrics)  # the others come after those of the table
    for name in chosen[:_PLOTS_LIMIT]:
        lines = [
            (",".join(kit.tags) or kit.digest.short, kit.series[name].thinned(_POINTS_LIMIT))
            for kit in reversed(result.kits)
            if name in kit.series
        ]
        if any(len(points) > 1 for _, points in lines):
            yield Curves(f"{name} by step", lines)
