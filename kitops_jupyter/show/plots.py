"""A line of numbers as a small picture: SVG without script, in the theme's colours."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import TypeVar

from kitops_jupyter.errors import printable
from kitops_jupyter.show.cards import Curves, Plot

_WIDTH, _HEIGHT, _EDGE = 320, 72, 6
_POINTS_LIMIT = 500
_DOTS_LIMIT = 30  # more of them hide the line
_T = TypeVar("_T")


# Each line differs in colour and in dashes; the colours keep a contrast of 3 to 1 on white and on black.
_LOOKS = (
    ("#2f81d9", ""), ("#c9680a", "6 3"), ("#2b9355", "2 2"),
    ("#c94f9b", "9 3 2 3"), ("#8268d8", "4 2"), ("#12898f", "1 3"),
)  # fmt: skip


def to_svg(plot: Plot | Curves, *, line: str, ink: str, faint: str) -> str:
    """The plot with its name, lowest and highest number; a point's own words show when it is pointed at.

    Of several lines a legend says which is which. Numbers that are not finite are left out.
    """
    return _one(plot, line, ink, faint) if isinstance(plot, Plot) else _several(plot, ink, faint)


def _one(plot: Plot, line: str, ink: str, faint: str) -> str:
    points = [(label, value) for label, value in plot.points if math.isfinite(value)]
    points = _evenly(points, _POINTS_LIMIT)
    if not points:
        return ""
    scale = _Scale([(at, value) for at, (_, value) in enumerate(points)])
    places = [scale.place(at, value) for at, (_, value) in enumerate(points)]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{line}"><title>{_safe(label)}: {value:.6g}</title></circle>'
        for (x, y), (label, value) in zip(places, points, strict=True)
        if len(points) <= _DOTS_LIMIT
    )
    drawn = f'<polyline points="{_path(places)}" fill="none" stroke="{line}" stroke-width="1.5"/>{dots}'
    return _figure(f"{plot.name}: {scale.told}", f"from {points[0][0]} to {points[-1][0]}", drawn, "", ink, faint)


def _several(plot: Curves, ink: str, faint: str) -> str:
    lines = [(label, [point for point in points if all(map(math.isfinite, point))]) for label, points in plot.lines]
    lines = [(label, _evenly(points, _POINTS_LIMIT)) for label, points in lines if points][: len(_LOOKS)]
    if not lines:
        return ""
    scale = _Scale([point for _, points in lines for point in points])
    drawn, keys = [], []
    for (label, points), (colour, dashes) in zip(lines, _LOOKS, strict=False):
        look = f'stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dashes or "none"}"'
        places = [scale.place(*point) for point in points]
        if len(places) == 1:
            drawn.append(f'<circle cx="{places[0][0]:.1f}" cy="{places[0][1]:.1f}" r="2.5" fill="{colour}"/>')
        drawn.append(f'<polyline points="{_path(places)}" fill="none" {look}><title>{_safe(label)}</title></polyline>')
        keys.append(
            f'<span style="white-space: nowrap; margin-right: 12px"><svg aria-hidden="true" width="22" height="8">'
            f'<line x1="0" y1="4" x2="22" y2="4" {look}/></svg> {_safe(label)}: {points[-1][1]:.6g}</span>'
        )
    legend = f'<div style="font-size: 12px; max-width: {_WIDTH}px">{" ".join(keys)}</div>'
    told = f"steps {scale.left:g} to {scale.right:g}, of {', '.join(label for label, _ in lines)}"
    return _figure(f"{plot.name}: {scale.told}", told, "".join(drawn), legend, ink, faint)


class _Scale:
    """Where points are in the picture."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self.left, self.right = min(x for x, _ in points), max(x for x, _ in points)
        self.low, self.high = min(y for _, y in points), max(y for _, y in points)

    @property
    def told(self) -> str:
        return f"{self.low:.6g} to {self.high:.6g}"

    def place(self, x: float, y: float) -> tuple[float, float]:
        across, up = _share(x, self.left, self.right), _share(y, self.low, self.high)
        return _EDGE + across * (_WIDTH - 2 * _EDGE), _HEIGHT - _EDGE - up * (_HEIGHT - 2 * _EDGE)


def _share(value: float, low: float, high: float) -> float:
    """Where the value is between both, from 0 to 1; halves first, for a span may be larger than any number."""
    return (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.0


def _evenly(points: Sequence[_T], limit: int) -> list[_T]:
    """At most `limit` points or so, the last one among them."""
    every = max(1, math.ceil(len(points) / limit))
    return [*points[:-1:every], *points[-1:]]


def _path(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _figure(name: str, about: str, drawn: str, legend: str, ink: str, faint: str) -> str:
    return (
        '<figure style="display: inline-block; margin: 8px 16px 0 0; vertical-align: top">'
        f'<figcaption style="color: {faint}; font-size: 12px">{_safe(name)}</figcaption>'
        f'<svg role="img" aria-label="{_safe(name)}, {_safe(about)}"'
        f' width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" style="color: {ink}">'
        f"{drawn}</svg>{legend}</figure>"
    )


def _safe(text: str) -> str:
    return html.escape(printable(text[:200]), quote=True)
