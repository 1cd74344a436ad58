"""Files in memory, to be compared."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter.comparing import Budget, Compared, Everywhere, Pair, compare


@dataclass
class InMemory:
    """A file; `far` is what a network would bring, `seen` the parts that were read."""

    data: bytes
    far: bool = False
    seen: list[tuple[int, int]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, start: int, end: int, /) -> bytes:
        self.seen.append((start, end))
        return self.data[start:end]

    def cost(self, start: int, end: int, /) -> int:
        return end - start if self.far else 0


def compared(name: str, before: bytes | str, after: bytes | str) -> Compared:
    """Two files of this name."""
    one, two = (text.encode() if isinstance(text, str) else text for text in (before, after))
    return compare(Pair(name, InMemory(one), InMemory(two), Everywhere(), Budget(None)))


def notebook(*cells: dict[str, Any], **more: Any) -> str:
    """A notebook's text."""
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more})


def cell(source: str, id: str = "", **more: Any) -> dict[str, Any]:
    """A code cell."""
    names = {"id": id} if id else {}
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **names, **more}
