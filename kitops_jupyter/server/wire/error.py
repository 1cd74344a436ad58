"""An error, as the panel receives it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Error:
    code: str
    message: str
    hint: str
    details: list[str]
