"""What is said of indexes of kits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.cards import Card, Table, human_size, kit_table
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.kit_index import ORIGINAL_TAG, KitIndex, label_texts
from kitops_jupyter.operations.result import Result
from kitops_jupyter.reference import Reference

SIZE = "ml.kitops.modelkit.size"
_RECORDED = (ORIGINAL_TAG, SIZE)


@dataclass(frozen=True, slots=True)
class IndexInfo(Result):
    """One index and its kits; `raw` are its bytes."""

    reference: Reference
    digest: Digest
    index: KitIndex
    raw: bytes = field(repr=False)

    def __str__(self) -> str:
        columns = ("ORIGINAL REFERENCE", "SIZE", "LABELS", "ANNOTATIONS", "DIGEST")
        return kit_table(columns, [row for entry in self.index.entries for row in self._lines(entry)])

    def _lines(self, entry: Descriptor) -> Iterator[tuple[str, str, str, str, str]]:
        """One label or annotation a line."""
        labels, notes = list(_labels(entry)), list(_annotations(entry))
        for at in range(max(1, len(labels), len(notes))):
            label, note = labels[at] if at < len(labels) else "", notes[at] if at < len(notes) else ""
            if at:
                yield "", "", label, note, ""
            else:
                yield self._original(entry), _size(entry), label, note, str(entry.digest)

    def _original(self, entry: Descriptor) -> str:
        tag = entry.annotations.get(ORIGINAL_TAG, "")
        return f"{self.reference.shown_name}:{tag}" if tag else ""

    def json(self) -> str:
        """What `kit index info --format json` prints."""
        kits = []
        for entry in self.index.entries:
            tag, size = self._original(entry), entry.annotations.get(SIZE, "")
            shown: dict[str, Any] = {"reference": tag} if tag else {}
            shown["digest"] = str(entry.digest)
            shown["size"] = int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None
            shown["labels"] = dict(label_texts(entry))
            shown["annotations"] = {key: text for key, text in entry.annotations.items() if key not in _RECORDED}
            kits.append(shown)
        value = {"reference": str(self.reference), "digest": str(self.digest), "modelKits": kits}
        return gojson.indented(gojson.dumps(value))

    def card(self) -> Card:
        rows = tuple(
            (
                entry.annotations.get(ORIGINAL_TAG, ""),
                ", ".join((*_labels(entry), *_annotations(entry))),
                _size(entry),
                entry.digest.short,
            )
            for entry in self.index.entries
        )
        return Card(
            title=f"{self.reference}: an index of {len(rows)} kit{'s' if len(rows) != 1 else ''}",
            facts=(("digest", str(self.digest)),),
            tables=(Table(("tag", "labels", "size", "digest"), rows),) if rows else (),
            notes=(f"kit unpack {self.reference} -l KEY=VALUE chooses one",)
            if rows
            else (f"kit index add {self.reference} KIT -l KEY=VALUE adds one",),
        )


@dataclass(frozen=True, slots=True)
class IndexJson(Result):
    """An index as it is stored, for `kit inspect`."""

    reference: Reference
    digest: Digest
    raw: bytes = field(repr=False)

    def __str__(self) -> str:
        return gojson.indented(self.raw.decode("utf-8"))

    def card(self) -> Card:
        return Card(title=str(self.reference), facts=(("digest", str(self.digest)),), text=str(self))


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One tag of one index; `tag` is empty for an index without any."""

    repository: str
    tag: str
    kits: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class IndexList(Result):
    """The indexes of the local store."""

    indexes: tuple[IndexRow, ...]

    def __str__(self) -> str:
        rows = [(row.repository, row.tag or "<none>", str(row.kits), str(row.digest)) for row in self.indexes]
        return kit_table(("REPOSITORY", "TAG", "MODELKITS", "DIGEST"), rows)

    def card(self) -> Card:
        rows = tuple((row.repository, row.tag or "<none>", str(row.kits), row.digest.short) for row in self.indexes)
        return Card(
            title=f"{len(rows)} index{'es' if len(rows) != 1 else ''} of kits in the local store",
            tables=(Table(("repository", "tag", "kits", "digest"), rows),) if rows else (),
            notes=() if rows else ("kit index create NAME:TAG makes the first one",),
        )


def _labels(entry: Descriptor) -> Iterator[str]:
    return (f"{key}={value}" for key, value in label_texts(entry))


def _annotations(entry: Descriptor) -> Iterator[str]:
    return (f"{key}={text}" for key, text in sorted(entry.annotations.items()) if key not in _RECORDED)


def _size(entry: Descriptor) -> str:
    size = entry.annotations.get(SIZE, "")
    return human_size(int(size)) if size.isascii() and size.isdigit() and len(size) < 20 else ""
