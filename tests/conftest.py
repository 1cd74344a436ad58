"""What tests of several rooms need: homes of their own, and registries that run once a session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitops_jupyter.settings import Settings
from tests.fakes.fault_server import FaultServer, serving
from tests.fakes.registries import plain, served, with_tls, with_users
from tests.fakes.traffic import traffic

__all__ = ["plain", "served", "traffic", "with_tls", "with_users"]

# The contract's assertions are told as pytest tells them, whichever tests are run first.
pytest.register_assert_rewrite("tests.contract")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home of its own."""
    return Settings.load({}, home=tmp_path / "home")


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """One machine of two."""
    return Settings.load({}, home=tmp_path / "here")


@pytest.fixture
def there(tmp_path: Path) -> Settings:
    """A colleague's machine."""
    return Settings.load({}, home=tmp_path / "there")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A scripted registry, which can cut, delay and lie."""
    with serving() as running:
        yield running


@pytest.fixture
def repository_name(request: pytest.FixtureRequest) -> str:
    """A repository's name that no other test has, the same in every run."""
    words = re.findall("[a-z0-9]+", request.node.name.lower())
    return "team/" + "-".join(words)[-60:].strip("-")
