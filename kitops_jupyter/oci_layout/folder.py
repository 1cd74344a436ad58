"""A layout in a folder: a content.Target. No link in it is followed, and a blob has its name when it is whole."""

from __future__ import annotations

import io
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from kitops_jupyter.content import (
    MANIFEST_LIMIT_BYTES,
    MANIFEST_TYPES,
    Descriptor,
    Digest,
    Hashing,
    Readable,
    read_verified,
)
from kitops_jupyter.disk import replace, try_chmod, write_bytes
from kitops_jupyter.disk.folders import Folders
from kitops_jupyter.disk.lock import Lock
from kitops_jupyter.errors import ContentError, ManifestInvalid, NotFound, PathInvalid
from kitops_jupyter.oci_layout import index_file
from kitops_jupyter.oci_layout.index_file import INDEX_NAME, MARKER, MARKER_NAME, IndexFile
from kitops_jupyter.pipeline import FileSink, disk_error, pump_verified
from kitops_jupyter.progress import Event, Observer, ignore
from kitops_jupyter.store import KnownBlobs, Stamp
from kitops_jupyter.store.files import open_regular, read_small

_MODE = 0o644
_PARTIAL = ".kit-partial"
_LEFT_S = 3600.0  # a file that nobody wrote to for so long is a killed copy's


Changer = Callable[[IndexFile], IndexFile]


class LayoutFolder:
    """The layout in this folder; made on the first write, in a folder that is new or empty.

    Safe to use from several threads and processes. Raises PathInvalid for what is not a layout. `known` spares hashing
    the same blobs again and again.
    """

    def __init__(self, path: Path, known: KnownBlobs | None = None) -> None:
        self.path = path
        self._known = known
        self._shown = f"oci:{path}"
        self._guard = threading.Lock()

    # Source

    def resolve(self, name: str) -> Descriptor:
        """The manifest of this tag or digest. Raises NotFound, ManifestInvalid."""
        return index_file.resolve(self._index(), self, name, self._shown)

    def only(self) -> tuple[Descriptor, str]:
        """The one kit that is there, and its tag if it has one. Raises NotFound."""
        return index_file.only(self._index(), self, self._shown)

    def open(self, descriptor: Descriptor) -> Readable:
        """The bytes as they are there, not verified. Raises NotFound, PathInvalid (a link)."""
        self._check_folders()
        try:
            return io.FileIO(open_regular(self._blob(descriptor.digest)), "rb")
        except FileNotFoundError:
            raise NotFound(f"{self._shown} has no blob {descriptor.digest.short}") from None
        except OSError as problem:
            raise PathInvalid(
                f"{self._shown}: blob {descriptor.digest.short} cannot be read: {problem.strerror}"
            ) from None

    def exists(self, descriptor: Descriptor) -> bool:
        """Whether the content is there, whole; of a manifest, that it is listed."""
        try:
            there = self._blob(descriptor.digest).lstat()
        except OSError:
            return False
        if not stat.S_ISREG(there.st_mode) or there.st_size != descriptor.size_bytes:
            return False
        if descriptor.media_type not in MANIFEST_TYPES:
            return True
        try:
            read_verified(self, descriptor)
            return self._index().find(descriptor.digest) is not None
        except (ContentError, NotFound):
            return False

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        """The manifests that have this one as their subject."""
        return index_file.referrers(self._index(), self, subject, artifact_type)

    def names(self) -> list[str]:
        """The tags that are there."""
        return self._index().names()

    # Sink

    def write(self, descriptor: Descriptor, stream: Readable, *, observe: Observer = ignore, item: str = "") -> None:
        """Store content under its digest, verified; a manifest is listed. Closes the stream.

        Raises DigestMismatch, SizeMismatch, StorageFull, PathInvalid; then nothing has the name.
        """
        with closing(stream):
            if self.find_blob(descriptor, observe=observe, item=item) is not None:
                return
            self._prepare()
            is_manifest = descriptor.media_type in MANIFEST_TYPES
            if is_manifest and descriptor.size_bytes > MANIFEST_LIMIT_BYTES:
                raise ManifestInvalid(
                    f"{descriptor.digest.short}: {descriptor.size_bytes} bytes is too large for a manifest"
                )
            self._write_blob(descriptor, stream, observe, item)
        if is_manifest:
            self._change(lambda index: index.with_entry(descriptor))

    def tag(self, descriptor: Descriptor, name: str) -> None:
        """Let `name` point at a manifest that is there. Raises NotFound."""
        if not self.exists(descriptor):
            raise NotFound(f"{descriptor.digest.short}: cannot be tagged {name}, it is not in {self._shown}")
        self._change(lambda index: index.with_entry(descriptor, name))

    def keep_file(self, path: Path, descriptor: Descriptor) -> Path:
        """Take over a verified file from `partials` under its digest."""
        self._prepare()
        final = self._blob(descriptor.digest)
        try:
            try_chmod(path, _MODE)
            replace(path, final)
        except OSError as problem:
            raise disk_error(problem, final) from None
        return final

    def find_blob(self, descriptor: Descriptor, *, observe: Observer = ignore, item: str = "") -> Path | None:
        """Its file, if it is there and has its digest; hashed now, unless that is known."""
        if not self.exists(descriptor):
            return None
        event = Event("advanced", item or descriptor.digest.short, 0, descriptor.size_bytes, "checking")
        try:
            with io.FileIO(open_regular(self._blob(descriptor.digest)), "rb") as stream:
                stamp = Stamp.of(os.fstat(stream.fileno()))
                verdict = self._known.find(descriptor.digest, stamp) if self._known else None
                if verdict is None:
                    verdict = Hashing().read(stream, watch=lambda: observe(event)).is_all_of(descriptor)
                    is_settled_now = stamp == Stamp.of(os.fstat(stream.fileno())) and stamp.is_settled
                    if self._known and is_settled_now:
                        self._known.note(descriptor.digest, stamp, is_right=verdict)
        except OSError:
            return None
        return self._blob(descriptor.digest) if verdict else None

    @property
    def partials(self) -> Path:
        """Where downloads lie until they are whole; `tidy` takes the folder away."""
        self._prepare()
        return self.path / _PARTIAL

    def tidy(self) -> None:
        """Take away what is ours and no longer needed; what another process is at stays."""
        with suppress(OSError), ExitStack() as stack:
            partial = Folders.opened(self.path, stack).below(_PARTIAL, stack)  # not followed if it is a link
            for name, is_dir in partial.scan(""):
                there = partial.stat(name)
                is_left = "-" in name and there is not None and there.st_mtime < time.time() - _LEFT_S
                if not is_dir and (name.endswith(".lock") or is_left):
                    path, dir_fd = partial.at(name)
                    os.unlink(path, dir_fd=dir_fd)
            (self.path / _PARTIAL).rmdir()

    def _write_blob(self, descriptor: Descriptor, stream: Readable, observe: Observer, item: str) -> None:
        name = f"{descriptor.digest.hex}-{os.getpid()}-{threading.get_ident()}"
        file = FileSink(self.path / _PARTIAL / name, descriptor.size_bytes)
        try:
            pump_verified(stream, descriptor, [file], observe=observe, item=item)
            file.commit(self._blob(descriptor.digest), _MODE)
        finally:
            file.abort()

    # What is on disk

    def _blob(self, digest: Digest) -> Path:
        return self.path / "blobs" / "sha256" / Digest(digest).hex

    def _index(self) -> IndexFile:
        self._check_folders()
        try:
            index_file.check_marker(self._read(MARKER_NAME, index_file.MARKER_LIMIT_BYTES), self._shown)
            return IndexFile.parse(self._read(INDEX_NAME, index_file.INDEX_LIMIT_BYTES), self._shown)
        except FileNotFoundError as problem:
            missing = Path(problem.filename or INDEX_NAME).name
            raise NotFound(f"{self.path} is not an OCI layout: it has no {missing}") from None

    def _read(self, name: str, limit_bytes: int) -> bytes:
        try:
            return read_small(self.path / name, limit_bytes)
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(2, "missing", str(self.path / name)) from None
        except OSError as problem:
            raise ManifestInvalid(f"{self.path / name} cannot be read: {problem.strerror}") from None

    def _check_folders(self) -> None:
        """Raise PathInvalid if a folder in the layout is a link: it would lead out of it."""
        for folder in (self.path / "blobs", self.path / "blobs" / "sha256", self.path / _PARTIAL):
            if os.path.lexists(folder) and not stat.S_ISDIR(folder.lstat().st_mode):
                raise PathInvalid(f"{folder} is a link or a file, not a folder of an OCI layout: it is not followed")

    def _prepare(self) -> None:
        """Make what an empty layout has. Raises PathInvalid for a folder with other things in it."""
        with self._guard:
            self._check_folders()
            try:
                if not (self.path / MARKER_NAME).is_file() and self.path.is_dir():
                    # One that a kill cut short has our folder for partial files, and may have an index already.
                    begun = {INDEX_NAME} if (self.path / _PARTIAL).is_dir() else set()
                    known = {"blobs", _PARTIAL, *begun}
                    others = [entry.name for entry in self.path.iterdir() if entry.name not in known]
                    if others:
                        raise PathInvalid(
                            f"{self.path} is not an OCI layout, and not empty: nothing was written",
                            hint="name a new folder",
                            details=sorted(others)[:5],
                        )
                for folder in (self.path / "blobs" / "sha256", self.path / _PARTIAL):
                    folder.mkdir(parents=True, exist_ok=True)
                if not (self.path / INDEX_NAME).exists():
                    self._replace(INDEX_NAME, IndexFile().to_bytes())
                if not (self.path / MARKER_NAME).exists():
                    self._replace(MARKER_NAME, MARKER)
            except OSError as problem:
                raise disk_error(problem, self.path) from None

    def _change(self, change: Changer) -> None:
        """Replace `index.json` in one step, read again under a lock first."""
        self._prepare()
        with self._guard, self._locked():
            before = self._index()
            after = change(before)
            if after.to_bytes() == before.to_bytes():
                return
            try:
                self._replace(INDEX_NAME, after.to_bytes())
            except OSError as problem:
                raise disk_error(problem, self.path) from None

    def _replace(self, name: str, data: bytes) -> None:
        temporary = self.path / _PARTIAL / f"next-{os.getpid()}"
        write_bytes(self.path / name, data, mode=_MODE, is_exact=True, durable=True, temporary=temporary)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            lock = Lock(self.path / _PARTIAL / "index.lock")
            lock.acquire(timeout=60)
        except OSError as problem:
            raise disk_error(problem, self.path) from None
        try:
            yield
        finally:
            lock.release()
