"""The open notebook before it is packed: was it saved, by whom, and which file is it?

Which of its states is packed is never a reason to fail; it is reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from kitops_jupyter.disk import is_notebook

State = Literal["saved", "on disk", "unsure"]

POLL_S = 0.1

# Sends the request to the front end; returns what waits so many seconds for its answer, None if there was none.
Ask = Callable[[], Callable[[float], Mapping[str, Any] | None]]


@dataclass(frozen=True, slots=True)
class OpenNotebook:
    """The notebook to be packed. `state`: "saved" just now, "on disk" as nobody could be asked, or "unsure"."""

    path: Path
    state: State
    reason: str = ""

    @property
    def told(self) -> str:
        """For people, in one line."""
        name = self.path.name
        if self.state == "saved":
            return f"{name} was saved first"
        when = _clock_time(self.path)
        if self.state == "on disk":
            return f"{name} was packed as it is on disk{when}: {self.reason}"
        if not when:
            return f"{name} no longer exists (renamed?); the files on disk were packed: {self.reason}"
        return f"{name} may have unsaved changes; the version on disk{when} was packed: {self.reason}"


def save(known: Path, ask: Ask | None, *, timeout_s: float = 3.0) -> OpenNotebook:
    """Have the open notebook saved, and say which file it is and what is in it.

    `known` is what the session was given when it began, which a rename leaves stale. `ask` is None where no front end
    can be asked. An answer is believed; without one a file that changed meanwhile was saved, as a front end does whose
    answer cannot reach a busy kernel: `known`, or where that is gone the one notebook beside it that changed. Raises
    nothing for what a front end does.
    """
    if ask is None:
        return OpenNotebook(known, "on disk", "no front end is connected that could save it")
    saved = _watch(known)
    wait = ask()
    answer = _wait(wait, saved, timeout_s)
    if answer is not None:
        path = _answered_path(known, answer)
        if answer.get("ok") is True:
            return OpenNotebook(path, "saved")
        return OpenNotebook(path, "unsure", "the front end could not save it")
    if (found := saved()) is not None:
        return OpenNotebook(found, "saved")
    return OpenNotebook(known, "unsure", f"the front end did not answer within {timeout_s:g} s (Ctrl+S saves it)")


def _watch(known: Path) -> Callable[[], Path | None]:
    """What tells which file has changed since now: this one, or the only one of the notebooks in its folder."""

    def look() -> dict[Path, object]:
        return {path: stamp for path in ([known] if is_there else _siblings(known)) if (stamp := _stamp(path))}

    is_there = _stamp(known) is not None
    before = look()

    def changed() -> Path | None:
        found = [path for path, stamp in look().items() if stamp != before.get(path)]
        return found[0] if len(found) == 1 else None

    return changed


def _siblings(known: Path) -> list[Path]:
    try:
        return [path for path in known.parent.iterdir() if is_notebook(path.name)]
    except OSError:
        return []


def _wait(
    wait: Callable[[float], Mapping[str, Any] | None], saved: Callable[[], Path | None], timeout_s: float
) -> Mapping[str, Any] | None:
    """The answer; a file that has changed is waited for only a little longer, since then all is done."""
    ends = time.monotonic() + timeout_s
    while (left := ends - time.monotonic()) > 0:
        answer = wait(min(POLL_S, left))
        if answer is not None:
            return answer
        if saved() is not None:
            return wait(min(0.5, max(0.0, ends - time.monotonic())))
    return None


def _answered_path(known: Path, answer: Mapping[str, Any]) -> Path:
    """The file that the answer means: its path counts from a server's root that a kernel does not know.

    Of the files that fit, in the folders above the known one, the newest: it was saved a moment ago. Nothing is taken
    that is not a notebook below these folders.
    """
    told = answer.get("path")
    if not isinstance(told, str) or not is_notebook(told) or "\0" in told:
        return known
    found = [(stamp, path) for path in _candidates(known, told) if (stamp := _stamp(path)) is not None]
    return max(found)[1] if found else known


def _candidates(known: Path, told: str) -> Iterator[Path]:
    for name in {told, told.partition(":")[2]}:  # `RTC:` names a drive of the front end
        parts = PurePosixPath(name.lstrip("/")).parts
        if parts and ".." not in parts:
            for folder in known.parents:
                yield folder.joinpath(*parts)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        there = path.stat()
    except (OSError, ValueError):
        return None
    return there.st_mtime_ns, there.st_size


def _clock_time(path: Path) -> str:
    stamp = _stamp(path)
    return time.strftime(" (from %H:%M)", time.localtime(stamp[0] / 1e9)) if stamp else ""
