"""A scripted registry in this process, and short patience with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kitops_jupyter.registry import Patience, Registry
from kitops_jupyter.settings import Settings
from tests.fakes.fault_server import FaultServer, serving

pytest.register_assert_rewrite("tests.contract")

# Faults must end in bounded time: these bounds make it short.
HASTE = Patience(connect_s=2.0, stall_s=1.0, attempts=4, first_pause_s=0.01, longest_pause_s=0.05, budget_s=1.0)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home")


@pytest.fixture
def foreign() -> Iterator[FaultServer]:
    """Another host: by name, since two ports of one address are one host to a browser, too."""
    with serving("localhost") as found:
        yield found


@pytest.fixture
def connect(settings: Settings) -> Iterator[Callable[..., Registry]]:
    """Registry values for a server, with little patience; closed at the end."""
    made: list[Registry] = []

    def make(server: FaultServer, **options: object) -> Registry:
        options = {"settings": settings, "plain_http": True, "patience": HASTE, **options}
        made.append(Registry(server.host, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for registry in made:
        registry.close()
