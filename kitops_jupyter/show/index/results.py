"""`kit index`: what its results look like."""

from __future__ import annotations

from collections.abc import Iterator

from kitops_jupyter import gojson
from kitops_jupyter.content import Descriptor
from kitops_jupyter.kit_index import ORIGINAL_TAG, label_texts
from kitops_jupyter.operations.index.results import RECORDED, SIZE, IndexInfo, IndexJson, IndexList
from kitops_jupyter.show.cards import Card, Cell, Code, Size, Table
from kitops_jupyter.show.results import card_of, text_of
from kitops_jupyter.show.text import kit_table


@text_of.register
def _text_of_index_info(result: IndexInfo) -> str:
    columns = ("ORIGINAL REFERENCE", "SIZE", "LABELS", "ANNOTATIONS", "DIGEST")
    return kit_table(columns, [row for entry in result.index.entries for row in _lines(result, entry)])


@card_of.register
def _card_of_index_info(result: IndexInfo) -> Card:
    rows = tuple(
        (
            entry.annotations.get(ORIGINAL_TAG, ""),
            ", ".join((*_labels(entry), *_annotations(entry))),
            _size(entry),
            Code(entry.digest.short),
        )
        for entry in result.index.entries
    )
    return Card(
        title=f"{result.reference}: an index of {len(rows)} kit{'s' if len(rows) != 1 else ''}",
        facts=(("digest", Code(result.digest)),),
        tables=(Table(("tag", "labels", "size", "digest"), rows),) if rows else (),
        notes=(f"kit unpack {result.reference} -l KEY=VALUE unpacks one of them",)
        if rows
        else (f"kit index add {result.reference} KIT -l KEY=VALUE adds one",),
    )


@text_of.register
def _text_of_index_json(result: IndexJson) -> str:
    return gojson.indented(result.raw.decode("utf-8"))


@card_of.register
def _card_of_index_json(result: IndexJson) -> Card:
    return Card(title=str(result.reference), facts=(("digest", Code(result.digest)),), text=text_of(result))


@text_of.register
def _text_of_index_list(result: IndexList) -> str:
    rows = [(row.repository, row.tag or "<none>", row.kits, str(row.digest)) for row in result.indexes]
    return kit_table(("REPOSITORY", "TAG", "MODELKITS", "DIGEST"), rows)


@card_of.register
def _card_of_index_list(result: IndexList) -> Card:
    rows = tuple((row.repository, row.tag or "<none>", row.kits, Code(row.digest.short)) for row in result.indexes)
    return Card(
        title=f"{len(rows)} index{'es' if len(rows) != 1 else ''} of kits in the local store",
        tables=(Table(("repository", "tag", "kits", "digest"), rows),) if rows else (),
        notes=() if rows else ("kit index create NAME:TAG creates your first index",),
    )


def _lines(result: IndexInfo, entry: Descriptor) -> Iterator[tuple[Cell, ...]]:
    """One label or annotation a line."""
    labels, notes = list(_labels(entry)), list(_annotations(entry))
    for at in range(max(1, len(labels), len(notes))):
        label, note = labels[at] if at < len(labels) else "", notes[at] if at < len(notes) else ""
        if at:
            yield "", "", label, note, ""
        else:
            yield result.original(entry), _size(entry), label, note, str(entry.digest)


def _labels(entry: Descriptor) -> Iterator[str]:
    return (f"{key}={value}" for key, value in label_texts(entry))


def _annotations(entry: Descriptor) -> Iterator[str]:
    return (f"{key}={text}" for key, text in sorted(entry.annotations.items()) if key not in RECORDED)


def _size(entry: Descriptor) -> Size | str:
    size = entry.annotations.get(SIZE, "")
    return Size(int(size)) if size.isascii() and size.isdigit() and len(size) < 20 else ""
