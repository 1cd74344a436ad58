"""From a cell to a kit and back: the verbs as a notebook's user meets them."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.errors import Conflict, KitError, KitfileInvalid, KitfileMissing, NotFound, Usage
from kitops_jupyter.settings import Settings
from tests.magics.conftest import RunCell

KITFILE = """\
manifestVersion: 1.0.0
package:
  name: churn
  authors: [Ada]
model:
  name: forest
  path: model/forest.bin
code:
  - path: train.py
datasets:
  - name: training
    path: data/train.csv
"""


@pytest.fixture
def files(project: Path) -> Path:
    """A small project, without a Kitfile."""
    for name, text in (("model/forest.bin", "m" * 5000), ("train.py", "x = 1\n"), ("data/train.csv", "a,b\n1,2\n")):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    return project


@pytest.fixture
def packed(files: Path, run_cell: RunCell) -> Path:
    """The project, packed as churn:v1."""
    (files / "Kitfile").write_text(KITFILE)
    assert run_cell("%kit pack . -t churn:v1").error is None
    return files


def test_the_body_of_a_cell_is_the_kitfile(files: Path, run_cell: RunCell) -> None:
    ran = run_cell(f"%%kit pack -t churn:v1\n{KITFILE}")
    assert ran.error is None, ran.printed
    assert ran.value.tags == ("v1",)
    assert [layer.path for layer in ran.value.layers] == ["model/forest.bin", "train.py", "data/train.csv"]
    assert not (files / "Kitfile").exists()


def test_a_wrong_kitfile_in_a_cell_names_every_line(files: Path, run_cell: RunCell) -> None:
    ran = run_cell(
        "%%kit pack -t churn:v1\nmanifestVersion: 1.0.0\ncode:\n  - path: /etc/passwd\ndocs:\n  - path: ../x\n"
    )
    assert isinstance(ran.error, KitfileInvalid)
    assert len(ran.error.findings) == 2
    assert "Traceback" not in ran.printed


def test_a_cell_and_a_file_are_one_kitfile_too_many(files: Path, run_cell: RunCell) -> None:
    assert isinstance(run_cell(f"%%kit pack -f Kitfile\n{KITFILE}").error, Usage)


def test_a_pasted_block_of_the_documentation_runs(packed: Path, run_cell: RunCell) -> None:
    ran = run_cell(
        "%%kit\n"
        "# as in the stories\n"
        "$ ./kit pack . -t corp-registry/app-model:challenger\n"
        "$ ./kit tag champion corp-registry/app-model:challenger\n"
        "$ ./kit tag 1.0 corp-registry/app-model:champion\n"
        "kit unpack corp-registry/app-model:1.0 --model \\\n    --datasets -d out\n"
        "kit list corp-registry/app-model\n"
    )
    assert ran.error is None, ran.printed
    assert ran.value[-1].kits[0].tags == ("1.0", "challenger", "champion")
    assert sorted(path.name for path in (packed / "out").rglob("*") if path.is_file()) == ["forest.bin", "train.csv"]


def test_list_info_files_and_inspect_show_the_kit(packed: Path, run_cell: RunCell) -> None:
    listed = run_cell("%kit list").value
    assert [(kit.repository, kit.tags, kit.author) for kit in listed.kits] == [("churn", ("v1",), "Ada")]
    assert "package:\n  name: churn" in run_cell("%kit info churn:v1").printed
    assert run_cell("%kit info churn:v1 -f model.name").printed.strip().endswith("forest")
    assert json.loads(str(run_cell("%kit inspect churn:v1").value))["kitfile"]["package"]["name"] == "churn"
    assert "data/train.csv" in run_cell("%kit files churn:v1").printed


def test_list_as_json_and_as_a_template(packed: Path, run_cell: RunCell) -> None:
    assert json.loads(run_cell("%kit list --format json").value)[0]["repo"] == "churn"
    assert run_cell("%kit list --format '{{ .Repo }} {{ .Tags }} {{ .Author }}'").value == "churn [v1] Ada"
    assert isinstance(run_cell("%kit list --format '{{ .Owner }}'").error, Usage)
    assert isinstance(run_cell("%kit list --format yaml").error, Usage)


def test_a_shown_value_is_a_card(packed: Path, run_cell: RunCell, shell: Any) -> None:
    for line in (
        "list",
        "info churn:v1",
        "inspect churn:v1",
        "files churn:v1",
        "pack .",
        "doctor",
        "cache",
        "validate .",
    ):
        value = run_cell(f"%kit {line}").value
        shown, _ = shell.display_formatter.format(value)
        assert 'class="kitops-card"' in shown["text/html"], line
        assert shown["text/plain"] == str(value)


def test_unpack_lists_what_is_in_the_way_and_writes_nothing(packed: Path, run_cell: RunCell) -> None:
    (packed / "train.py").write_text("mine\n")
    ran = run_cell("%kit unpack churn:v1")
    assert isinstance(ran.error, Conflict)
    assert (packed / "train.py").read_text() == "mine\n"
    assert run_cell("%kit unpack churn:v1 -o").error is None
    assert (packed / "train.py").read_text() == "x = 1\n"


def test_diff_and_tag_and_remove(packed: Path, run_cell: RunCell) -> None:
    (packed / "train.py").write_text("x = 2\n")
    assert run_cell("%kit pack . -t churn:v2").error is None
    compared = run_cell("%kit diff churn:v1 churn:v2").value
    assert [layer.path for layer in compared.only_second] == ["train.py"]
    assert run_cell("%kit tag best churn:v2").value.target.tag == "best"
    assert run_cell("%kit remove churn:v1").value.freed_bytes > 0
    assert isinstance(run_cell("%kit info churn:v1").error, NotFound)


def test_without_a_kitfile_one_is_proposed_shown_written_and_used(files: Path, run_cell: RunCell) -> None:
    (files / ".env").write_text("TOKEN=1\n")
    ran = run_cell("%kit pack -t churn:v1")
    assert ran.error is None, ran.printed
    assert (files / "Kitfile").read_text() in ran.printed
    assert "forest.bin" in ran.printed
    assert ".env" in ran.printed
    assert not any(".env" in layer.path for layer in ran.value.layers)


def test_no_folder_means_the_notebooks(
    files: Path, run_cell: RunCell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "Kitfile").write_text("manifestVersion: 1.0.0\ncode:\n  - path: work.ipynb\n")
    (elsewhere / "work.ipynb").write_text("{}")
    monkeypatch.setenv("JPY_SESSION_NAME", str(elsewhere / "work.ipynb"))
    ran = run_cell("%kit pack -t there:v1 --progress none")
    assert ran.error is None, ran.printed
    assert [layer.path for layer in ran.value.layers] == ["work.ipynb"]


def test_a_named_folder_is_relative_to_where_the_kernel_is(packed: Path, run_cell: RunCell) -> None:
    assert isinstance(run_cell("%kit pack ./no-such-folder").error, NotFound)
    assert isinstance(run_cell("%kit validate data").error, KitfileMissing)


def test_init_never_replaces_a_kitfile_unasked(packed: Path, run_cell: RunCell) -> None:
    assert isinstance(run_cell("%kit init").error, Conflict)
    assert (packed / "Kitfile").read_text() == KITFILE
    assert run_cell("%kit init -o -").error is None
    assert (packed / "Kitfile").read_text() == KITFILE


def test_a_kitfile_in_a_cell_is_judged(run_cell: RunCell) -> None:
    good = run_cell(f"%%kit validate\n{KITFILE}").value
    assert good.accepted
    bad = run_cell("%%kit validate\nmodle: {}\n")
    assert bad.error is None
    assert not bad.value.accepted


def test_a_block_stops_at_a_kitfile_that_is_not_valid(packed: Path, run_cell: RunCell) -> None:
    (packed / "Kitfile").write_text("modle: {}\n")
    ran = run_cell("%%kit\nvalidate .\nversion\n")
    assert isinstance(ran.error, KitError)
    assert "Version:" not in ran.printed


def test_progress_is_told_in_lines_where_nobody_watches(packed: Path, run_cell: RunCell) -> None:
    printed = run_cell("%kit pack . --no-cache --progress plain;").printed
    assert "model/forest.bin: " in printed
    assert run_cell("%kit pack . --progress none;").printed == ""


def test_an_interrupt_in_the_middle_leaves_no_tag(packed: Path, run_cell: RunCell, shell: Any) -> None:
    import _thread
    import threading

    from kitops_jupyter.errors import Cancelled

    (packed / "model" / "forest.bin").write_bytes(b"\0" * (256 << 20))
    interrupted_s: list[float] = []

    def interrupt() -> None:
        """Once a megabyte of the layer is on the disk."""
        while not interrupted_s:
            with suppress(OSError):
                if any(path.stat().st_size > 1 << 20 for path in storage.rglob("*") if path.name not in known):
                    interrupted_s.append(time.monotonic())
            time.sleep(0.001)
        _thread.interrupt_main()

    storage = Settings.load().storage
    known = {path.name for path in storage.rglob("*")}
    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    ran = run_cell("%kit pack . -t churn:interrupted --progress none")
    assert time.monotonic() - interrupted_s[0] < 1
    assert isinstance(ran.error, Cancelled), ran.printed
    assert "Traceback" not in ran.printed
    assert [kit.tags for kit in run_cell("%kit list").value.kits] == [("v1",)]


def test_a_proposal_records_the_environment_unless_told_not_to(files: Path, run_cell: RunCell) -> None:
    assert run_cell("%kit pack -t churn:v0 --no-env").error is None
    assert not (files / "environment").exists()
    (files / "Kitfile").unlink()
    ran = run_cell("%kit pack -t churn:v1")
    assert "environment" in [layer.path for layer in ran.value.layers]
    assert "environment/ contains the environment" in ran.printed


def test_beside_a_kitfile_the_environment_must_be_asked_for(packed: Path, run_cell: RunCell) -> None:
    plain = run_cell("%kit pack . -t churn:v2").value
    assert plain.digest == run_cell("%kit pack . -t churn:v3 --no-env").value.digest
    asked = run_cell("%kit pack . -t churn:v4 --env").value
    assert [layer.path for layer in asked.layers if layer.path not in {old.path for old in plain.layers}] == [
        "environment"
    ]
    assert isinstance(run_cell("%kit pack . --env --no-env").error, Usage)


def test_a_named_notebook_is_packed_with_its_folder(files: Path, run_cell: RunCell, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "study.ipynb").write_text("{}")
    ran = run_cell(f"%kit pack --notebook {other}/study.ipynb -t study:v1 --no-env")
    assert [layer.path for layer in ran.value.layers] == ["study.ipynb"]
    assert ran.value.kitfile.package.name == "study"
    assert isinstance(run_cell("%kit pack --notebook no-such.ipynb").error, NotFound)
    assert isinstance(run_cell(f"%kit pack . --notebook {other}/study.ipynb").error, Usage)


def test_no_notebook_leaves_the_open_one_out_of_a_proposal(
    files: Path, run_cell: RunCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (files / "work.ipynb").write_text("{}")
    monkeypatch.setenv("JPY_SESSION_NAME", str(files / "work.ipynb"))
    ran = run_cell("%kit pack -t churn:v1 --no-notebook --no-env --progress none")
    assert "work.ipynb" not in [layer.path for layer in ran.value.layers]
    assert "left out work.ipynb: --no-notebook" in ran.printed


def test_a_notebook_without_an_entry_is_told_before_it_is_packed(
    packed: Path, run_cell: RunCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (packed / "other.ipynb").write_text("{}")
    (packed / "Kitfile").write_text("code:\n  - path: model\n")
    monkeypatch.setenv("JPY_SESSION_NAME", str(packed / "other.ipynb"))
    ran = run_cell("%kit pack . -t churn:v2")
    assert ran.printed.startswith("Warning: other.ipynb is not packed: the Kitfile has no entry for it")
    ran = run_cell("%kit pack . -t churn:v3 --add-notebook")
    assert [layer.path for layer in ran.value.layers] == ["model", "other.ipynb"]
    assert "Warning" not in ran.printed
    assert (packed / "Kitfile").read_text() == "code:\n  - path: model\n  - path: other.ipynb\n"
