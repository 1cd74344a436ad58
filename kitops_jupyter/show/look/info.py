"""`kit info` and `kit inspect`: what its results look like."""

from __future__ import annotations

from kitops_jupyter import gojson
from kitops_jupyter.operations.look.info import InfoResult, InspectResult
from kitops_jupyter.show.cards import Card, Cell, Code, Lines, Size, Table
from kitops_jupyter.show.facts import fact_rows
from kitops_jupyter.show.results import card_of, text_of


@text_of.register
def _text_of_info(result: InfoResult) -> str:
    if result.selected is not None:
        return result.selected.rstrip("\n")
    message = [f"# message: {result.message}".replace("\n", "\n#   ")] if result.message else []
    facts = [f"# {name}: {value}" for name, value in fact_rows(result.facts)]
    return "\n".join([result.yaml.rstrip("\n"), *message, *facts, *(f"# warning: {text}" for text in result.warnings)])


@card_of.register
def _card_of_info(result: InfoResult) -> Card:
    if result.selected is not None:
        return Card(title=str(result.reference), text=result.selected)
    package = result.kitfile.package
    facts: list[tuple[str, Cell]] = [
        ("digest", Code(result.digest)),
        ("stored", Size(sum(size for _, _, size, _ in result.layers))),
        ("name", " ".join(filter(None, (package.name, package.version)))),
        ("description", package.description),
        ("authors", ", ".join(package.authors)),
        ("license", package.license),
        *([("message", Lines(result.message))] if result.message else []),
        *fact_rows(result.facts),
    ]
    rows = tuple((section, path, Size(size), Code(digest.short)) for section, path, size, digest in result.layers)
    return Card(
        title=str(result.reference),
        facts=tuple((name, value) for name, value in facts if value != ""),
        tables=(Table(("layer", "path", "stored", "digest"), rows),) if rows else (),
        text=result.yaml,
        warnings=result.warnings,
    )


@text_of.register
def _text_of_inspect(result: InspectResult) -> str:
    return gojson.indented(gojson.dumps(result.to_json()))


@card_of.register
def _card_of_inspect(result: InspectResult) -> Card:
    return Card(title=f"{result.reference}", facts=(("digest", Code(result.digest)),), text=text_of(result))
