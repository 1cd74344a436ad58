"""Small findings that are worth keeping between runs: one file each in a folder of ours, bounded in number.

Notes are ours: they lie below the home's cache, where no kit, registry or project writes.
"""

from __future__ import annotations

import json
from pathlib import Path

from kitops_jupyter.disk import FolderCache, file_name_for, parse_json

NOTES_LIMIT = 4096  # of about 300 bytes
_NOTE_LIMIT_BYTES = 1 << 14


class Notes:
    """Texts by key, in a folder. Threads and processes may share it; a note is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._kept = FolderCache(folder, item_bytes=_NOTE_LIMIT_BYTES, limit_files=NOTES_LIMIT)

    def find(self, key: str, *, max_age_s: float | None = None) -> str | None:
        """The text kept for this key, None if there is none, it cannot be read, or it is older than that."""
        data = self._kept.find(file_name_for(key), max_age_s=max_age_s)
        if data is None:
            return None
        try:
            parsed = parse_json(data)
            text = parsed["text"] if parsed["key"] == key else None
        except (ValueError, LookupError, TypeError):
            return None
        return text if isinstance(text, str) else None

    def keep(self, key: str, text: str) -> None:
        """Keep a text for this key, in place of an older one; a folder that cannot be written is not an error."""
        self._kept.keep(file_name_for(key), json.dumps({"key": key, "text": text[:2000]}).encode())

    def forget(self, key: str) -> None:
        """Let the note of this key go."""
        self._kept.forget(file_name_for(key))
