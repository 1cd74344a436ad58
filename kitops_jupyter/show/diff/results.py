"""`kit diff`: what its results look like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kitops_jupyter.operations.diff.results import DiffLayer, DiffResult, FieldChange, FileChange, LayerChange
from kitops_jupyter.show.cards import Card, Cell, Code, Fold, Table
from kitops_jupyter.show.diff.insides import folds, signed, summary
from kitops_jupyter.show.results import card_of, text_of
from kitops_jupyter.show.text import fold_text
from kitops_jupyter.sizes import counted, human_size

_LINE = "---------------------------------------"
_OPEN_FOLDS = 3  # files that are shown unfolded


@text_of.register
def _text_of_diff(result: DiffResult) -> str:
    if result.identical:
        return "ModelKits are identical"
    first, second = result.names
    lines = ["Comparing:", f"  ModelKit1: {first}", f"  ModelKit2: {second}", "", "Configurations:", _LINE]
    if result.config_digests[0] == result.config_digests[1] or not (result.fields or all(result.config_digests)):
        lines += ["  Configs are identical", ""]
    else:
        lines += ["Configs differ:"]
        lines += [
            f"  ModelKit{at} Config Digest: {digest[:17]}"
            for at, digest in enumerate(result.config_digests, 1)
            if digest
        ]
        lines += [f"  {change.field}: {_field(change)}" for change in result.fields]
        lines += [""]
    lines += ["Annotations:", _LINE]
    lines += [f"  {name}: {one or '-'} -> {two or '-'}" for name, one, two in result.annotations] or [
        "  Annotations are identical"
    ]
    lines += ["", "Shared Layers", _LINE, *_layer_lines(result.shared), ""]
    lines += [f"Unique Layers to ModelKit1 ({first})", _LINE, *_layer_lines(result.only_first), ""]
    lines += [f"Unique Layers to ModelKit2 ({second})", _LINE, *_layer_lines(result.only_second), ""]
    lines += ["Files", _LINE, *([change.line() for change in result.files] or ["<none>"])]
    insides = [inside for change in result.files for inside in file_folds(change)]
    lines += ["", "Contents", _LINE, *map(fold_text, insides)] if insides else []
    lines += [f"warning: {text}" for text in result.warnings]
    return "\n".join(lines)


@card_of.register
def _card_of_diff(result: DiffResult) -> Card:
    if result.identical:
        return Card(
            title=f"{result.first} and {result.second} are identical",
            facts=(("digest", Code(str(result.digests[0]))),),
        )
    tables = [
        Table(
            ("", "layer", "path", "before", "", "after", ""),
            tuple(_row(change) for change in result.changes),
            caption="layers",
        )
    ]
    if result.files:
        rows = tuple((change.sign, change.path, change.what, inside(change)) for change in result.files)
        tables.append(Table(("", "file", "change", "inside"), rows, caption="files"))
    if result.parameters:
        tables.append(_fields_table(result.parameters, "parameters"))
    fields = tuple(field for field in result.fields if not field.is_parameter)
    if fields:
        tables.append(_fields_table(fields, "Kitfile"))
    shared = human_size(sum(layer.size_bytes for layer in result.shared))
    return Card(
        title=f"{result.first} → {result.second}",
        facts=(("shared", f"{shared} in {counted(len(result.shared), 'layer')}"),),
        tables=tuple(tables),
        folds=tuple(_file_card_folds(result)),
        warnings=result.warnings,
    )


def inside(change: FileChange) -> str:
    """What differs in the file, on one line, or why that is not said."""
    return summary(change.content) if change.content else change.note


def file_folds(change: FileChange) -> Iterator[Fold]:
    """What differs in one file, its name above all of it; of one that was not compared, why."""
    if change.content is not None:
        found = folds(change.content)
        title = f"{change.path}: {inside(change)}"
        if len(found) == 1 and not found[0].title:
            yield replace(found[0], title=title)
        elif found:
            yield Fold(title)
            yield from found
    elif change.note and change.before_bytes is not None and change.after_bytes is not None:
        yield Fold(f"{change.path}: {change.note}")


def _file_card_folds(result: DiffResult) -> Iterator[Fold]:
    compared = [change for change in result.files if change.content]
    for at, change in enumerate(compared):
        for fold in file_folds(change):
            yield replace(fold, is_open=at < _OPEN_FOLDS)


def _fields_table(fields: tuple[FieldChange, ...], caption: str) -> Table:
    if any(field.difference is not None for field in fields):
        rows = tuple((field.field, field.before, field.after, signed(field.difference)) for field in fields)
        return Table(("field", "before", "after", "difference"), rows, caption=caption)
    return Table(("field", "before", "after"), tuple((each.field, each.before, each.after) for each in fields), caption)


def _field(change: FieldChange) -> str:
    difference = f" ({signed(change.difference)})" if change.difference is not None and change.is_parameter else ""
    return f"{change.before or '-'} -> {change.after or '-'}{difference}"


def _row(change: LayerChange) -> tuple[Cell, ...]:
    known = change.after or change.before
    assert known
    sides = (
        (human_size(layer.size_bytes), Code(layer.digest.short if layer.digest else "")) if layer else ("", "")
        for layer in (change.before, change.after)
    )
    return (change.sign, known.section, known.path, *next(sides), *next(sides))


def _layer_lines(layers: tuple[DiffLayer, ...]) -> list[str]:
    if not layers:
        return ["<none>"]
    names = {"part": "Modelpart"}
    lines = ["Type    | Digest             | Size"]
    for layer in layers:
        kind = names.get(layer.section, layer.section.capitalize())
        digest = (layer.digest or "(not packed)")[:17]
        lines.append(f"{kind:<7} | {digest:<17}  | {human_size(layer.size_bytes)}")
    return lines
