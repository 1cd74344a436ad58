"""Single files and folders of a kit on the disk, verified, for as long as they are needed."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter.disk import cache_folder
from kitops_jupyter.errors import NotFound
from kitops_jupyter.filters import text_for, text_for_file
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.block_cache import BlockCache
from kitops_jupyter.operations.kit_files import KitFiles
from kitops_jupyter.operations.load.parts import KitFile, PartsOf, write_parts
from kitops_jupyter.operations.opening import Kit
from kitops_jupyter.operations.unpack.unpack import unpack
from kitops_jupyter.pipeline import Stoppable
from kitops_jupyter.progress import Observer
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

_ABANDONED_AFTER_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class VerifiedFiles:
    """Writes files of one kit, in the local store or its registry, where a library can open them."""

    kit: Kit
    remote: bool
    connection: Connection | None
    settings: Settings
    observe: Observer

    @contextmanager
    def at(self, path: str, parts_of: PartsOf | None = None) -> Iterator[Path]:
        """The file or folder at this path of the kit; what a library has mapped of it outlives its name.

        Only its own bytes travel where a digest of the kit covers them, else the whole layer. With `parts_of`, which
        is shown the file, only the parts that it names, if they can be verified alone; the rest of the file is empty.
        Raises NotFound, DigestMismatch, StorageFull, RegistryError, and what `parts_of` raises.
        """
        match = self._layer_of(path)
        own, section = match.entry.clean_path, match.entry.section
        whole = text_for(section, own)
        with _folder(self.settings) as folder:
            if parts_of and self._write_parts(match, path, parts_of, folder / "files" / path):
                yield folder / "files" / path
                return
            for name in (whole,) if own == path else (text_for_file(section, path), whole):
                if self._write(folder / "files", name):
                    break
                shutil.rmtree(folder / "files")
            yield folder / "files" / path

    def by_path(self, matches: Sequence[Match] | None = None) -> KitFiles:
        """The files of these layers, or of all, by their paths; close it."""
        blocks = BlockCache(cache_folder(self.settings.cache, "blocks"))
        return KitFiles(self.kit, self.settings, blocks, matches=matches)

    def _write_parts(self, match: Match, path: str, parts_of: PartsOf, target: Path) -> bool:
        """Whether parts of the file can be had, and were written."""
        if match.type.compression:
            return False
        with closing(self.by_path([match])) as files:
            found = files.find(path)
            if found is None or not files.is_verified(found):
                return False
            parts = parts_of(KitFile(files, found))
            if parts is None:
                return False
            write_parts(files, found, parts, target, Stoppable(self.observe, "loading was stopped"))
            return True

    def _write(self, folder: Path, filter_text: str) -> bool:
        """Whether a digest covers everything that was written."""
        done = unpack(
            str(self.kit.reference.with_digest(self.kit.descriptor.digest)),
            folder,
            filters=[filter_text],
            remote=self.remote,
            connection=self.connection,
            settings=self.settings,
            observe=self.observe,
        )
        return not done.unverified

    def _layer_of(self, path: str) -> Match:
        """The layer with this path: of those that may have it, the one whose entry is nearest."""
        having = [
            match
            for match in self.kit.matches()
            if (own := match.entry.clean_path) == "." or path == own or path.startswith(f"{own}/")
        ]
        if not having:
            raise NotFound(f"{self.kit.reference} has no file {path[:200]}", hint=f"kit files {self.kit.reference}")
        return max(having, key=lambda match: len(match.entry.clean_path.removeprefix(".")))


@contextmanager
def _folder(settings: Settings) -> Iterator[Path]:
    """A folder below the store's cache, on a disk that has room for models; gone afterwards, also after a kill."""
    around = cache_folder(settings.cache, "loads")
    around.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in around.iterdir():
        if time.time() - old.lstat().st_mtime > _ABANDONED_AFTER_S:
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(dir=around))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # Windows keeps what is mapped, until a later load
