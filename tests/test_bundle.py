"""How much JupyterLab loads for the panel."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter

STATIC = Path(kitops_jupyter.__file__).parent / "labextension" / "static"
AT_START_BYTES = 150_000
LATER = ("kit.", "dialogs.")  # fetched when the first kit, and the first dialog, is opened


def test_the_bundle_is_small_and_what_is_not_seen_at_once_comes_later() -> None:
    if not STATIC.is_dir() or any(STATIC.glob("*.map")):
        pytest.skip("the front end is not built as it is installed: jlpm build:prod")
    scripts = {path.name: path.stat().st_size for path in STATIC.glob("*.js")}
    later = {name: size for name, size in scripts.items() if name.startswith(LATER)}
    assert len(later) == len(LATER)
    assert sum(scripts.values()) - sum(later.values()) < AT_START_BYTES
    assert max(later.values()) < AT_START_BYTES / 2
