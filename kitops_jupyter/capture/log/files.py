"""A log as files of open formats: the last numbers, every point, the parameters, and a sidecar that says they are ours.

Equal content gives equal bytes. What a user put there is never replaced.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from blake3 import blake3

from kitops_jupyter.capture.keeping import files_at
from kitops_jupyter.capture.log.process_log import Logged
from kitops_jupyter.capture.log.series import RUN_LIMIT, STEP_LIMIT, Point
from kitops_jupyter.capture.sidecar import LIMIT_BYTES, KeptFile, Sidecar, parse_sidecar
from kitops_jupyter.disk import parse_json, read_bytes
from kitops_jupyter.errors import Conflict, VariableRefused

METRICS, SERIES, PARAMS = "metrics.json", "metrics.csv", "params.json"
LOG_SIDECAR = "metrics.kit.json"
NAMES = {
    METRICS: "The last number of each metric that was logged",
    SERIES: "Every number that was logged, with its step and time",
    PARAMS: "The parameters that were logged",
    LOG_SIDECAR: "What kit needs to know its own files of the log",
}
LOG_LIMIT_BYTES = 32 << 20  # of one file that is read
_COLUMNS = ("step", "time", "name", "value")
_KIND = "log"
_LINES_LIMIT = 2 * RUN_LIMIT

Write = Callable[[Path, str], None]


def keep_log(root: Path, log: Logged, metrics: Mapping[str, Any], params: Mapping[str, Any], write: Write) -> bool:
    """Write the files below `root` by `write`, which replaces a text file whole; whether any of them changed.

    `metrics` and `params` are what the Kitfile says, which may be more than was logged. A kill between two writes
    leaves files that the next call knows as its own. Raises Conflict, and whatever `write` raises.
    """
    texts = {
        METRICS: _json(metrics),
        SERIES: _table(log),
        PARAMS: _json(params),
    }
    before = _owned(root)
    new = [KeptFile(name, len(data := text.encode()), blake3(data).hexdigest()) for name, text in texts.items()]
    sidecar = Sidecar("metrics", _KIND, _KIND, "", files=new, rows=sum(map(len, log.metrics.values())))
    is_new = before != sorted(new, key=lambda file: file.path)
    if is_new:
        write(root / LOG_SIDECAR, replace(sidecar, replaces=before).to_json().decode())
        for file in new:
            if file not in before:
                write(root / file.path, texts[file.path])
    text = sidecar.to_json().decode()
    if is_new or read_bytes(root / LOG_SIDECAR, LIMIT_BYTES) != text.encode():
        write(root / LOG_SIDECAR, text)
    return is_new


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _table(log: Logged) -> str:
    """Lines of step, time, name and value: metric by metric, in the order in which they were logged."""
    lines = io.StringIO()
    written = csv.writer(lines, lineterminator="\n")
    written.writerow(_COLUMNS)
    for name, points in sorted(log.metrics.items()):
        written.writerows((point.step, f"{point.time:.3f}", name, repr(float(point.value))) for point in points)
    return lines.getvalue()


def _owned(root: Path) -> list[KeptFile]:
    """The files of an earlier log, as they still are. Raises Conflict for anything else in their place."""
    there = [root / name for name in (METRICS, SERIES, PARAMS) if os.path.lexists(root / name)]
    if not there and not os.path.lexists(root / LOG_SIDECAR):
        return []
    try:
        old = parse_sidecar(read_bytes(root / LOG_SIDECAR, LIMIT_BYTES, follow_links=False), LOG_SIDECAR)
    except (OSError, ValueError, VariableRefused):
        raise _conflict(there[0] if there else root / LOG_SIDECAR) from None
    if old.kind != _KIND:
        raise _conflict(root / LOG_SIDECAR)
    found = []
    for path in there:
        (file,) = files_at(path, root) or [KeptFile(path.name, -1, "")]
        if file.size_bytes < 0 or file not in (*old.files, *old.replaces):
            raise _conflict(path)
        found.append(file)
    return sorted(found, key=lambda file: file.path)


def _conflict(path: Path) -> Conflict:
    return Conflict(
        f"{path.name} is your own file and was not changed",
        details=[str(path)],
        hint="rename the file, or leave out what was logged: --no-log (in Python: log=False)",
    )


def parse_log(series: bytes, params: bytes) -> Logged:
    """The log of a kit, which anybody may have written. Raises VariableRefused."""
    try:
        told = parse_json(params)
        lines = csv.reader(io.StringIO(series.decode("utf-8"), newline=""))
        if tuple(next(lines, ())) != _COLUMNS:
            raise ValueError(f"its columns are not {', '.join(_COLUMNS)}")
        found: dict[str, list[Point]] = {}
        for number, line in enumerate(lines):
            if number >= _LINES_LIMIT:
                raise ValueError(f"it has more than {_LINES_LIMIT} lines")
            step, at, name, value = line
            found.setdefault(name, []).append(Point(_step(step), float(value), _finite(at)))
    except (ValueError, csv.Error) as problem:
        raise VariableRefused(f"{SERIES} is not a log: {str(problem)[:200]}") from None
    points = {name: tuple(each) for name, each in found.items()}
    return Logged(points, {name: len(each) for name, each in points.items()}, told if isinstance(told, dict) else {})


def _step(text: str) -> int:
    found = int(text)
    if not -STEP_LIMIT <= found <= STEP_LIMIT:
        raise ValueError(f"the step {text[:40]} is too large")
    return found


def _finite(text: str) -> float:
    found = float(text)
    return found if math.isfinite(found) else 0.0
