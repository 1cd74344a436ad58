"""`kit version`: what runs here."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.version import VERSION


@dataclass(frozen=True, slots=True)
class VersionResult(Result):
    """Our version, Python's, and the Kitfile version that is written."""

    version: str
    python: str
    kitfile_version: str = "1.0.0"


def versions(*, settings: Settings | None = None) -> VersionResult:
    """The versions of this program and of Python."""
    return VersionResult(VERSION, platform.python_version())
