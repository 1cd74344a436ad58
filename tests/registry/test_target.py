"""A registry is a Target like any other: the scripted one, docker-registry plain, with users and with TLS, our own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from kitops_jupyter.content import Target
from kitops_jupyter.registry import Registry
from kitops_jupyter.settings import Settings
from tests.contract import TargetContract
from tests.fakes.fault_server import FaultServer
from tests.fakes.registries import Real
from tests.registry.conftest import HASTE


class TestScriptedRegistry(TargetContract):
    @pytest.fixture
    def target(self, server: FaultServer, connect: Callable[..., Registry]) -> Target:
        return connect(server).repository("team/model")


class TestRealRegistries(TargetContract):
    @pytest.fixture(params=["plain", "with_users", "with_tls", "served"])
    def target(self, request: pytest.FixtureRequest, settings: Settings) -> Iterator[Target]:
        real: Real = request.getfixturevalue(request.param)
        with real.connect(settings, patience=HASTE) as registry:
            yield registry.repository(f"team/{uuid.uuid4().hex}")
