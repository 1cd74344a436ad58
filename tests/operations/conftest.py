"""Fixtures of the verbs' tests."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from tests.archives import extract
from tests.fakes.registries import Real
from tests.golden_trees import GOLDEN
from tests.operations.projects import digest_of, make_project
from tests.store.test_referrers import refer


@pytest.fixture
def golden_home(tmp_path: Path) -> Settings:
    """The store in which kit left the golden kits; a copy, to be changed at will."""
    with tarfile.open(GOLDEN / "home.tar.gz") as home:
        extract(home, tmp_path / "golden")
    return Settings.load({}, home=tmp_path / "golden" / "home")


@pytest.fixture
def signed_kit(tmp_path: Path, here: Settings) -> str:
    """A signed kit in the local store; its signature is signed, too."""
    kit.pack(make_project(tmp_path / "project"), tag="churn:v1", settings=here)
    place = store(here).repository("localhost/churn", kind="referrers")
    signature = refer(place, Descriptor(IMAGE_MANIFEST, digest_of("churn:v1", here), 0))
    refer(place, place.resolve(signature), b"a signature's signature")
    return "churn:v1"


@pytest.fixture(params=["plain", "served"], ids=["docker-registry", "serve"])
def each_registry(request: pytest.FixtureRequest) -> Real:
    """Debian's registry, and our own."""
    found: Real = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def reference(repository_name: str, each_registry: Real) -> str:
    """A name in each of them, of the test's own."""
    return f"{each_registry.host}/{repository_name}:v1"


@pytest.fixture
def pushed(tmp_path: Path, here: Settings, reference: str) -> str:
    """A kit that is there."""
    kit.pack(make_project(tmp_path / "project"), tag=reference, settings=here)
    kit.push(reference, connection=Connection(plain_http=True), settings=here)
    return reference
