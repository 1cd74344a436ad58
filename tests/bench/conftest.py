"""Measurements run only when they are asked for: they take minutes, tens of GB, and a quiet machine."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked `bench` unless `-m` names it, as `make bench` does."""
    if "bench" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("bench"):
            item.add_marker(pytest.mark.skip(reason="a measurement: make bench"))
