"""A kit's files by path: which layer has one, and how a part of it is read and verified, wherever the layer is."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple, cast

from kitops_jupyter import archive
from kitops_jupyter.content import Digest, NoticesChange, Readable, check_size, verified
from kitops_jupyter.errors import ArchiveInvalid, DigestMismatch, KitError, NotFound, SizeMismatch
from kitops_jupyter.file_index import IndexedFile, VerifiedFile
from kitops_jupyter.kitfile import to_yaml
from kitops_jupyter.manifest import Match, raw_file
from kitops_jupyter.operations.block_cache import BlockCache
from kitops_jupyter.operations.layer_reader import checked_names, is_read_whole, members_of, open_here, ranges_of
from kitops_jupyter.operations.opening import Kit
from kitops_jupyter.operations.pieces import Pieces
from kitops_jupyter.operations.remote_files import RemoteFiles
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import MayBeElsewhere

KITFILE = "Kitfile"
_KITFILE = -1  # in place of a layer


class NoSuchFile(NotFound, FileNotFoundError):
    """A path that the kit does not have, as fsspec's users expect it to be reported."""


class Found(NamedTuple):
    """A file of the kit: its layer, and what the layer's list says of it."""

    layer: int
    file: IndexedFile


@dataclass(slots=True)
class _Layer:
    """A layer that was listed; `remote` reads a plain one in a registry, `damage` is the fault of a local one."""

    match: Match
    files: dict[str, IndexedFile]
    remote: RemoteFiles | None
    unpacked: BinaryIO | None = None
    offsets: dict[str, int] = field(default_factory=dict)
    recalled: set[str] = field(default_factory=set)
    damage: KitError | None = None


class KitFiles:
    """The files of one kit, or of some of its layers, listed when first needed. Threads may share it; close it."""

    def __init__(
        self, kit: Kit, settings: Settings, blocks: BlockCache, *, matches: Sequence[Match] | None = None
    ) -> None:
        self._lock = threading.RLock()
        self._layers: dict[int, _Layer] = {}
        self.kit = kit
        self._settings = settings
        self._blocks = blocks
        self._matches = kit.matches() if matches is None else matches
        self._kitfile = to_yaml(kit.kitfile).encode() if kit.kitfile else None
        self._pieces = Pieces(blocks)

    def find(self, path: str) -> Found | None:
        """The file with this path, if there is one; only layers that may have it are listed, the likely ones first."""
        if path == KITFILE and self._kitfile is not None:
            return self._found_kitfile()
        for layer in self._having(path):
            file = self._listed(layer).files.get(path)
            if file is not None:
                return Found(layer, file)
        return None

    def below(self, folder: str) -> dict[str, Found]:
        """Every file of a layer below a folder, "" for the kit's top, by its path; the Kitfile is in no layer."""
        found: dict[str, Found] = {}
        prefix = f"{folder}/" if folder else ""
        for layer in self._having(folder):
            for path, file in self._listed(layer).files.items():
                if path.startswith(prefix):
                    found.setdefault(path, Found(layer, file))
        return found

    def is_verified(self, found: Found) -> bool:
        """Whether a digest of the kit covers every part of the file that is read, after its header in the archive."""
        if found.layer == _KITFILE:
            return True
        layer = self._listed(found.layer)
        return layer.damage is None and (layer.remote is None or layer.remote.is_verified)

    def verified(self, found: Found) -> VerifiedFile | None:
        """The file by its index, whose digests cover its pieces; None for one that is here, or has none."""
        remote = self._listed(found.layer).remote if found.layer != _KITFILE else None
        return remote.verified(found.file.name) if remote else None

    def moved_bytes(self, found: Found, start: int, end: int) -> int:
        """How many bytes reading this part would move over a network, about; at most the layer's, if compressed."""
        layer = self._listed(found.layer)
        source, match = self.kit.source, layer.match
        if ranges_of(source, match.layer) is None or is_read_whole(match.layer):
            return 0
        if match.type.compression:
            return 0 if layer.unpacked else match.layer.size_bytes
        return max(0, end - start)

    def check(self, found: Found) -> None:
        """Raise DigestMismatch or SizeMismatch if the store's blob with this file is damaged."""
        if found.layer == _KITFILE:
            return
        damage = self._listed(found.layer).damage
        if damage is not None:
            self._forget(found.layer)  # it may be put right meanwhile
            raise damage

    def read(self, found: Found, start: int, end: int, ahead_bytes: int) -> bytes:
        """The file's bytes from `start` to `end`; where they must be fetched, some that follow are fetched too.

        Raises DigestMismatch, SizeMismatch, RegistryError.
        """
        if found.layer == _KITFILE:
            return (self._kitfile or b"")[max(0, start) : max(0, end)]
        self.check(found)
        layer = self._listed(found.layer)
        start, end = max(0, start), min(end, found.file.size)
        if start >= end:
            self._see_header(layer, found.file.name)
            return b""
        if layer.remote is None:
            return self._read_here(layer, found.file, start, end)
        checked = layer.remote.verified(found.file.name)
        if checked is None:
            return layer.remote.read_at(found.file.offset + start, end - start)
        self._recall_header(layer, found.file.name)
        data = self._pieces.read(checked, start, end, min(end + ahead_bytes, found.file.size))
        self._see_header(layer, found.file.name)
        return data

    def _found_kitfile(self) -> Found:
        """The Kitfile as unpacking writes it: it is in no layer, and the config that has it was verified."""
        return Found(_KITFILE, IndexedFile(KITFILE, len(self._kitfile or b""), 0o644, -1))

    def close(self) -> None:
        """Let go of what was unpacked."""
        with self._lock:
            for layer in self._layers.values():
                if layer.unpacked is not None:
                    layer.unpacked.close()
            self._layers.clear()

    def __del__(self) -> None:
        self.close()  # a file system is seldom closed by those who use it

    def _having(self, path: str) -> Iterator[int]:
        """The layers that may have this path, or something below it."""
        for at, match in enumerate(self._matches):
            own = match.base or match.entry.clean_path
            if own == "." or not path or path == own or f"{path}/".startswith(f"{own}/") or own.startswith(f"{path}/"):
                yield at

    def _listed(self, at: int) -> _Layer:
        with self._lock:
            if at not in self._layers:
                self._layers[at] = self._list(self._matches[at])
            return self._layers[at]

    def _forget(self, at: int) -> None:
        with self._lock:
            layer = self._layers.pop(at, None)
            if layer is not None and layer.unpacked is not None:
                layer.unpacked.close()

    def _list(self, match: Match) -> _Layer:
        try:
            return self._list_right(match)
        except (DigestMismatch, SizeMismatch) as damage:
            return _Layer(match, self._list_damaged(match, damage), None, damage=damage)

    def _list_damaged(self, match: Match, damage: KitError) -> dict[str, IndexedFile]:
        """The names that the damaged layer seems to have, so that they can be asked for; no file of it is read."""
        layer = match.layer
        if match.type.format.is_one_file:
            raw = raw_file(layer)
            return {raw.path: IndexedFile(raw.path, raw.size_bytes or layer.size_bytes, raw.mode, 0)}
        try:
            with closing(self.kit.source.open(layer)) as stream:
                inside = archive.decompressing(stream, match.type.compression) if match.type.compression else stream
                listed = [item for item in match.type.format.inside.list_members(inside) if not item.is_dir]
        except (KitError, OSError):
            raise damage from None
        return {match.placed(file.name): IndexedFile(file.name, file.size, file.mode, -1) for file in listed}

    def _list_right(self, match: Match) -> _Layer:
        source = self.kit.source
        is_remote = not match.type.compression and ranges_of(source, match.layer) is not None
        remote = RemoteFiles(source, match) if is_remote and isinstance(source, MayBeElsewhere) else None
        if match.type.format.is_one_file:
            raw = raw_file(match.layer)
            size = match.layer.size_bytes if raw.size_bytes is None or remote else raw.size_bytes
            if remote is None:
                open_here(source, match.layer).close()
            return _Layer(match, {raw.path: IndexedFile(raw.path, size, raw.mode, 0)}, remote)
        members = remote.members if remote else members_of(source, match)
        listed = (IndexedFile(item.name, item.size, item.mode, item.offset) for item in members if not item.is_dir)
        return _Layer(match, {match.placed(file.name): file for file in listed}, remote)

    def _recall_header(self, layer: _Layer, name: str) -> None:
        """Trust a header that was checked by a process with the same folder of blocks."""
        remote = layer.remote
        if remote is not None and remote.needs_header(name):
            token = remote.token(name)
            if self._blocks.find(Digest.of(token).hex) is not None:
                remote.trust_header(name)
                layer.recalled.add(name)

    def _see_header(self, layer: _Layer, name: str) -> None:
        """Raise ArchiveInvalid unless the file's header is what the index says. Reads the header once at most."""
        remote = layer.remote
        if remote is None or name in layer.recalled:
            return
        if remote.needs_header(name):
            self._recall_header(layer, name)
            remote.check_header(name)
        token = remote.token(name)
        if token and name not in layer.recalled:
            self._blocks.keep(Digest.of(token).hex, token)
        layer.recalled.add(name)

    def _read_here(self, layer: _Layer, file: IndexedFile, start: int, end: int) -> bytes:
        """Read from a local blob that was hashed and did not change since; a compressed one is unpacked first."""
        with self._lock:
            if isinstance(layer.unpacked, NoticesChange) and not layer.unpacked.is_unchanged():
                layer.unpacked.close()
                layer.unpacked = None
            if layer.unpacked is None:
                layer.unpacked = self._unpack(layer.match)
                if layer.match.type.compression:
                    layer.offsets = _offsets(layer)
            stream = layer.unpacked
            stream.seek(layer.offsets[file.name] if layer.offsets else file.offset)
            stream.seek(start, os.SEEK_CUR)
            data = stream.read(end - start)
        check_size(len(data), end - start, file.name)
        return data

    def _unpack(self, match: Match) -> BinaryIO:
        """The layer before compression as a file: its blob here, or a temporary one, every byte verified."""
        if not match.type.compression:
            here = open_here(self.kit.source, match.layer)
            if isinstance(here, NoticesChange):
                return cast(BinaryIO, here)
            here.close()
        with ExitStack() as undone:
            temporary = undone.enter_context(tempfile.TemporaryFile())
            with verified(self.kit.source.open(match.layer), match.layer) as stream:
                inside = archive.decompressing(stream, match.type.compression) if match.type.compression else stream
                with closing(inside):
                    buffer = memoryview(bytearray(1 << 20))
                    while count := inside.readinto(buffer):
                        temporary.write(buffer[:count])
            undone.pop_all()
            return cast(BinaryIO, temporary)


def _offsets(layer: _Layer) -> dict[str, int]:
    """Where the files of an unpacked layer are. The index of a compressed layer has no offsets."""
    stream, match = layer.unpacked, layer.match
    assert stream is not None
    said = {file.name: (file.size, file.mode) for file in layer.files.values()}
    if match.type.format.is_one_file:
        size_bytes = stream.seek(0, os.SEEK_END)
        found = {name: (size_bytes, mode) for name, (_, mode) in said.items()}
        offsets = dict.fromkeys(said, 0)
    else:
        stream.seek(0)
        rules = archive.NameRules()
        members = checked_names(list(match.type.format.inside.list_members(cast(Readable, stream))), match.layer, rules)
        found = {item.name: (item.size, item.mode) for item in members if not item.is_dir}
        offsets = {item.name: item.offset for item in members if not item.is_dir}
    if said != found:
        raise ArchiveInvalid(f"layer {match.layer.digest.short}: its list of files does not match its content")
    return offsets
