"""The sidecar of a packed variable, `NAME.kit.json` beside its file: what it is, and what loading it needs.

A stranger may have written it. So it decides nothing about what may run: the format checks the file itself, and the
file's path follows from the sidecar's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import VariableRefused

LIMIT_BYTES = 4 << 20
SCHEMA = 1

_NAME = re.compile(r"[^\W](?:[\w.-]{0,98}[\w-])?\Z")
_ON_WINDOWS = frozenset(["con", "prn", "aux", "nul"]) | {f"{name}{at}" for name in ("com", "lpt") for at in range(10)}
_TEXTS = ("name", "kind", "format", "python_type", "python")
_OBJECTS = ("library", "signature", "metrics", "params", "history", "restore")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of a variable, its path relative to the sidecar's folder."""

    path: str
    size_bytes: int
    blake3: str


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What is known of one variable. `requires` has exact versions; `replaces` has the files being replaced."""

    name: str
    kind: str
    format: str
    python_type: str
    python: str = ""
    library: Mapping[str, Any] = field(default_factory=dict)
    requires: Sequence[str] = ()
    files: Sequence[KeptFile] = ()
    rows: int | None = None
    columns: Sequence[Mapping[str, str]] = ()
    signature: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    history: Mapping[str, Any] = field(default_factory=dict)
    types: Sequence[str] = ()
    needs_trust: bool = False
    restore: Mapping[str, Any] = field(default_factory=dict)
    replaces: Sequence[KeptFile] = ()

    def to_json(self) -> bytes:
        """Sorted keys, no times: the same variable gives the same bytes. Empty fields are left out."""
        told: dict[str, Any] = {"schema": SCHEMA, **{name: getattr(self, name) for name in (*_TEXTS, *_OBJECTS)}}
        told |= {"rows": self.rows, "needs_trust": self.needs_trust}
        told |= {name: list(getattr(self, name)) for name in ("requires", "columns", "types")}
        for name in ("files", "replaces"):
            kept: Sequence[KeptFile] = getattr(self, name)
            told[name] = [{"path": file.path, "size": file.size_bytes, "blake3": file.blake3} for file in kept]
        said = {name: value for name, value in told.items() if value not in ("", None, False, [], {})}
        return json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def check_name(name: str) -> str:
    """The name, if a file on any system can have it. Raises VariableRefused."""
    if not _NAME.match(name) or name.partition(".")[0].lower() in _ON_WINDOWS or name.lower().endswith(".kit"):
        raise VariableRefused(
            f"{name[:100]!r} cannot name a variable's file",
            hint="use letters, digits, _ . and -, at most 100; NAME=VARIABLE gives another name",
        )
    return name


def parse_sidecar(data: bytes, where: str) -> Sidecar:
    """The sidecar in these bytes, each field of its type. Raises VariableRefused, naming `where`."""
    try:
        told = parse_json(data)
    except ValueError as problem:
        raise VariableRefused(f"{where}: {problem}") from None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        found = told.get("schema") if isinstance(told, dict) else None
        raise VariableRefused(f"{where}: expected schema {SCHEMA}, found {str(found)[:20]!r}")
    return Sidecar(
        **{name: _of(told, name, str, "", where) for name in _TEXTS},
        **{name: _of(told, name, dict, {}, where) for name in _OBJECTS},
        requires=_texts(told, "requires", where),
        types=_texts(told, "types", where),
        files=_files(told, "files", where),
        replaces=_files(told, "replaces", where),
        rows=_of(told, "rows", int, None, where),
        columns=[
            {"name": str(column.get("name", "")), "type": str(column.get("type", ""))}
            for column in _of(told, "columns", list, [], where)
            if isinstance(column, dict)
        ],
        needs_trust=_of(told, "needs_trust", bool, False, where),
    )


def _of(told: Mapping[str, Any], name: str, kind: type, missing: Any, where: str) -> Any:
    value = told.get(name, missing)
    if value is not missing and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        raise VariableRefused(f"{where}: {name} is a {type(value).__name__}, expected a {kind.__name__}")
    return value


def _texts(told: Mapping[str, Any], name: str, where: str) -> list[str]:
    found: list[Any] = _of(told, name, list, [], where)
    if not all(isinstance(text, str) for text in found):
        raise VariableRefused(f"{where}: {name} should be a list of texts")
    return found


def _files(told: Mapping[str, Any], name: str, where: str) -> list[KeptFile]:
    try:
        return [
            KeptFile(str(file["path"]), int(file["size"]), str(file["blake3"]))
            for file in _of(told, name, list, [], where)
        ]
    except (KeyError, TypeError, ValueError):
        raise VariableRefused(f"{where}: {name} should be a list of path, size and blake3") from None
