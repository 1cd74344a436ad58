"""`kit remove`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.transfer.remove import RemoveResult
from kitops_jupyter.show.cards import Card, Code, Table
from kitops_jupyter.show.results import card_of, text_of
from kitops_jupyter.sizes import human_size

_NOTHING_FREED = "nothing was freed: other kits or tags still use the data"


@text_of.register
def _text_of_remove(result: RemoveResult) -> str:
    lines = [f"Removed {name}" + (f" (digest {digest})" if name != digest else "") for name, digest in result.removed]
    lines += [f"Untagged {name}" for name in result.untagged]
    lines += [f"Kept: {reason}" for reason in result.kept]
    return "\n".join([*lines, f"Freed {human_size(result.freed_bytes)}" if result.freed_blobs else "No bytes freed"])


@card_of.register
def _card_of_remove(result: RemoveResult) -> Card:
    return Card(
        title=f"Removed {len(result.removed)} reference{'s' if len(result.removed) != 1 else ''}",
        facts=(("freed", f"{human_size(result.freed_bytes)} in {result.freed_blobs} blobs"),),
        tables=(Table(("reference", "digest"), tuple((name, Code(digest.short)) for name, digest in result.removed)),),
        notes=(*(f"untagged {name}" for name in result.untagged), *(() if result.freed_blobs else (_NOTHING_FREED,))),
        warnings=result.kept,
    )
