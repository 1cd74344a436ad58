"""A `.skops` file as a pack writes it, and as a load reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats import Loading, Saved, Saving, format_named


def saved(value: Any, folder: Path) -> tuple[Path, Saved]:
    found = format_named("skops")
    assert found
    return folder / "m.skops", found.save(value, folder / "m.skops", Saving("m"))


def load(path: Path, *trusted: str) -> Any:
    found = format_named("skops")
    assert found
    return found.load(path, {}, Loading("m", trust_types=frozenset(trusted)))
