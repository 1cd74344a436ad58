"""Two files to compare, as what compares them sees them: parts that can be read, and what reading them costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

Span = tuple[int, int]


class Unreadable(ValueError):
    """The content is not what its name says, or larger than what is compared; the text says which."""


class TooFar(Exception):
    """Comparing would move `size_bytes` over the network, more than is left of what may be."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(size_bytes)
        self.size_bytes = size_bytes


class Bytes(Protocol):
    """One file. `read` gives exactly these bytes; `cost` is how many of them would travel over a network, about."""

    @property
    def size(self) -> int: ...

    def read(self, start: int, end: int, /) -> bytes: ...

    def cost(self, start: int, end: int, /) -> int: ...


class Spans(Protocol):
    """Where two files may differ: the parts of `start` to `end` outside of which they are known to be equal."""

    def within(self, start: int, end: int, /) -> Iterator[Span]: ...


class Everywhere:
    """Spans of two files of which nothing is known."""

    def within(self, start: int, end: int, /) -> Iterator[Span]:
        if start < end:
            yield start, end


class Budget:
    """What may still travel over the network; None for anything."""

    def __init__(self, limit_bytes: int | None) -> None:
        self._left = limit_bytes

    def take(self, size_bytes: int) -> None:
        """Use up so much of it. Raises TooFar, and uses none, if there is less left."""
        if self._left is not None and size_bytes:
            if size_bytes > self._left:
                raise TooFar(size_bytes)
            self._left -= size_bytes


@dataclass(frozen=True, slots=True)
class Pair:
    """A file before and after; reading through this asks the budget first. `spans` hold for equal places in both."""

    name: str
    one: Bytes
    two: Bytes
    spans: Spans
    budget: Budget

    def both(self, limit_bytes: int) -> tuple[bytes, bytes]:
        """All of both. Raises Unreadable where one is larger than the limit, TooFar."""
        for side in (self.one, self.two):
            if side.size > limit_bytes:
                raise Unreadable(f"it has {side.size:,} bytes, more than {limit_bytes:,}")
        self.budget.take(self.one.cost(0, self.one.size) + self.two.cost(0, self.two.size))
        return self.one.read(0, self.one.size), self.two.read(0, self.two.size)

    def start(self, side: Bytes, size_bytes: int) -> bytes:
        """The first bytes of one of them, or all. Raises TooFar."""
        end = min(side.size, size_bytes)
        self.budget.take(side.cost(0, end))
        return side.read(0, end)
