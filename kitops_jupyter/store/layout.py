"""Where everything is in a store on disk, and how its files are named.

`storage/.kitops_jupyter/` is ours alone: kit lists the files of `storage/`, and enters no folder but its own. It is on
the file system of the blobs, so that what is written there gets its final name in one rename.
Source: format.md, "The store".
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import cache_folder
from kitops_jupyter.errors import InvalidReference, StoreError

Kind = Literal["kits", "indexes", "referrers"]
KINDS: tuple[Kind, ...] = ("kits", "indexes", "referrers")

_INDEX_SUFFIX = "-index.json"
_TAGS_SUFFIX = "-tags.json"
_NAME_LIMIT_BYTES = 255  # of one file name, on every file system that matters


@dataclass(frozen=True, slots=True)
class Pair:
    """The two files of one repository: its manifests, and its tags."""

    store_name: str
    index: Path
    tags: Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one store, and of the cache beside it, which may vanish at any time."""

    root: Path
    cache: Path

    @property
    def marker(self) -> Path:
        return self.root / "oci-layout"

    @property
    def index(self) -> Path:
        """Every manifest of every repository, which is what kit's own garbage collection goes by."""
        return self.root / "index.json"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs" / "sha256"

    @property
    def ours(self) -> Path:
        return self.root / ".kitops_jupyter"

    @property
    def known(self) -> Path:
        """What is known of blobs that were hashed before."""
        return cache_folder(self.cache, "known")

    @property
    def work(self) -> Path:
        """One folder a session: what is not whole yet, and what must not be removed."""
        return self.ours / "work"

    @property
    def trash(self) -> Path:
        return self.ours / "trash"

    @property
    def partials(self) -> Path:
        """Downloads that are not whole yet; they outlive the process, so that it can resume."""
        return self.ours / "partial"

    @property
    def packed(self) -> Path:
        """Which notebook was packed into which kit; losing it loses that and nothing else."""
        return self.ours / "notebooks"

    @property
    def next(self) -> Path:
        """The one file that is not whole yet of whoever holds the store's lock."""
        return self.ours / "next"

    @property
    def journal(self) -> Path:
        """Manifests that someone was listing or removing when he was killed."""
        return self.ours / "pending.json"

    def folder(self, kind: Kind) -> Path:
        """Where the files of kits, of indexes of kits, or of what refers to them are; kit knows nothing of the last."""
        if kind == "referrers":
            return self.ours / "referrers"
        return self.root if kind == "kits" else self.root / "indexes"

    def blob(self, digest: Digest) -> Path:
        """Where a blob is, or would be."""
        return self.blobs / digest.hex

    def is_whole(self, digest: Digest, size_bytes: int) -> bool:
        """Whether a file of this size, no link, has the blob's name; its bytes are not looked at."""
        try:
            found = self.blob(digest).lstat()
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size == size_bytes

    def pair(self, store_name: str, kind: Kind) -> Pair:
        """The files of a repository. Raises InvalidReference for a name that no file can have."""
        encoded = base64.urlsafe_b64encode(store_name.encode("utf-8", "surrogatepass")).decode("ascii")
        if not store_name or len(encoded) + len(_INDEX_SUFFIX) > _NAME_LIMIT_BYTES:
            raise InvalidReference(
                f"repository {store_name[:60]!r}... has {len(store_name)} characters, too many for a file name",
                hint="use a name of at most 180 characters",
            )
        folder = self.folder(kind)
        return Pair(store_name, folder / f"{encoded}{_INDEX_SUFFIX}", folder / f"{encoded}{_TAGS_SUFFIX}")

    def names(self, kind: Kind) -> list[str]:
        """The name of every repository, sorted; files with other names are not ours to judge. Raises StoreError."""
        try:
            names = os.listdir(self.folder(kind))  # noqa: PTH208 (names are all we need, and 1,000 Paths are slow)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as problem:
            folder = self.folder(kind)
            raise StoreError(
                f"{folder} cannot be read: {problem.strerror}", hint=f"make {folder} readable"
            ) from problem
        ends = (_INDEX_SUFFIX, _TAGS_SUFFIX)  # tags alone are what a `kit remove` leaves that was killed
        encoded = {name.removesuffix(end) for name in names for end in ends if name.endswith(end)}
        return sorted(name for name in map(_decode, encoded) if name)

    def pairs(self, kind: Kind) -> list[Pair]:
        """The files of every repository, sorted by its name. Raises StoreError."""
        return [self.pair(name, kind) for name in self.names(kind)]


def _decode(encoded: str) -> str:
    """The repository's name, "" for text that kit would not have written."""
    try:
        name = base64.b64decode(encoded, b"-_", validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return name if base64.urlsafe_b64encode(name.encode()).decode() == encoded else ""
