"""One of the problems that an error about a Kitfile lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of a Kitfile; `line` and `column` count from 1, 0 where no place is known."""

    message: str
    field: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        field = f"{self.field}: " if self.field else ""
        return f"{place}{field}{self.message}" + (f" ({self.hint})" if self.hint else "")
