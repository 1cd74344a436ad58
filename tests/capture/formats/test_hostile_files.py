"""A kit full of hostile files is given to `load`: nothing of it runs, and each refusal says what would have."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.capture.formats import format_named
from kitops_jupyter.capture.keeping import files_at
from kitops_jupyter.capture.sidecar import Sidecar
from kitops_jupyter.settings import Settings
from tests.capture.formats.hostile_files import FILES, Hostile, Zip

ROOT = Path(__file__).parents[3]
_WORKER = Path(__file__).with_name("hostile_worker.py")


def there(hostile: Hostile) -> bool:
    return not hostile.needs or importlib.util.find_spec(hostile.needs) is not None


def write(name: str, hostile: Hostile, folder: Path) -> None:
    """The file or folder, and a sidecar that speaks for it."""
    found = format_named(hostile.format)
    path = folder / f"{name}{found.suffix if found else ''}"
    content = hostile.content() if callable(hostile.content) else hostile.content
    for relative, data in content.items() if isinstance(content, dict) else [("", content)]:
        file = path / relative if relative else path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.to_bytes() if isinstance(data, Zip) else data)
    told: dict[str, Any] = {"python_type": "builtins.dict", **hostile.lies}
    files = files_at(path, folder)
    sidecar = Sidecar(name, "model", hostile.format, files=files, restore=hostile.restore, **told)
    (folder / f"{name}.kit.json").write_bytes(sidecar.to_json())


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("hostile")
    names = [name for name, hostile in FILES.items() if there(hostile)]
    for name in names:
        write(name, FILES[name], root / "work" / "models")
    (root / "evil.py").write_text("def run(*arguments): open('hit', 'w').close()\n")
    variables = {"HOME": str(root), "KITOPS_HOME": str(root / "kitops"), "PYTHONPATH": f"{ROOT}{os.pathsep}{root}"}
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in variables.items():
            patch.setenv(variable, value)
        (root / "work" / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: .\n")
        kit.pack(root / "work", tag="hostile:v1", settings=Settings.load())
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(_WORKER), "hostile:v1", *names],
            capture_output=True, text=True, cwd=root, timeout=280, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert not (root / "hit").exists()
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_runs_nothing_and_is_refused_for_what_it_names(name: str, results: dict[str, Any]) -> None:
    if not there(FILES[name]):
        pytest.skip(f"needs {FILES[name].needs}")
    told = results[name]
    assert told["heard"] == []
    assert told["error"] in ("VariableRefused", "TrustNeeded"), told
    assert FILES[name].says in told["message"]


def test_there_are_forty_of_them_and_most_need_no_library() -> None:
    assert len(FILES) >= 40
    assert sum(not hostile.needs for hostile in FILES.values()) >= 40
