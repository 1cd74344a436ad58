"""A line of numbers as a small picture: SVG without script, in the theme's colours."""

from __future__ import annotations

import html
import math

from kitops_jupyter.errors import printable
from kitops_jupyter.show.cards import Plot

_WIDTH, _HEIGHT, _EDGE = 320, 72, 6
_POINTS_LIMIT = 500


def to_svg(plot: Plot, *, line: str, ink: str, faint: str) -> str:
    """The plot with its name, lowest and highest number; a point's own words show when it is pointed at."""
    points = [(label, value) for label, value in plot.points if math.isfinite(value)][-_POINTS_LIMIT:]
    if not points:
        return ""
    values = [value for _, value in points]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (_WIDTH - 2 * _EDGE) / max(1, len(points) - 1)

    def place(at: int, value: float) -> tuple[float, float]:
        return _EDGE + at * step, _HEIGHT - _EDGE - (value - low) / span * (_HEIGHT - 2 * _EDGE)

    places = [place(at, value) for at, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{line}"><title>{_safe(label)}: {value:.6g}</title></circle>'
        for (x, y), (label, value) in zip(places, points, strict=True)
    )
    name = f"{plot.name}: {low:.6g} to {high:.6g}"
    return (
        '<figure style="display: inline-block; margin: 8px 16px 0 0">'
        f'<figcaption style="color: {faint}; font-size: 12px">{_safe(name)}</figcaption>'
        f'<svg role="img" aria-label="{_safe(name)}, from {_safe(points[0][0])} to {_safe(points[-1][0])}"'
        f' width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" style="color: {ink}">'
        f'<polyline points="{path}" fill="none" stroke="{line}" stroke-width="1.5"/>{dots}</svg></figure>'
    )


def _safe(text: str) -> str:
    return html.escape(printable(text[:200]), quote=True)
