"""One layer of an unpack: read once, verified, its files made in the staging tree."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from kitops_jupyter import archive, file_index
from kitops_jupyter.content import (
    Descriptor,
    Digest,
    FindsBlobs,
    Hashing,
    Readable,
    Source,
    check_digest,
    check_size,
    verified,
)
from kitops_jupyter.errors import ContentError, SizeMismatch
from kitops_jupyter.filters import Choice
from kitops_jupyter.manifest import Match, raw_file
from kitops_jupyter.operations.attached_index import attach_found
from kitops_jupyter.operations.index_findings import IndexCheck, IndexFindings, Warnings, with_index
from kitops_jupyter.operations.layer_reader import is_read_whole, members_of, ranges_of, read_listing
from kitops_jupyter.operations.remote_files import RemoteFiles
from kitops_jupyter.operations.unpack.destination import Destination
from kitops_jupyter.pipeline import ByteSink, NoSink, OpenFileSink, Stoppable, pump, pump_verified, run_all
from kitops_jupyter.progress import Observer, in_beats
from kitops_jupyter.sources import MayBeElsewhere

AGAIN = "pack or pull the kit again to repair it; kit doctor --deep says what else is damaged"


@dataclass(frozen=True, slots=True)
class Part:
    """A layer to unpack: where its bytes come from, which of its files are wanted, and below which folder they go.

    `listing` is what the archive has, where that was read already. `kit` is the manifest that has it. `claim` is a file
    index that somebody attached to that kit, and that was not compared with the layer here: all of the layer is read
    then, and compared.
    """

    source: Source
    match: Match
    choice: Choice
    below: str = ""
    listing: Sequence[archive.TarMember] | None = None
    kit: Descriptor | None = None
    claim: file_index.Address | None = None

    def placed(self, member: str) -> str:
        """Where a member goes, from the target's top; "" for one that is not wanted."""
        name = self.match.placed(member)
        if not self.choice.takes(name):
            return ""
        return f"{self.below}/{name}" if self.below else name

    @property
    def is_fetched_by_files(self) -> bool:
        """Whether single files of an archive elsewhere travel, each in a request of its own."""
        layer, kind = self.match.layer, self.match.type
        if self.choice.is_whole or self.claim or kind.compression or kind.format.is_one_file or is_read_whole(layer):
            return False
        if ranges_of(self.source, layer) is None:
            return False
        if self.choice.patterns is not None:
            return True
        return not self.travels_whole(sum(file.size for file in self.files()))

    def travels_whole(self, wanted_bytes: int) -> bool:
        """Whether all of a layer elsewhere is read to get these bytes: one stream is faster, and verified."""
        return self.choice.patterns is None and 2 * wanted_bytes >= self.match.layer.size_bytes

    def members(self) -> Sequence[archive.TarMember]:
        """What the archive has. Raises what `members_of` raises."""
        return members_of(self.source, self.match) if self.listing is None else self.listing

    def files(self) -> list[archive.TarMember]:
        """The files of it that are wanted. Raises as `members`."""
        return [member for member in in_beats(self.members()) if not member.is_dir and self.placed(member.name)]


@dataclass(frozen=True, slots=True)
class UnpackedLayer:
    """What became of a layer; `digest` is None for the Kitfile, and for data from elsewhere."""

    section: str
    name: str
    path: str
    digest: Digest | None
    file_count: int
    file_bytes: int


class LayerUnpacker:
    """Unpacks layers into a staging tree, one a core; with `findings` their file indexes are compared on the way."""

    def __init__(self, destination: Destination, observe: Observer, findings: IndexFindings | None = None) -> None:
        self._destination = destination
        self._findings = findings
        self.observe = observe
        self._event = Stoppable(observe, "unpacking was stopped; nothing was written")
        self._trees: list[list[archive.NewTree]] = []  # what each layer made, in the kit's order
        self.unverified: list[str] = []
        self.by_index: list[str] = []
        self.read_whole: list[str] = []
        self.wrong_indexes = Warnings()

    def check(self, part: Part) -> None:
        """Note every conflict of this layer, where that needs no unpacking: by its headers, or its one name.

        Other layers are judged after they were unpacked into the staging tree, by `Destination.check_tree`.
        """
        if self._destination.is_empty or self._destination.overwrites:
            return
        if part.match.type.format.is_one_file:
            if name := _gated(part, raw_file(part.match.layer).path, archive.NameRules()):
                self._destination.check(name)
        elif not part.match.type.compression:
            for member in in_beats(part.members()):
                if name := part.placed(member.name):
                    self._destination.check(name, is_dir=member.is_dir)

    def unpack_all(self, parts: Sequence[Part], tree: archive.SharedTree) -> list[UnpackedLayer]:
        """Make every layer's files in `tree`, which notes the names that clash. Raises what `unpack` raises."""
        self._trees = [[] for _ in parts]
        jobs = [partial(self._unpack, part, tree, made) for part, made in zip(parts, self._trees, strict=True)]
        return run_all(jobs, workers=min(os.cpu_count() or 1, 4), name="kit-unpack", observe=self._event)

    def _unpack(self, part: Part, tree: archive.SharedTree, made: list[archive.NewTree]) -> UnpackedLayer:
        if part.match.type.format.is_one_file:
            counted = self._unpack_raw(part, tree)
        elif part.is_fetched_by_files:
            counted = self._fetch_files(part, tree)
        else:
            counted = self._unpack_tar(part, tree, made)
        entry = part.match.entry
        return UnpackedLayer(entry.section, entry.name, entry.path, part.match.layer.digest, *counted)

    def _unpack_tar(self, part: Part, tree: archive.SharedTree, made: list[archive.NewTree]) -> tuple[int, int]:
        layer, compression = part.match.layer, part.match.type.compression

        def placed(member: str) -> str:
            name = part.placed(member)
            return "" if name and self._destination.keeps(name) else name

        untar = part.match.type.format.inside.unpacker(
            tree, rename=placed, size_bytes=None if compression else layer.size_bytes, set_modes=False
        )
        self._move(part, [untar])
        made.append(untar.tree)
        return len(untar.files), sum(file.size for file in untar.files)

    def _fetch_files(self, part: Part, tree: archive.SharedTree) -> tuple[int, int]:
        """Only the wanted files' bytes out of a tar in a registry, verified by the kit's file index if it has one."""
        assert isinstance(part.source, MayBeElsewhere)
        count = size_bytes = 0
        files = RemoteFiles(part.source, part.match, rules=tree.rules)
        for member in files.members:
            name = part.placed(member.name)
            if member.is_dir or not name or self._destination.keeps(name):
                continue
            if (sink := _new_file(tree, name, member.mode, member.size)) is None:
                continue
            with closing(files.open(member)) as stream:
                got = pump(stream, [sink], observe=self._event, item=name, total_bytes=member.size)
            check_size(got, member.size, name)
            count, size_bytes = count + 1, size_bytes + got
        if count and not files.is_verified:
            self.unverified.append(part.match.entry.label)
        elif count and not files.is_checked:
            self.by_index.append(part.match.entry.label)
        return count, size_bytes

    def _unpack_raw(self, part: Part, tree: archive.SharedTree) -> tuple[int, int]:
        file = raw_file(part.match.layer)
        name = _gated(part, file.path, tree.rules)
        if not name or self._destination.keeps(name):
            return 0, 0
        sink = _new_file(tree, name, file.mode, file.size_bytes) or NoSink()
        try:
            size_bytes = self._move(part, [sink])
        except BaseException:
            sink.abort()  # where nothing came at all, nobody else has let go of the file
            raise
        if file.size_bytes not in (None, size_bytes):
            raise SizeMismatch(f"{file.path}: {size_bytes} bytes, its layer says {file.size_bytes}")
        return 1, size_bytes

    def _move(self, part: Part, sinks: Sequence[ByteSink]) -> int:
        """The layer's bytes into the sinks, all of them verified; returns how many came out."""
        layer = with_index(part.match.layer, part.claim) if part.claim else part.match.layer
        if self._findings is None or not self._findings.is_open(layer):
            return self._moved(part, sinks)
        check = IndexCheck(layer, size_bytes=None if part.match.type.compression else layer.size_bytes)
        count = self._moved(part, [*sinks, check])
        self.wrong_indexes.add(layer, check.judge(partial(read_listing, part.source), self._findings))
        if part.claim:
            self.read_whole.append(part.match.entry.label)
            attach_found(part.match.layer, part.claim, check, self._findings)
        return count

    def _moved(self, part: Part, sinks: Sequence[ByteSink]) -> int:
        layer, compression = part.match.layer, part.match.type.compression
        stream = part.source.open(layer)
        try:
            if compression:
                return self._move_compressed(stream, layer, compression, sinks, part)
            return pump_verified(stream, layer, sinks, observe=self._event, item=part.match.entry.path)
        except ContentError as problem:
            if isinstance(part.source, FindsBlobs) and part.source.find_blob(layer) is None:
                problem.hint = AGAIN
            raise
        finally:
            stream.close()

    def _move_compressed(
        self, stream: Readable, layer: Descriptor, compression: str, sinks: Sequence[ByteSink], part: Part
    ) -> int:
        """Verified on the way in, and what comes out against the diffId."""
        checked = verified(stream, layer)
        known = Hashing()
        inside = archive.decompressing(checked, compression)
        count = pump(inside, [known, *sinks], observe=self._event, item=part.match.entry.path)
        diff_id = part.match.entry.diff_id
        check_digest(known.digest, diff_id or known.digest, f"{part.match.entry.label}, unpacked")
        return count

    def finish(self, tree: archive.SharedTree) -> None:
        """Give every folder its mode, once all layers are there. Raises StorageFull, StoreError."""
        tree.set_modes([made for layer in self._trees for made in layer])


def _gated(part: Part, name: str, rules: archive.NameRules) -> str:
    """Where a file of this name goes; "" if it is not wanted. Raises UnsafeArchive if the name leaves the folder."""
    placed = part.placed(rules.clean_file(name))
    return rules.clean(placed) if placed else ""


def _new_file(tree: archive.SharedTree, name: str, mode: int, size_bytes: int | None) -> OpenFileSink | None:
    """A sink for a new file; None where the name clashes, which the tree notes."""
    descriptor = tree.new_file(name, mode)
    return None if descriptor is None else OpenFileSink(descriptor, tree.path_of(name), size_bytes)
