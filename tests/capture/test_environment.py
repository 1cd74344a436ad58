"""The environment as files: the same on every machine, without secrets, and pip takes them."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest

from kitops_jupyter.capture import Environment, Package, environment, read_environment
from kitops_jupyter.errors import KitError

HERE = {"python": "3.11.7", "implementation": "CPython"}


def of(*packages: Mapping[str, object]) -> Environment:
    """The environment that an interpreter with these packages tells."""
    return environment._read({**HERE, "packages": list(packages)})


def test_what_is_installed_here_is_pinned_by_name_and_version() -> None:
    found = read_environment()
    versions = {package.name: package.version for package in found.packages}
    assert versions["pytest"] == pytest.__version__
    assert f"\npytest=={pytest.__version__}\n" in found.requirements()
    assert found.python == ".".join(map(str, sys.version_info[:3]))
    assert f"  - python={found.python}\n" in found.conda()


def test_this_very_project_is_installed_editable_and_told_as_a_comment_without_its_folder() -> None:
    text = read_environment().requirements()
    assert str(Path(environment.__file__).parents[2]) not in text
    assert not any(line.startswith("kitops-jupyter") for line in text.splitlines())


def test_twice_gives_the_same_text() -> None:
    assert read_environment().files() == read_environment().files()


def test_the_order_of_the_path_does_not_matter() -> None:
    one, two = {"name": "b_x", "version": "1"}, {"name": "A.y", "version": "2"}
    assert of(one, two) == of(two, one)
    assert [package.name for package in of(one, two).packages] == ["A.y", "b_x"]


def test_another_interpreter_tells_its_own_packages(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False, symlinks=sys.platform != "win32")
    python = tmp_path / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    library = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    made = library / "mine-1.5.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.5\n")
    assert read_environment(python).packages == (Package("mine", "1.5"),)


def test_an_interpreter_that_does_not_answer_is_an_error_that_names_no_reason_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="did not list"):
        read_environment(tmp_path / "no-python")


@pytest.mark.parametrize(
    ("origin", "told", "never"),
    [
        ({"url": "file:///home/ada/mine", "dir_info": {"editable": True}}, "editable", "ada"),
        ({"url": "file:///home/ada/mine", "dir_info": {}}, "a folder on this machine", "ada"),
        ({"url": "file:///home/ada/mine-1.whl", "archive_info": {}}, "a file on this machine", "ada"),
        (
            {
                "url": "https://ada:ghp_SECRET@git.example.com/team/mine.git?token=SECRET",
                "vcs_info": {"vcs": "git", "commit_id": "a" * 40},
            },
            f"git repository https://git.example.com/team/mine.git at commit {'a' * 40}",
            "SECRET",
        ),
        ({"url": "file:///home/ada/repo", "vcs_info": {"vcs": "git", "commit_id": "a" * 40}}, "at commit a", "ada"),
        ({"url": "https://u:SECRET@host.example.com/mine-1.whl", "archive_info": {}}, "host.example.com/", "SECRET"),
        ({"url": "https://host.example.com:99999/mine-1.whl"}, "an unknown source", "99999"),
        ({"url": "https://host.example.com/a\nevil==1", "archive_info": {}}, "host.example.com/a", "\nevil"),
        (["no object"], "an unknown source", "no object"),
    ],
)
def test_what_no_index_has_is_a_comment_without_paths_and_secrets(origin: object, told: str, never: str) -> None:
    text = of({"name": "mine", "version": "1.0", "origin": json.dumps(origin)}).requirements()
    (line,) = (line for line in text.splitlines() if "mine==1.0" in line)
    assert line.startswith("# mine==1.0 came from ")
    assert told in line
    assert never not in text


def test_what_conda_installed_is_pinned_although_it_names_the_folder_it_was_built_in() -> None:
    found = of({"name": "numpy", "version": "2.0", "installer": "conda\n", "origin": '{"url": "file:///build/numpy"}'})
    assert "\nnumpy==2.0\n" in found.requirements()


def test_a_build_of_another_index_is_pinned_so_that_any_index_has_it() -> None:
    assert of({"name": "torch", "version": "2.3.0+cu121"}).packages[0].line == (
        "torch==2.3.0  # installed: 2.3.0+cu121"
    )


@pytest.mark.parametrize("name", ["-r /etc/passwd", "a\n--index-url=http://evil", "", "a b", "x" * 200])
def test_metadata_that_is_no_name_or_version_writes_no_line(name: str) -> None:
    assert of({"name": name, "version": "1"}, {"name": "a", "version": name}).packages == ()


def test_what_a_package_has_inside_it_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "setuptools" / "_vendor"
    for folder, name in ((inside, "within"), (tmp_path / "site", "beside")):
        (folder / f"{name}-1.0.dist-info").mkdir(parents=True)
        (folder / f"{name}-1.0.dist-info" / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        )
        monkeypatch.syspath_prepend(str(folder))
    found = {package.name for package in read_environment().packages}
    assert "beside" in found and "within" not in found


def test_pip_takes_the_file(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(read_environment().requirements())
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--dry-run",
            "--no-index",
            "--no-deps",
            "-q",
            "-r",
            "requirements.txt",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr  # all of it is here: nothing would be installed, and nothing is refused
