"""`kit list`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.manifest import subject_of
from kitops_jupyter.operations.look.kits import NONE, ListResult
from kitops_jupyter.show.cards import Card, Code, Size, Table
from kitops_jupyter.show.results import aside_of, card_of, text_of
from kitops_jupyter.show.text import kit_table
from kitops_jupyter.sizes import counted, human_size


@text_of.register
def _text_of_list(result: ListResult) -> str:
    rows = [
        (kit.repository, tag, kit.author, kit.model_name, kit.size, str(kit.digest))
        for kit in result.kits
        for tag in (kit.tags or (NONE,))
    ]
    return kit_table(("REPOSITORY", "TAG", "MAINTAINER", "NAME", "SIZE", "DIGEST"), rows)


@aside_of.register
def _aside_of_list(result: ListResult) -> str:
    return "\n".join(_problems(result))


@card_of.register
def _card_of_list(result: ListResult) -> Card:
    has_messages = any(kit.message for kit in result.kits)
    columns = ("repository", "tags", "name", "size", "packed", "digest", *(("message",) if has_messages else ()))
    rows = tuple(
        (
            kit.repository,
            ", ".join(kit.tags) or NONE,
            kit.model_name,
            Size(kit.size_bytes),
            kit.created[:10],
            Code(kit.digest.short),
            *((subject_of(kit.message),) if has_messages else ()),
        )
        for kit in result.kits
    )
    return Card(
        title=f"{counted(len(result.kits), 'kit')} in {result.where}, {human_size(result.size_bytes)}",
        tables=(Table(columns, rows),) if rows else (),
        notes=(*(() if rows else ("kit pack . -t NAME:TAG packs your first kit",)), *_of_indexes(result)),
        warnings=_problems(result),
    )


def _problems(result: ListResult) -> tuple[str, ...]:
    unread = (f"{kit.repository} {kit.digest.short}: {kit.problem}" for kit in result.kits if kit.problem)
    return (*result.problems, *unread)


def _of_indexes(result: ListResult) -> tuple[str, ...]:
    if not result.indexes:
        return ()
    return (f"and {counted(result.indexes, 'index', 'indexes')} of kits: kit index list",)
