"""fsspec's own tests of reading, on kits; and what is refused, since kits are read-only."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from fsspec.tests.abstract import AbstractFixtures, AbstractGetTests

import kitops_jupyter as kit
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.settings import Settings
from tests.operations.projects import make_project

_NESTED = [f"subdir{number}/{name}" for number in (0, 1) for name in ("subfile1", "subfile2", "nesteddir/nestedfile")]
SCENARIOS: dict[str, dict[str, bytes]] = {
    "bulk": dict.fromkeys(
        ["file1", "file2", "subdir/subfile1", "subdir/subfile2", "subdir/nesteddir/nestedfile"], b"x"
    ),
    "glob": dict.fromkeys(["file1", "file2", *_NESTED], b"x"),
    "prefix": {"subdir/subfile.txt": b"1", "subdir.txt": b"2"},
    "hashed": {
        f"{hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()}.txt": str(number).encode()
        for number in range(10)
    },
    "rec": {"file": b"x"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has fsspec's scenarios as kits, each below `source`."""
    root = tmp_path_factory.mktemp("abstract")
    settings = Settings.load({}, home=root / "home")
    for name, files in SCENARIOS.items():
        for path, data in files.items():
            made = root / name / ("src" if name == "rec" else "source") / path
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_bytes(data)
        (root / name / "Kitfile").write_text("datasets: [{path: .}]\n")
        kit.pack(root / name, tag=f"abs/{name}:v1", settings=settings)
    kit.pack(make_project(root / "churn"), tag="churn:v1", settings=settings)
    return root / "home"


class _Reading(AbstractFixtures):  # type: ignore[misc]
    @pytest.fixture
    def fs(self, home: Path) -> Iterator[KitFileSystem]:
        opened = KitFileSystem(home=home, skip_instance_cache=True)
        for name in ("mkdir", "touch", "rm"):  # what the suite does to make and clear its scenarios, which are here
            setattr(opened, name, lambda *args, **kwargs: None)
        yield opened
        opened.invalidate_cache()

    @pytest.fixture
    def fs_join(self) -> Callable[..., str]:
        return lambda *parts: "/".join(parts)

    @pytest.fixture
    def fs_path(self) -> str:
        return "kit://abs/rec:v1"

    @pytest.fixture
    def fs_bulk_operations_scenario_0(self) -> str:
        return "kit://abs/bulk:v1/source"

    @pytest.fixture
    def fs_glob_edge_cases_files(self) -> str:
        return "kit://abs/glob:v1/source"

    @pytest.fixture
    def fs_dir_and_file_with_same_name_prefix(self) -> str:
        return "kit://abs/prefix:v1/source"

    @pytest.fixture
    def fs_10_files_with_hashed_names(self) -> str:
        return "kit://abs/hashed:v1/source"

    @pytest.fixture
    def supports_empty_directories(self) -> bool:
        return False


class TestGet(_Reading, AbstractGetTests):  # type: ignore[misc]
    """fsspec's tests of get."""


@pytest.fixture
def files(home: Path) -> Iterator[KitFileSystem]:
    opened = KitFileSystem(home=home, skip_instance_cache=True)
    yield opened
    opened.invalidate_cache()


CHANGES: dict[str, Callable[[Any, str], object]] = {
    "mkdir": lambda fs, path: fs.mkdir(path),
    "makedirs": lambda fs, path: fs.makedirs(path, exist_ok=True),
    "rmdir": lambda fs, path: fs.rmdir(path),
    "rm": lambda fs, path: fs.rm(path, recursive=True),
    "rm_list": lambda fs, path: fs.rm([path]),
    "rm_file": lambda fs, path: fs.rm_file(path),
    "delete": lambda fs, path: fs.delete(path),
    "cp": lambda fs, path: fs.cp(path, path + "2"),
    "cp_file": lambda fs, path: fs.cp_file(path, path + "2"),
    "copy": lambda fs, path: fs.copy(path, path + "2", recursive=True),
    "mv": lambda fs, path: fs.mv(path, path + "2"),
    "rename": lambda fs, path: fs.rename(path, path + "2"),
    "touch": lambda fs, path: fs.touch(path),
    "pipe": lambda fs, path: fs.pipe(path, b"x"),
    "pipe_many": lambda fs, path: fs.pipe({path: b"x"}),
    "pipe_file": lambda fs, path: fs.pipe_file(path, b"x"),
    "write_text": lambda fs, path: fs.write_text(path, "x"),
    "write_bytes": lambda fs, path: fs.write_bytes(path, b"x"),
    "put": lambda fs, path: fs.put(__file__, path),
    "put_file": lambda fs, path: fs.put_file(__file__, path),
    "open_wb": lambda fs, path: fs.open(path, "wb"),
    "open_w": lambda fs, path: fs.open(path, "w"),
    "open_ab": lambda fs, path: fs.open(path, "ab"),
    "open_xb": lambda fs, path: fs.open(path, "xb"),
    "open_update": lambda fs, path: fs.open(path, "r+b"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_says_that_kits_are_read_only(change: str, files: KitFileSystem) -> None:
    with pytest.raises(OSError, match="read-only") as caught:
        CHANGES[change](files, "kit://churn:v1/src/a.py")
    assert caught.value.errno == errno.EROFS
    assert files.cat_file("kit://churn:v1/src/a.py") == b"a = 1\n"


def test_the_kitfile_is_opened_by_its_name(files: KitFileSystem, home: Path, tmp_path: Path) -> None:
    kit.unpack("churn:v1", tmp_path / "out", settings=Settings.load({}, home=home))
    written = (tmp_path / "out" / "Kitfile").read_bytes()
    assert files.cat_file("kit://churn:v1/Kitfile") == written
    assert files.cat_file("kit://churn:v1/Kitfile", 3, -3) == written[3:-3]
    with files.open("kit://churn:v1/Kitfile", "rb") as stream:
        assert stream.read() == written
    info = files.info("kit://churn:v1/Kitfile")
    assert (info["size"], info["type"], info["verified"]) == (len(written), "file", True)
    assert files.isfile("kit://churn:v1/Kitfile") and not files.exists("kit://churn:v1/src/Kitfile")


def test_a_file_is_as_old_as_its_kit(files: KitFileSystem) -> None:
    for path in ("churn:v1", "churn:v1/src", "churn:v1/src/a.py", "churn:v1/Kitfile"):
        found = files.modified(f"kit://{path}")
        assert isinstance(found, datetime) and found.tzinfo is timezone.utc
        assert found == files.created(f"kit://{path}")
        assert abs((datetime.now(timezone.utc) - found).total_seconds()) < 86_400
    with pytest.raises(FileNotFoundError):
        files.modified("kit://churn:v1/nothing")
