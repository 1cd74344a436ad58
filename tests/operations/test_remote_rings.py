"""No verb closes a ring of kits in a registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import ReferenceCycle
from kitops_jupyter.settings import RegistrySettings, Settings
from tests.fakes.registries import Real


@pytest.fixture
def settings(tmp_path: Path, plain: Real) -> Settings:
    return Settings(home=tmp_path / "home", registries={plain.host: RegistrySettings(plain_http=True)})


@pytest.fixture
def name(tmp_path: Path, settings: Settings, plain: Real) -> str:
    """A repository with v1, and v2 that builds on it, both here and in the registry."""
    name = f"{plain.host}/{tmp_path.name.lower().replace('_', '-').strip('-')}/m"
    (tmp_path / "a.txt").write_text("x")
    for tag, path in (("v1", "a.txt"), ("v2", f"{name}:v1")):
        text = f"model: {{path: '{path}'}}"
        kit.pack(tmp_path, text=text, tag=f"{name}:{tag}", settings=settings)
        kit.push(f"{name}:{tag}", settings=settings)
    return name


CLOSING: dict[str, Callable[[str, Settings], object]] = {
    "push": lambda name, settings: kit.push(f"{name}:v2", f"{name}:v1", settings=settings),
    "copy": lambda name, settings: kit.copy(f"local://{name}:v2", f"{name}:v1", settings=settings),
    "copy within": lambda name, settings: kit.copy(f"{name}:v2", f"{name}:v1", settings=settings),
    "tag": lambda name, settings: kit.tag(f"{name}:v2", f"{name}:v1", remote=True, settings=settings),
    "promote": lambda name, settings: kit.promote(f"{name}:v2", "v1", remote=True, settings=settings),
}


@pytest.mark.parametrize("verb", CLOSING)
def test_a_tag_in_a_registry_that_would_close_a_ring_does_not_move(verb: str, name: str, settings: Settings) -> None:
    before = [str(kit.info(f"{name}:{tag}", remote=True, settings=settings).digest) for tag in ("v1", "v2")]
    with pytest.raises(ReferenceCycle, match="Found cycle"):
        CLOSING[verb](name, settings)
    assert [str(kit.info(f"{name}:{tag}", remote=True, settings=settings).digest) for tag in ("v1", "v2")] == before
