"""Where an upload under way is kept for the next process: in the cache, for this person only.

The location of an upload is a secret of a kind (whoever has it can resume it), but worth nothing for long.
"""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import filelock

from kitops_jupyter.content import Descriptor
from kitops_jupyter.disk import cache_folder, file_name_for, read_json, try_unlink, write_bytes
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.registry.blobs.session import UploadSession
from kitops_jupyter.registry.http.exchange import Exchange

MOST_AGE_S = 7 * 24 * 3600.0  # registries forget an upload after a week, if not before
MOST_RECORDS = 64
_RECORD = re.compile(r"([0-9a-f]{64})\.(?:json|new|lock)\Z", re.ASCII)


class SavedSession:
    """One blob's upload to one repository. In a `with`: only one process at a time can resume it.

    All of it is a saving of work, so what fails here fails silently, and the upload starts again.
    """

    def __init__(self, registry: Exchange, name: str, descriptor: Descriptor) -> None:
        self._registry = registry
        self._name = name
        own_name = file_name_for(f"{registry.base}\n{name}\n{descriptor.digest}")
        self._path = cache_folder(registry.settings.cache, "uploads") / own_name
        self._lock = Lock(self._path.with_suffix(".lock"))
        self._is_mine = False
        self._is_wanted = descriptor.size_bytes >= registry.resume_from_bytes

    def __enter__(self) -> SavedSession:
        prune(self._path.parent)
        if self._is_wanted:
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._lock.acquire(timeout=0)
                self._is_mine = True
            except (OSError, filelock.Timeout):
                pass
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_mine:
            self._is_mine = False
            self._lock.release()

    def load(self) -> UploadSession | None:
        """The session that an earlier process left, to be asked how far it got."""
        if not self._is_mine:
            return None
        try:
            location = read_json(self._path)["location"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not isinstance(location, str) or not location.startswith(("http://", "https://")):
            return None
        session = UploadSession(self._registry, self._name, location)
        session.is_used = session.is_saved = True
        return session

    def save(self, session: UploadSession) -> None:
        """Remember the session as it is now."""
        if not self._is_mine:
            return
        try:
            data = json.dumps({"location": session.location}).encode()
            write_bytes(self._path, data, mode=0o600, temporary=self._path.with_suffix(".new"))
        except OSError:
            pass

    def forget(self) -> None:
        """It is complete, or worth nothing."""
        if not self._is_mine:
            return
        for path in (self._path, self._path.with_suffix(".lock")):
            try_unlink(path)


def prune(folder: Path) -> None:
    """Let the records go that are older than a week, and the oldest of more than 64; none that a process works with."""
    newest: dict[str, float] = {}
    try:
        with os.scandir(folder) as found:
            for entry in found:
                if name := _RECORD.match(entry.name):
                    at_s = entry.stat(follow_symlinks=False).st_mtime
                    newest[name[1]] = max(at_s, newest.get(name[1], 0.0))
    except OSError:
        return
    by_age = sorted(newest, key=lambda key: newest[key], reverse=True)
    too_old_s = time.time() - MOST_AGE_S
    for at, key in enumerate(by_age):
        if at >= MOST_RECORDS or newest[key] < too_old_s:
            _remove(folder / key)


def _remove(record: Path) -> None:
    lock = Lock(record.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except (OSError, filelock.Timeout):
        return  # in use
    try:
        for suffix in (".json", ".new", ".lock"):
            try_unlink(record.with_suffix(suffix))
    finally:
        lock.release()
