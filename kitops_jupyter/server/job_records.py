"""What servers write down of their jobs: a file each, whose lock a server holds while it lives.

The file is an extra: where it cannot be written, jobs run all the same, and a kill loses what was under way. What is
read may be anything: a record that makes no sense is one failed job with its reason; a file that makes no sense, or
that a newer version wrote, stays where it is.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from filelock import Timeout

from kitops_jupyter.disk import read_bytes, try_chmod, why, write_bytes
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import KitError
from kitops_jupyter.redaction import redacted
from kitops_jupyter.server import wire
from kitops_jupyter.server.answers import to_json

GOING = ("waiting", "running")
VERSION = 1  # more than this is a newer version's, to be left alone
_STATES = ("waiting", "running", "done", "cancelled", "failed")
_LIMIT_BYTES = 256 << 20  # 100 jobs, each with a Kitfile
_TEXT_LIMIT = 4000
_DEPTH_LIMIT = 20  # ours are 5 deep
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]', re.DOTALL)
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Record:
    """A job as it is kept. `request` is what started it; `error` says what is wrong with a record that is none."""

    id: str
    kind: wire.JobKind
    title: str
    reference: str
    request: dict[str, Any]
    state: wire.JobState
    started: str
    ended: str
    result: wire.JobResult | None
    error: wire.Error | None


class Records:
    """The records of one server, in `folder`; `root` is the folder that the server shows."""

    def __init__(self, folder: Path, root: str, epoch: str) -> None:
        self._folder = folder
        self._root = root
        self._file = folder / f"{epoch}.json"
        self._lock = Lock(self._file.with_suffix(".lock"))
        self._is_told = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            try_chmod(folder, 0o700)
            self._lock.acquire()
        except (OSError, NotImplementedError) as problem:  # a home that cannot be written
            self._tell(str(problem))

    def write(self, records: list[Record]) -> bool:
        """Replace what is kept; False where that cannot be done, and the log says why."""
        content = {"version": VERSION, "root": self._root, "jobs": records}
        try:
            write_bytes(self._file, to_json(content).encode(), mode=0o600)
        except (OSError, KitError) as problem:
            self._tell(problem.message if isinstance(problem, KitError) else str(problem))
            return False
        return True

    def close(self) -> None:
        """Others may take over."""
        self._lock.release()

    def left_behind(self) -> Iterator[tuple[Path, list[Record]]]:
        """The files of servers that are gone and showed the same folder; each is locked until the next is asked for."""
        try:
            paths = sorted(self._folder.glob("*.json"))
        except OSError:
            return
        for path in paths:
            if path == self._file:
                continue
            with _locked(path) as is_ours:
                records = self._read(path) if is_ours else None
                if records is not None:
                    yield path, records

    def _read(self, path: Path) -> list[Record] | None:
        try:
            kept = _parse(read_bytes(path, _LIMIT_BYTES).decode("utf-8", "replace"))
        except (OSError, ValueError) as problem:
            _log.warning("kitops: %s is left alone: %s", path, why(problem))
            return None
        if not isinstance(kept, dict) or kept.get("root") != self._root or not isinstance(kept.get("jobs"), list):
            return None
        if kept.get("version", VERSION) != VERSION:
            _log.warning("kitops: %s is left alone: another version of kitops-jupyter wrote it", path)
            return None
        return [_read_record(item) for item in kept["jobs"]]

    def _tell(self, problem: str) -> None:
        if not self._is_told:
            _log.warning("kitops: jobs cannot be kept, and end with the server: %s", problem)
        self._is_told = True


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether the server of this file is gone, and nobody else takes it over."""
    lock = Lock(path.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError, NotImplementedError):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _parse(text: str) -> Any:
    """The JSON of a file; what is nested too deeply to be ours is null, so that it harms no job but its own."""
    try:
        return json.loads(text, parse_int=_number)
    except RecursionError:
        return json.loads(_shallow(text), parse_int=_number)


def _number(digits: str) -> int | None:
    """None for a number that has no size, and that Python refuses to read."""
    return int(digits) if len(digits) < 20 else None


def _shallow(text: str) -> str:
    kept, depth, at = [], 0, 0
    for found in _TOKEN.finditer(text):
        if found[0] in ("[", "{"):
            depth += 1
            if depth == _DEPTH_LIMIT:
                kept.append(f"{text[at : found.start()]}null")
        elif found[0] in ("]", "}"):
            at = found.end() if depth == _DEPTH_LIMIT else at
            depth -= 1
    return "".join(kept) + (text[at:] if depth < _DEPTH_LIMIT else "")


def _read_record(item: object) -> Record:
    """A job out of whatever it is; nothing that looks like a password is taken over."""
    kept: dict[str, Any] = _without_secrets(item) if isinstance(item, dict) else {}
    request = kept.get("request")
    request = request if isinstance(request, dict) else {}
    kind = kept.get("kind", request.get("kind"))
    kind = kind if isinstance(kind, str) and kind in get_args(wire.JobKind) else "pull"
    reference = _text(kept.get("reference")) or _text(request.get("reference")) or _text(request.get("source"))
    state, error = kept.get("state"), _read_as(wire.Error, kept.get("error"))
    if not isinstance(state, str) or state not in _STATES or not request:
        state = "failed"
        error = wire.Error("unreadable", "its record from an earlier server is unreadable", "start the job again", [])
    return Record(
        id=_text(kept.get("id")),
        kind=cast("wire.JobKind", kind),
        title=_text(kept.get("title")) or f"{kind.capitalize()} {reference}".strip(),
        reference=reference,
        request=request,
        state=cast("wire.JobState", state),
        started=_text(kept.get("started")),
        ended=_text(kept.get("ended")),
        result=_read_as(wire.JobResult, kept.get("result")),
        error=error,
    )


def _read_as(kind: type[T], kept: object) -> T | None:
    """Of the fields that are known those that are of their type, the others empty."""
    if not isinstance(kept, dict):
        return None
    empty: dict[str, Any] = {"str": "", "int": 0, "list[str]": []}
    values = {}
    for item in fields(kind):  # type: ignore[arg-type]
        nothing = empty[str(item.type)]
        value = kept.get(item.name)
        is_fit = type(value) is type(nothing) and (nothing != [] or _is_texts(value))
        values[item.name] = value if is_fit else nothing
    return kind(**values)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _text(value: object) -> str:
    return value[:_TEXT_LIMIT] if isinstance(value, str) else ""


def _without_secrets(value: Any, depth: int = 0) -> Any:
    """The same without user parts of addresses; what is too deep to be ours is null."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, list | dict) and depth > _DEPTH_LIMIT:
        return None
    if isinstance(value, dict):
        return {
            redacted(key): inner if key == "kitfile" and isinstance(inner, str) else _without_secrets(inner, depth + 1)
            for key, inner in value.items()
        }
    return [_without_secrets(inner, depth + 1) for inner in value] if isinstance(value, list) else value
