"""What a kernel did that a kit can tell of: the cells that it ran, and the kits that came into it.

A kernel is one notebook's, so its process has one session, begun by the face that lives in it. A server works for many
notebooks and begins none: there nothing is noted. This room imports nothing, as every kernel loads it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Literal

Way = Literal["loaded", "pulled", "unpacked"]

RUNS_LIMIT = 20_000  # cells, each with what it last ran: 4 MB
KITS_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of a cell. `cell_id` is "" if the front end did not tell it, `order` rises with each run.

    `source` is `source_key` of what ran. `is_ok` is None while the cell runs, and for one before the session.
    """

    cell_id: str
    source: int
    order: int
    is_ok: bool | None


@dataclass(frozen=True, slots=True)
class CameIn:
    """A kit that was read in this process, and how."""

    reference: str
    digest: str
    way: Way


@dataclass(slots=True)
class Session:
    """What happened since the kernel's face began it. Any thread can call it."""

    _runs: dict[str | int, Run] = field(default_factory=dict)
    _kits: dict[tuple[str, Way], CameIn] = field(default_factory=dict)
    _running: list[str | int] = field(default_factory=list)
    _order: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cell_began(self, cell_id: str, source: str) -> None:
        """A cell is about to run."""
        with self._lock:
            self._running.append(self._note(cell_id, source, None))

    def cell_ended(self, cell_id: str, source: str, *, is_ok: bool | None) -> None:
        """A cell ran; one whose beginning nobody saw ran, too."""
        with self._lock:
            key = cell_id or source_key(source)
            if key in self._running:
                self._running.remove(key)
                self._runs[key] = Run(cell_id, source_key(source), self._runs[key].order, is_ok)
            else:
                self._note(cell_id, source, is_ok)

    def _note(self, cell_id: str, source: str, is_ok: bool | None) -> str | int:
        key = cell_id or source_key(source)
        self._runs.pop(key, None)
        self._order += 1
        self._runs[key] = Run(cell_id, source_key(source), self._order, is_ok)
        while len(self._runs) > RUNS_LIMIT:
            self._runs.pop(next(iter(self._runs)))
        return key

    def kit_came_in(self, kit: CameIn) -> None:
        """A kit was read in this process; the same one again counts once."""
        with self._lock:
            self._kits.pop((kit.digest, kit.way), None)
            self._kits[kit.digest, kit.way] = kit
            while len(self._kits) > KITS_LIMIT:
                self._kits.pop(next(iter(self._kits)))

    @property
    def runs(self) -> tuple[Run, ...]:
        """The last run of each cell, in the order in which they ran."""
        with self._lock:
            return tuple(sorted(self._runs.values(), key=lambda run: run.order))

    @property
    def running(self) -> Run | None:
        """The cell that runs now."""
        with self._lock:
            return self._runs.get(self._running[-1]) if self._running else None

    @property
    def kits(self) -> tuple[CameIn, ...]:
        """The kits that came in, the first one first."""
        with self._lock:
            return tuple(self._kits.values())


def source_key(source: str) -> int:
    """What stands for a source in this process: equal for sources that differ in nothing but blanks around them."""
    return hash(source.strip())


_current: Session | None = None


def begin_session() -> Session:
    """The session of this process from now on; one that has begun goes on."""
    global _current
    if _current is None:
        _current = Session()
    return _current


def end_session() -> None:
    """Nothing is noted from now on, and what was noted is forgotten."""
    global _current
    _current = None


def current_session() -> Session | None:
    """The session of this process, if one has begun."""
    return _current


def kit_came_in(reference: object, digest: str, way: Way) -> None:
    """Note that a kit was read in this process, where a session has begun."""
    if _current is not None:
        _current.kit_came_in(CameIn(str(reference), digest, way))
