"""`kit registry`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.registries import KnownRegistry, RegistriesResult, RegistryChange
from kitops_jupyter.show.cards import Card, Cell, Table
from kitops_jupyter.show.results import card_of


@card_of.register
def _card_of_registries(result: RegistriesResult) -> Card:
    count = len(result.registries)
    rows = tuple(_row(each) for each in result.registries)
    return Card(
        title=f"{count} {'registry' if count == 1 else 'registries'}",
        tables=(Table(("name", "address", "how"), rows),) if rows else (),
        notes=() if rows else ("kit registry add NAME ADDRESS names one",),
    )


@card_of.register
def _card_of_change(result: RegistryChange) -> Card:
    if result.is_removed:
        return Card(title=f"Removed the name {result.name}; nothing in the registry changed")
    facts: list[tuple[str, Cell]] = [("address", result.check.address if result.check else _address(result))]
    notes = (result.check.hint,) if result.check and result.check.hint else ()
    return Card(title=f"Added {result.name}", facts=facts, notes=notes)


def _address(result: KnownRegistry | RegistryChange) -> str:
    return result.entry.url or result.name


def _row(known: KnownRegistry) -> tuple[Cell, ...]:
    entry = known.entry
    told = {
        "without TLS": known.is_plain,
        "certificate not verified": not entry.tls_verify,
        f"CA {entry.ca}": entry.ca,
        f"client certificate {entry.client_cert}": entry.client_cert,
        "of a kit here": not known.is_named,
    }
    return known.name, _address(known), ", ".join(text for text, is_so in told.items() if is_so)
