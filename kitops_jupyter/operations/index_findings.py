"""A layer's file index compared with the layer itself, whenever all of the layer passes by.

The index is as trustworthy as whoever made the kit: it may say of a part what the archive does not say. So a finding is
kept, under the digests of both, which never change: an index that was right once is right for ever, a wrong one is
reported and not used again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from kitops_jupyter import file_index
from kitops_jupyter.content import Descriptor, Readable
from kitops_jupyter.disk import cache_folder
from kitops_jupyter.errors import Cancelled, ContentError, KitError, StoreError
from kitops_jupyter.media_types import LayerType
from kitops_jupyter.operations.passing_index import PassingIndex
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Notes

_RIGHT = "right"
# A listing that another zlib made differs by a few percent; one that is far larger is not worth reading.
_MOST_TIMES, _MOST_MORE_BYTES = 4, 1 << 16

ReadListing = Callable[[file_index.Address], bytes]


class IndexFindings:
    """What was found out about indexes, on this machine."""

    def __init__(self, settings: Settings) -> None:
        self._notes = Notes(cache_folder(settings.cache, "file-indexes"))

    def is_right(self, layer: Descriptor) -> bool:
        """Whether the layer's index was compared with all of the layer, every digest of it."""
        return self._notes.find(_key(layer)) == _RIGHT

    def why_wrong(self, layer: Descriptor) -> str:
        """Why the index is not the layer's; "" where that is not known of it."""
        found = self._notes.find(_key(layer)) if file_index.has_index(layer) else None
        return "" if found in (None, _RIGHT) else str(found)

    def is_open(self, layer: Descriptor) -> bool:
        """Whether the layer has an index that was not compared with it yet."""
        return file_index.has_index(layer) and self._notes.find(_key(layer)) is None

    def keep(self, layer: Descriptor, why_wrong: str = "") -> None:
        """Keep a finding; without a reason the index is right."""
        self._notes.keep(_key(layer), why_wrong or _RIGHT)

    def attach(self, layer: Descriptor, address: file_index.Address) -> None:
        """Keep that this is the index of a layer whose kit names none: it was made of all of the layer, here."""
        self.keep(with_index(layer, address))
        self._notes.keep(_attached_key(layer), str(address))

    def indexed(self, layer: Descriptor) -> Descriptor:
        """The layer with an index: the one that its kit names, else one that was attached, and is right."""
        if file_index.has_index(layer):
            return layer
        address = file_index.parse_address(self._notes.find(_attached_key(layer)) or "")
        return with_index(layer, address) if address else layer


def with_index(layer: Descriptor, address: file_index.Address) -> Descriptor:
    """The layer as a kit that was packed with this index would name it."""
    return replace(layer, annotations={**layer.annotations, **address.annotation})


def _attached_key(layer: Descriptor) -> str:
    return f"{layer.digest};attached"


def _key(layer: Descriptor) -> str:
    texts = [text for key in file_index.ANNOTATIONS.values() if (text := layer.annotations.get(key))]
    return f"{layer.digest};{texts[-1] if texts else ''}"  # the newest is the one that is used


class IndexCheck(PassingIndex):
    """A byte sink that builds the layer's index again while the layer passes, for `judge` to compare."""

    def __init__(self, layer: Descriptor, *, size_bytes: int | None) -> None:
        super().__init__(layer, size_bytes=size_bytes, tree=_tree_of(layer))
        self._layer = layer

    def judge(self, read_listing: ReadListing, findings: IndexFindings) -> str:
        """Compare and keep the finding; why the index is not the layer's, "" where it is, or where nothing is known.

        To be asked when the layer's own digest was right. Only an index that differs in its bytes is read, by
        `read_listing`: two versions of zlib make different bytes of one listing.
        """
        if not self.is_ended or not findings.is_open(self._layer):
            return ""
        try:
            why_wrong = self.why_wrong or self._difference(read_listing)
        except ContentError as problem:
            why_wrong = problem.message
        except Cancelled:
            raise
        except KitError:  # the index was lost, or cannot be read now
            return ""
        findings.keep(self._layer, why_wrong)
        return why_wrong

    def _difference(self, read_listing: ReadListing) -> str:
        said = file_index.address_of(self._layer)
        assert said is not None
        built = self.build()
        assert built is not None
        if built.address == said:
            return ""
        if said.version == 2 and said.listing_bytes > _MOST_TIMES * built.address.listing_bytes + _MOST_MORE_BYTES:
            return f"its listing has {said.listing_bytes} bytes, the layer's has {built.address.listing_bytes}"
        where, listing = f"layer {self._layer.digest.short}", read_listing(said)
        listed = file_index.read_listing(listing, said, layer_bytes=self._layer.size_bytes, where=where)
        if not self.is_tar and [(max(0, file.offset), file.size) for file in listed.files] != [(0, self.passed_bytes)]:
            return f"it lists {len(listed.files)} files, but the layer is one file of {self.passed_bytes} bytes"
        found = [file._replace(offset=-1) for file in self.files] if self.is_listing else self.files
        why = difference(listed, found) if self.is_tar else ""
        is_same = listed.pages == self.builder.pages and self.builder.digest_with(listing) == said.digest
        return why or ("" if is_same else "its digests are not those of the layer's pieces")


def _tree_of(layer: Descriptor) -> file_index.Tree:
    """How the layer's index cuts files into pieces. A garbled annotation is reported later, by `judge`."""
    try:
        address = file_index.address_of(layer)
    except ContentError:
        address = None
    return file_index.V1 if address is not None and address.version == 1 else file_index.V2


def difference(listed: file_index.FileIndex, found: Sequence[file_index.IndexedFile]) -> str:
    """The first file that the index lists otherwise than the layer has it, in words; "" if there is none."""
    for one, two in zip(listed.files, found, strict=False):
        if one != two:
            return f"it lists {_shown(one)}, but the layer has {_shown(two)}"
    if len(listed.files) != len(found):
        return f"it lists {len(listed.files)} files, but the layer has {len(found)}"
    return ""


def _shown(file: file_index.IndexedFile) -> str:
    return f"{file.name[:120]!r} ({file.size} bytes, mode {file.mode:04o}, at byte {file.offset})"


def check_listing(layer: Descriptor, stream: Readable, read_listing: ReadListing, findings: IndexFindings) -> str:
    """Compare an index with the headers of a plain layer that is at hand; why it is not the layer's, or "".

    Its digests are not compared: a wrong one is found when the piece is read. So only a wrong index is a finding.
    """
    said, kind = file_index.address_of(layer), LayerType.parse(layer.media_type)
    with closing(stream):
        if said is None or kind.compression or kind.format.is_one_file or not findings.is_open(layer):
            return findings.why_wrong(layer)
        try:
            where = f"layer {layer.digest.short}"
            listed = file_index.read_listing(read_listing(said), said, layer_bytes=layer.size_bytes, where=where)
            members = kind.format.inside.list_members(stream, size_bytes=layer.size_bytes)
            found = [
                file_index.IndexedFile(member.name, member.size, member.mode, member.offset)
                for member in members
                if not member.is_dir
            ]
            why_wrong = difference(listed, found)
        except (Cancelled, StoreError):
            raise
        except ContentError as problem:
            why_wrong = problem.message
        except KitError:
            return ""
    if why_wrong:
        findings.keep(layer, why_wrong)
    return why_wrong


def warning(layer: Descriptor, why_wrong: str) -> str:
    """The warning about a wrong index."""
    return f"layer {layer.digest.short}: its file index does not match the layer and is not used: {why_wrong}"


@dataclass(slots=True)
class Warnings:
    """What was found wrong, each once."""

    texts: list[str] = field(default_factory=list)

    def add(self, layer: Descriptor, why_wrong: str) -> None:
        text = warning(layer, why_wrong)
        if why_wrong and text not in self.texts:
            self.texts.append(text)


@dataclass(slots=True)
class IndexWatch:
    """Compares the indexes of layers that are moved; `wrong` is what was found."""

    findings: IndexFindings
    read_listing: ReadListing
    wrong: Warnings = field(default_factory=Warnings)

    def sink(self, blob: Descriptor) -> IndexCheck | None:
        """What should see the layer pass; None where nothing is to be found out."""
        return IndexCheck(blob, size_bytes=blob.size_bytes) if _can_be_watched(blob, self.findings) else None

    def judge(self, blob: Descriptor, check: IndexCheck | None) -> None:
        """The blob has passed, verified."""
        why_wrong = check.judge(self.read_listing, self.findings) if check is not None else ""
        self.wrong.add(blob, why_wrong or self.findings.why_wrong(blob))

    def look(self, blob: Descriptor, open_blob: Callable[[], Readable]) -> None:
        """Compare the headers of a layer that is at hand."""
        if _can_be_watched(blob, self.findings):
            check_listing(blob, open_blob(), self.read_listing, self.findings)
        self.wrong.add(blob, self.findings.why_wrong(blob))

    def may_move(self, layers: Sequence[Descriptor]) -> bool:
        """Whether no index of these layers is known to be wrong."""
        return not any(self.findings.why_wrong(layer) for layer in layers)


def _can_be_watched(blob: Descriptor, findings: IndexFindings) -> bool:
    """Whether the layer is plain and its index was not compared yet. A compressed one is compared when unpacked."""
    if blob.media_type in file_index.MEDIA_TYPES.values():  # an index, which says in the same way what it is
        return False
    return findings.is_open(blob) and not LayerType.parse(blob.media_type).compression
