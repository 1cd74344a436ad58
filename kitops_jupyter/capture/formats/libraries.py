"""Optional libraries: imported where they are used, with the command that installs them where they are not."""

from __future__ import annotations

import importlib
from typing import Any

from kitops_jupyter.errors import MissingDependency


def need(module: str, extra: str, variable: str) -> Any:
    """The library, imported. Raises MissingDependency, which names the extra."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingDependency(module.partition(".")[0], extra, f"the variable {variable}") from None


def version_of(distribution: str) -> str:
    """The installed version; "" where it is not installed under this name."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except (PackageNotFoundError, ValueError):
        return ""
