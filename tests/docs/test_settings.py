"""The page about settings names what the code reads, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from kitops_jupyter.server.extension import KitServer
from kitops_jupyter.settings import RegistrySettings, Settings, default_home, session_notebook

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "settings.md").read_text("utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")}


def named(section: str) -> set[str]:
    """What the first column of a section's table names."""
    cells = re.findall(r"^\| (`.*?) \|", SECTIONS[section], re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


class Environment(Mapping[str, str]):
    """An empty environment that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name.upper())
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_the_page_names_every_variable_that_is_read() -> None:
    environment = Environment()
    Settings.load(environment, on_problem=lambda problem: None)
    session_notebook({}, environment)
    for platform in ("linux", "darwin", "win32"):
        default_home(environment, platform)
    assert named("Environment variables") == environment.asked - {""}


def test_the_page_names_every_field_of_a_registry() -> None:
    assert named("registries.json") == {field.name for field in fields(RegistrySettings)}


def test_the_page_names_every_setting_of_the_server_with_its_default() -> None:
    own = KitServer.class_own_traits(config=True)
    assert named("The panel's server") == {f"c.KitServer.{name}" for name in own}
    for name, trait in own.items():
        assert re.search(
            rf"`c\.KitServer\.{name}` .*\| {trait.default()} \|$", SECTIONS["The panel's server"], re.MULTILINE
        )
