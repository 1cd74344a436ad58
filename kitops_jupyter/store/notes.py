"""Small findings that are worth keeping between runs: one file each in a folder of ours, bounded in number.

Everything here may vanish or be garbage at any time, which costs time and nothing else. Notes are ours: they lie below
the home's cache, where no kit, registry or project writes.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

from kitops_jupyter.disk import replace, unlink
from kitops_jupyter.store.files import read_small

NOTES_LIMIT = 4096  # of about 300 bytes
_NOTE_LIMIT_BYTES = 1 << 14
_PRUNE_TO = NOTES_LIMIT * 3 // 4


class Notes:
    """Texts by key, in a folder. Threads and processes may share it; a note is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str, *, max_age_s: float | None = None) -> str | None:
        """The text kept for this key, None if there is none, it cannot be read, or it is older than that."""
        try:
            if max_age_s is not None and not 0 <= time.time() - self._path(key).lstat().st_mtime <= max_age_s:
                return None
            parsed = json.loads(read_small(self._path(key), _NOTE_LIMIT_BYTES))
            text = parsed["text"] if parsed["key"] == key else None
        except (OSError, ValueError, RecursionError, LookupError, TypeError):
            return None
        return text if isinstance(text, str) else None

    def keep(self, key: str, text: str) -> None:
        """Keep a text for this key, in place of an older one; a folder that cannot be written is no error."""
        temporary = self._folder / f".{os.urandom(8).hex()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps({"key": key, "text": text[:2000]}), "utf-8")
            replace(temporary, self._path(key))
            self._prune()
        except OSError:
            _drop(temporary)

    def forget(self, key: str) -> None:
        """Let the note of this key go."""
        _drop(self._path(key))

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}.json"

    def _prune(self) -> None:
        """Let the oldest notes go, a quarter at once, so that it happens seldom."""
        paths = list(self._folder.iterdir())
        if len(paths) <= NOTES_LIMIT:
            return
        dated = []
        for path in paths:
            try:
                dated.append((path.lstat().st_mtime_ns, path))
            except OSError:
                continue
        for _, path in sorted(dated)[: len(paths) - _PRUNE_TO]:
            _drop(path)


def _drop(path: Path) -> None:
    try:
        unlink(path)
    except OSError:
        pass
