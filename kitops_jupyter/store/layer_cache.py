"""What packing knows of layers that it has read before, so that unchanged files are not read again.

One small file an entry, which counts only when it can be read, is for the fingerprint that was asked for, and its blob
is in the store.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.disk import FolderCache, file_name_for, parse_json
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.progress import Observer, ignore

ENTRIES_LIMIT = 4096  # of about 300 bytes: a megabyte, and several hundred projects
_ENTRY_LIMIT_BYTES = 1 << 16


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

    def __init__(self, folder: Path, is_there: IsThere, *, limit: int = ENTRIES_LIMIT) -> None:
        self._kept = FolderCache(folder, item_bytes=_ENTRY_LIMIT_BYTES, limit_files=limit)
        self._is_there = is_there

    def find(self, fingerprint: str, *, observe: Observer = ignore) -> LayerRecord | None:
        """The layer that these files made, if it is still in the store; never raises for what the cache holds."""
        name = file_name_for(fingerprint)
        try:
            parsed = parse_json(self._kept.find(name) or b"")
            if parsed.pop("fingerprint") != fingerprint:
                return None
            record = LayerRecord(**{**parsed, "digest": Digest(parsed["digest"]), "diff_id": Digest(parsed["diff_id"])})
        except (ValueError, LookupError, TypeError, AttributeError, ManifestInvalid):
            return None
        if type(record.size_bytes) is not int or record.size_bytes < 0:
            return None
        if not self._is_there(Descriptor("", record.digest, record.size_bytes), observe):
            return None
        self._kept.use(name)
        return record

    def remember(self, fingerprint: str, record: LayerRecord) -> None:
        """Note the layer that these files made; a cache that cannot be written costs time, and is not an error."""
        self._kept.keep(file_name_for(fingerprint), json.dumps({"fingerprint": fingerprint, **asdict(record)}).encode())
