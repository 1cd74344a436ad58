"""What packing knows of layers that it has read before, so that unchanged files are not read again.

One small file an entry under `cache/kitops_jupyter/layers/`, replaced atomically. Everything here may vanish or be
garbage at any time: an entry counts only when it can be read, is for the fingerprint that was asked for, and its blob
is in the store.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.disk import replace, unlink
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.store.files import read_small

ENTRIES_LIMIT = 4096  # of about 300 bytes: a megabyte, and several hundred projects
_ENTRY_LIMIT_BYTES = 1 << 16
_PRUNE_TO = ENTRIES_LIMIT * 3 // 4


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """A layer as it was stored; `diff_id` is the digest before compression, `file_index` where its index is, if any."""

    digest: Digest
    diff_id: Digest
    size_bytes: int
    media_type: str = ""
    compression: str = ""
    file_index: str = ""


IsThere = Callable[[Descriptor, Observer], bool]


class LayerCache:
    """Fingerprints of files -> the layer they made; `is_there`: the blob is in the store, is right, and stays."""

    def __init__(self, folder: Path, is_there: IsThere) -> None:
        self._folder = folder
        self._is_there = is_there

    def find(self, fingerprint: str, *, observe: Observer = ignore) -> LayerRecord | None:
        """The layer that these files made, if it is still in the store; never raises for what the cache holds."""
        path = self._path(fingerprint)
        try:
            parsed = json.loads(read_small(path, _ENTRY_LIMIT_BYTES))
            if parsed.pop("fingerprint") != fingerprint:
                return None
            record = LayerRecord(**{**parsed, "digest": Digest(parsed["digest"]), "diff_id": Digest(parsed["diff_id"])})
        except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError, ManifestInvalid):
            return None
        if type(record.size_bytes) is not int or record.size_bytes < 0:
            return None
        if not self._is_there(Descriptor("", record.digest, record.size_bytes), observe):
            return None
        try:
            os.utime(path)  # the entries that are in use are the last to go
        except OSError:
            pass
        return record

    def remember(self, fingerprint: str, record: LayerRecord) -> None:
        """Note the layer that these files made; a cache that cannot be written costs time, and is no error."""
        path = self._path(fingerprint)
        temporary = self._folder / f".{os.urandom(8).hex()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps({"fingerprint": fingerprint, **asdict(record)}), "utf-8")
            replace(temporary, path)
            self._prune()
        except OSError:
            self._drop(temporary)

    def _path(self, fingerprint: str) -> Path:
        return self._folder / f"{hashlib.sha256(fingerprint.encode('utf-8', 'surrogatepass')).hexdigest()}.json"

    def _prune(self) -> None:
        """Let the oldest entries go, a quarter at once, so that it happens seldom."""
        with os.scandir(self._folder) as found:
            names = [entry.name for entry in found]
        if len(names) <= ENTRIES_LIMIT:
            return
        dated = []
        for name in names:
            try:
                dated.append(((self._folder / name).lstat().st_mtime_ns, name))
            except OSError:
                continue
        for _, name in sorted(dated)[: len(names) - _PRUNE_TO]:
            self._drop(self._folder / name)

    def _drop(self, path: Path) -> None:
        try:
            unlink(path)
        except OSError:
            pass
