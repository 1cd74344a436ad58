"""`kit diff`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.diff.diff import DiffLayer, DiffResult, LayerChange
from kitops_jupyter.show.cards import Card, Cell, Code, Table
from kitops_jupyter.show.results import card_of, text_of
from kitops_jupyter.sizes import counted, human_size

_LINE = "---------------------------------------"


@text_of.register
def _text_of_diff(result: DiffResult) -> str:
    if result.identical:
        return "ModelKits are identical"
    first, second = result.first.full_name, result.second.full_name
    lines = ["Comparing:", f"  ModelKit1: {first}", f"  ModelKit2: {second}", "", "Configurations:", _LINE]
    if result.config_digests[0] == result.config_digests[1]:
        lines += ["  Configs are identical", ""]
    else:
        lines += ["Configs differ:"]
        lines += [f"  ModelKit{at} Config Digest: {digest[:17]}" for at, digest in enumerate(result.config_digests, 1)]
        lines += [f"  {change.field}: {change.before or '-'} -> {change.after or '-'}" for change in result.fields]
        lines += [""]
    lines += ["Annotations:", _LINE]
    lines += [f"  {name}: {one or '-'} -> {two or '-'}" for name, one, two in result.annotations] or [
        "  Annotations are identical"
    ]
    lines += ["", "Shared Layers", _LINE, *_layer_lines(result.shared), ""]
    lines += [f"Unique Layers to ModelKit1 ({first})", _LINE, *_layer_lines(result.only_first), ""]
    lines += [f"Unique Layers to ModelKit2 ({second})", _LINE, *_layer_lines(result.only_second), ""]
    lines += ["Files", _LINE, *([change.line() for change in result.files] or ["<none>"])]
    lines += [f"warning: {text}" for text in result.warnings]
    return "\n".join(lines)


@card_of.register
def _card_of_diff(result: DiffResult) -> Card:
    if result.identical:
        return Card(
            title=f"{result.first} and {result.second} are identical", facts=(("digest", Code(result.digests[0])),)
        )
    tables = [
        Table(
            ("", "layer", "path", "before", "", "after", ""),
            tuple(_row(change) for change in result.changes),
            caption="layers",
        )
    ]
    if result.files:
        rows = tuple((change.sign, change.path, change.what) for change in result.files)
        tables.append(Table(("", "file", "change"), rows, caption="files"))
    if result.fields:
        rows = tuple((change.field, change.before, change.after) for change in result.fields)
        tables.append(Table(("field", "before", "after"), rows, caption="Kitfile"))
    shared = human_size(sum(layer.size_bytes for layer in result.shared))
    return Card(
        title=f"{result.first} → {result.second}",
        facts=(("shared", f"{shared} in {counted(len(result.shared), 'layer')}"),),
        tables=tuple(tables),
        warnings=result.warnings,
    )


def _row(change: LayerChange) -> tuple[Cell, ...]:
    known = change.after or change.before
    assert known
    sides = (
        (human_size(layer.size_bytes), Code(layer.digest.short)) if layer else ("", "")
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
        lines.append(f"{kind:<7} | {layer.digest[:17]}  | {human_size(layer.size_bytes)}")
    return lines
