"""The fsspec file system: `fsspec.open("kit://...")`, `pandas.read_parquet("kit://...")`, ls, info, glob, walk."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from fsspec.spec import AbstractBufferedFile

from kitops_jupyter import targets
from kitops_jupyter.disk import cache_folder, typed_path
from kitops_jupyter.errors import DigestMismatch, NotFound
from kitops_jupyter.file_index import NODE_BYTES
from kitops_jupyter.filesystem.address import KitPath, split
from kitops_jupyter.filesystem.read_only import ReadOnlyFileSystem
from kitops_jupyter.manifest import CREATED
from kitops_jupyter.operations.block_cache import LIMIT_BYTES, BlockCache
from kitops_jupyter.operations.kit_files import Found, KitFiles, NoSuchFile
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

_READ_AHEAD_BYTES = 256 << 10


class KitFileSystem(ReadOnlyFileSystem):
    """Kits of the local store and of registries, read-only: a path is a kit's reference and a file's place in it.

    What a reference names is looked up once; `invalidate_cache` forgets it. `info` says of a file whether every part
    of it is `verified`; with `require_verified` another is not read. Of a registry only the file's own bytes are
    moved, in verified pieces (64 KiB for a small read, else 4 MiB) that are kept in the cache folder, up to
    `block_cache_bytes`.
    """

    protocol = "kit"
    root_marker = ""

    def __init__(
        self,
        *,
        home: str | Path | None = None,
        remote: bool = False,
        plain_http: bool = False,
        tls_verify: bool = True,
        ca: str | Path | None = None,
        client_cert: str | Path | None = None,
        client_key: str | Path | None = None,
        proxy: str = "",
        require_verified: bool = False,
        block_cache_bytes: int = LIMIT_BYTES,
        **storage_options: Any,
    ) -> None:
        super().__init__(**storage_options)
        self._settings = Settings.load(home=home)
        self._connection = Connection(
            plain_http=plain_http,
            tls_verify=tls_verify,
            ca=_path(ca),
            client_cert=_path(client_cert),
            client_key=_path(client_key),
            proxy=proxy,
        )
        self._remote = remote
        self._require_verified = require_verified
        self._blocks = BlockCache(cache_folder(self._settings.cache, "blocks"), block_cache_bytes)
        self._kits: dict[str, KitFiles] = {}
        self._open_kits = ExitStack()
        self._opening = threading.RLock()

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(item) for item in path]
        text = os.fspath(path)
        return text.removeprefix("kit://").strip("/")

    def unstrip_protocol(self, name: str) -> str:
        """The path with `kit://` in front."""
        return f"kit://{self._strip_protocol(name)}"

    def _kit(self, reference: str) -> KitFiles:
        with self._opening:
            if reference not in self._kits:
                opener = self._open_kits.enter_context(Opener(self._settings, self._connection, remote=self._remote))
                try:
                    files = KitFiles(opener.open(reference), self._settings, self._blocks)
                except NotFound as problem:
                    raise NoSuchFile(problem.message, hint=problem.hint) from problem
                self._open_kits.callback(files.close)
                self._kits[reference] = files
            return self._kits[reference]

    def _place(self, path: str) -> tuple[KitPath, KitFiles]:
        place = split(self._strip_protocol(path), is_kit=self._is_kit)
        return place, self._kit(place.reference)

    def _is_kit(self, name: str) -> bool:
        """Whether `m:2024` is a kit here, and not a host and its port."""
        return not targets.is_registry(name, self._settings)

    def invalidate_cache(self, path: str | None = None) -> None:
        """Forget which kit each name is, and close the connections; open files of them cannot be read any further."""
        with self._opening:
            self._kits.clear()
            self._open_kits.close()

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        """`name`, `size`, `type`; of a file also `mode` and `verified`. Raises FileNotFoundError, Usage."""
        place, files = self._place(path)
        found = files.find(place.path) if place.path else None
        if found is not None:
            return _file_info(place, files, found)
        if not place.path or files.below(place.path):
            return _folder_info(place)
        raise NoSuchFile(f"{place.reference} has no {place.path[:200]}", hint=f"kit files {place.reference}")

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> list[Any]:
        """What is directly in a folder; of a file, itself. Raises FileNotFoundError."""
        place, files = self._place(path)
        here: dict[str, dict[str, Any]] = {}
        start = len(place.path) + 1 if place.path else 0
        for below, found in files.below(place.path).items():
            name, slash, _ = below[start:].partition("/")
            child = KitPath(place.reference, below[:start] + name)
            if slash:
                here.setdefault(str(child), _folder_info(child))
            else:
                here[str(child)] = _file_info(child, files, found)
        if not here:
            info = self.info(path)
            here = {info["name"]: info} if info["type"] == "file" else {}
        return [here[name] for name in sorted(here)] if detail else sorted(here)

    def exists(self, path: str, **kwargs: Any) -> bool:
        """Whether the kit has this file or folder; a registry that cannot be reached is an error, no answer."""
        try:
            self.info(path)
        except FileNotFoundError:
            return False
        return True

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **kwargs: Any) -> bytes:
        """The file's bytes, or a part of them; negative places count from its end."""
        size, read, _ = self._reader(path)
        first, last, _ = slice(start, end).indices(size)
        return read(first, last, 0)

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: Any = None,
        autocommit: bool = True,
        cache_options: Any = None,
        **kwargs: Any,
    ) -> KitFile:
        if mode != "rb":
            self._refuse(path)
        return KitFile(self, path)

    def _reader(self, path: str) -> tuple[int, Callable[[int, int, int], bytes], bool]:
        """The file's size, what reads a part of it, and whether that keeps pieces."""
        place, files = self._place(path)
        found = files.find(place.path)
        if found is None:
            if self.info(path)["type"] == "directory":
                raise IsADirectoryError(errno.EISDIR, "is a folder", path)
            raise AssertionError("info raises for what does not exist")
        files.check(found)
        is_verified = files.is_verified(found)
        if self._require_verified and not is_verified:
            raise DigestMismatch(
                f"{place}: the kit has no file index, so no digest covers this file alone",
                hint=f"kit pull {place.reference}",
            )
        if not found.file.size:
            files.read(found, 0, 0, 0)  # nobody reads an empty file: that it is empty must be so
        return found.file.size, partial(files.read, found), is_verified

    def created(self, path: str) -> datetime:
        """When the kit was packed (UTC), for every file of it: kits keep no times of files. Raises FileNotFoundError.

        The epoch for old kits, which do not say it.
        """
        self.info(path)
        return _packed_at(self._place(path)[1].kit)

    modified = created


class KitFile(AbstractBufferedFile):  # type: ignore[misc]
    """An open file; verified pieces are kept by the file system, others are read ahead here."""

    def __init__(self, fs: KitFileSystem, path: str) -> None:
        size, self._read_part, keeps_pieces = fs._reader(path)
        caching = "none" if keeps_pieces else "readahead"
        self._last_end = self._in_a_row_bytes = 0  # reads that follow one another fetch as much as they had before
        super().__init__(fs, path, "rb", block_size=_READ_AHEAD_BYTES, size=size, cache_type=caching)

    def _fetch_range(self, start: int, end: int) -> bytes:
        ahead_bytes = self._in_a_row_bytes if start == self._last_end else 0
        self._in_a_row_bytes = ahead_bytes + end - start
        self._last_end = end
        return self._read_part(start, end, min(ahead_bytes, NODE_BYTES))


def _packed_at(kit: Kit) -> datetime:
    text = kit.manifest.annotations.get(CREATED, "")
    for form in (text.replace("Z", "+00:00"), text[:19]):  # Python 3.10 knows neither Z nor nanoseconds
        try:
            found = datetime.fromisoformat(form)
        except ValueError:
            continue
        return found.astimezone(timezone.utc) if found.tzinfo else found.replace(tzinfo=timezone.utc)
    return datetime.fromtimestamp(0, timezone.utc)


def _path(text: str | Path | None) -> Path | None:
    return typed_path(text) if text else None


def _file_info(place: KitPath, files: KitFiles, found: Found) -> dict[str, Any]:
    return {
        "name": str(place),
        "size": found.file.size,
        "type": "file",
        "mode": found.file.mode,
        "verified": files.is_verified(found),
    }


def _folder_info(place: KitPath) -> dict[str, Any]:
    return {"name": str(place), "size": 0, "type": "directory"}
