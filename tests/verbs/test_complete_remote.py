"""Tab for what is in registries: the names that were seen there, never a request."""

from __future__ import annotations

from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.operations.look.repositories import list_repositories
from kitops_jupyter.settings import RegistrySettings, Settings
from kitops_jupyter.verbs import Context
from kitops_jupyter.verbs.core.complete import complete, describe
from tests.fakes.names_registry import Names, names_registry
from tests.fakes.registries import Real
from tests.operations.projects import write_files

KITFILE = """model: {path: m.bin, name: forest}
datasets: [{path: data, name: train}]
docs: [{path: README.md}]"""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home")


def offered(line: str, settings: Settings) -> list[str]:
    return complete(line.split(" "), Context(settings, settings.home))


def test_repositories_and_tags_that_were_listed_are_offered_without_a_request(home: Settings) -> None:
    tags = {"team/iris": ["v1", "v10", "v9", "champion"]}
    with names_registry(Names(["team/churn", "team/iris"], tags)) as names:
        host = names.host
        settings = Settings(home.home, registries={host: RegistrySettings(plain_http=True)})
        assert offered(f"pull {host}/", settings) == []
        list_repositories(host, settings=settings)
        kit.search(host, "v1", settings=settings)
    assert offered(f"pull {host}/", settings) == [f"{host}/team/churn:", f"{host}/team/iris:"]
    assert offered(f"pull {host}/team/i", settings) == [f"{host}/team/iris:"]
    found = offered(f"info {host}/team/iris:", settings)
    assert found == [f"{host}/team/iris:{tag}" for tag in ("champion", "v10", "v9", "v1")]
    assert offered(f"list {host}/", settings) == [f"{host}/team/churn", f"{host}/team/iris"]
    assert offered(f"pull {host[:9]}", settings) == [f"{host}/"]
    assert offered(f"search {host[:4]}", settings) == [host]


def test_a_name_of_the_settings_is_completed_as_the_registry_that_it_is(home: Settings) -> None:
    with names_registry(Names(["team/iris"], {"team/iris": ["v1"]})) as names:
        settings = Settings(home.home, registries={"corp": RegistrySettings(f"http://{names.host}")})
        kit.search("corp", "x", settings=settings)
    assert offered("pull co", settings) == ["corp/"]
    assert offered("pull corp/", settings) == ["corp/team/iris:"]
    assert offered("pull corp/team/iris:", settings) == ["corp/team/iris:v1"]
    assert offered("logout co", settings) == ["corp"]


def test_what_was_pushed_pulled_or_removed_is_known_at_once(home: Settings, tmp_path: Path, plain: Real) -> None:
    host, name = plain.host, f"{plain.host}/complete/{tmp_path.name.replace('_', '-')}"
    settings = Settings(home.home, registries={host: RegistrySettings(plain_http=True)})
    other = Settings(tmp_path / "other", registries=settings.registries)
    write_files(tmp_path / "p", {"m.bin": b"1" * 2048, "data/a.csv": b"x", "data/b/c.csv": b"y", "README.md": b"z"})
    kit.pack(tmp_path / "p", text=KITFILE, tag=f"{name}:v1", settings=settings)
    kit.push(f"{name}:v1", settings=settings)
    kit.tag(f"{name}:v1", f"{name}:v2", settings=settings)
    kit.push(f"{name}:v2", settings=settings)
    kit.remove([f"{name}:v1", f"{name}:v2"], settings=settings)
    assert offered(f"pull {name}:", settings) == [f"{name}:v2", f"{name}:v1"]
    assert offered(f"push {name}:", settings) == []  # it is not here to be pushed
    assert offered(f"pull {name}:", other) == []
    kit.files(f"{name}:v1", settings=other)
    assert offered(f"pull {name}:", other) == [f"{name}:v1"]
    with pytest.raises(kit.NotFound):
        kit.info(f"{name}:v2-not", settings=other)
    assert offered(f"pull {name}:", other) == [f"{name}:v1"]


def test_the_layers_of_a_kit_that_was_looked_at_in_its_registry_are_offered(
    home: Settings, tmp_path: Path, plain: Real
) -> None:
    name = f"{plain.host}/complete/{tmp_path.name.replace('_', '-')}:v1"
    settings = Settings(home.home, registries={plain.host: RegistrySettings(plain_http=True)})
    other = Settings(tmp_path / "other", registries=settings.registries)
    write_files(tmp_path / "p", {"m.bin": b"1" * 2048, "data/a.csv": b"x", "README.md": b"z"})
    kit.pack(tmp_path / "p", text=KITFILE, tag=name, settings=settings)
    kit.push(name, settings=settings)
    assert offered(f"pull {name} --filter datasets:", other) == []
    kit.info(name, settings=other)
    assert offered(f"pull {name} --filter datasets:", other) == ["datasets:data"]
    assert offered(f"files {name} ", other) == ["m.bin", "data", "README.md", "forest", "train"]
    about = describe(["pull", name, "--filter", ""], Context(other, tmp_path))
    assert about["datasets:data"].startswith("dataset train ")


@pytest.mark.parametrize("file_index", [True, False])
def test_the_files_of_a_kit_that_is_here_are_offered_a_folder_at_a_time(
    tmp_path: Path, home: Settings, file_index: bool
) -> None:
    settings = Settings(home.home, file_index=file_index)
    files = {"data/a.csv": b"x", "data/b/c.csv": b"y", "data/b/d,e [1].csv": b"z", "README.md": b"z", "m.bin": b"1"}
    write_files(tmp_path / "p", files)
    kit.pack(tmp_path / "p", text=KITFILE, tag="churn:v1", settings=settings)
    assert offered("pull churn:v1 --filter datasets:da", settings) == ["datasets:data", "datasets:data/"]
    assert offered("pull churn:v1 --filter datasets:data/", settings) == ["datasets:data/a.csv", "datasets:data/b/"]
    inner = offered("unpack churn:v1 --filter !datasets:data/b/", settings)
    assert inner[0] == "!datasets:data/b/c.csv" and len(inner) == 2
    out = tmp_path / "out"
    kit.unpack("churn:v1", out, filters=[inner[1].removeprefix("!")], settings=settings)
    assert [path.name for path in out.rglob("*.csv")] == ["d,e [1].csv"]
    assert offered("pull churn:v1 --filter model:x/", settings) == []


def test_a_file_at_the_top_of_a_kit_is_offered_by_its_name_and_as_this_file_alone(
    tmp_path: Path, home: Settings
) -> None:
    write_files(tmp_path / "p", {"main.py": b"x", "util.py": b"y", "deep/main.py": b"z"})
    kit.pack(tmp_path / "p", text="code: [{path: .}]", tag="churn:v1", settings=home)
    assert offered("pull churn:v1 --filter code:ma", home) == ["code:main.py"]
    assert offered("pull churn:v1 --filter code:./m", home) == ["code:./main.py"]
    assert offered("pull churn:v1 --filter code:d", home) == ["code:deep/"]
