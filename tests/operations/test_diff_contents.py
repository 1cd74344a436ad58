"""`kit diff` says what differs inside files, wherever the two sides are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import Cancelled
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.comparing.pairs import cell, notebook
from tests.fakes.registries import Real
from tests.fakes.traffic import Traffic

HTTP = Connection(plain_http=True)
KITFILE = "model: {path: config.json, parameters: {metrics: {auc: %s}}}\ncode: [{path: src}]\n"


def write(folder: Path, auc: float, depth: int) -> Path:
    """A project whose files differ with its numbers."""
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "Kitfile").write_text(KITFILE % auc)
    (folder / "config.json").write_text(json.dumps({"layers": [{"depth": depth}]}))
    (folder / "src" / "train.py").write_text(f"import os\ndepth = {depth}\n")
    (folder / "src" / "train.ipynb").write_text(notebook(cell(f"depth = {depth}", "a"), cell("show()", "b")))
    return folder


def test_a_diff_names_cells_lines_values_and_metrics(tmp_path: Path, here: Settings) -> None:
    for tag, auc, depth in (("v1", 0.5, 3), ("v2", 0.75, 4)):
        kit.pack(write(tmp_path / "p", auc, depth), tag=f"churn:{tag}", settings=here)
    found = kit.diff("churn:v1", "churn:v2", settings=here)
    contents = {file.path: file.content for file in found.files}
    values, cells, text = (contents[name] for name in ("config.json", "src/train.ipynb", "src/train.py"))
    assert isinstance(values, kit.ValuesChange) and values.values[0].path == "layers[0].depth"
    assert isinstance(cells, kit.NotebookChange) and [each.after for each in cells.cells] == [1]
    assert isinstance(text, kit.TextChange) and text.lines[-2:] == ("-depth = 3", "+depth = 4")
    assert [(each.field, each.difference) for each in found.parameters] == [("model.parameters.metrics.auc", 0.25)]
    for shown in (str(found), found._repr_html_()):
        assert "layers[0].depth" in shown and "+depth = 4" in shown and "0.25" in shown
    assert json.loads(found.json())["files"][2]["content"]["kind"] == "text"


def test_without_contents_files_are_only_named(tmp_path: Path, here: Settings) -> None:
    for tag, depth in (("v1", 3), ("v2", 4)):
        kit.pack(write(tmp_path / "p", 0.5, depth), tag=f"churn:{tag}", settings=here)
    found = kit.diff("churn:v1", "churn:v2", contents=False, settings=here)
    assert [file.content for file in found.files] == [None] * 3


def test_nothing_of_a_kit_reaches_the_page_as_html(tmp_path: Path, here: Settings) -> None:
    for tag, script in (("v1", "<script>alert(1)</script>"), ("v2", "<script>alert(2)</script>")):
        folder = write(tmp_path / "p", 0.5, 3)
        (folder / "src" / "train.ipynb").write_text(notebook(cell(script, "a"), metadata={script: 1}))
        (folder / "src" / "train.py").write_text(script)
        kit.pack(folder, tag=f"churn:{tag}", settings=here)
    assert "<script" not in kit.diff("churn:v1", "churn:v2", settings=here)._repr_html_()


def test_a_folder_is_compared_as_packing_it_would_make_it_and_nothing_is_stored(tmp_path: Path, here: Settings) -> None:
    folder = write(tmp_path / "p", 0.5, 3)
    (folder / ".kitignore").write_text("src/*.log\n")
    kit.pack(folder, tag="churn:v1", settings=here)
    (folder / "src" / "run.log").write_text("left out")
    same = kit.diff(folder, "churn:v1", settings=here)
    assert not same.files and not same.fields and not same.only_first and len(same.shared) == 2
    write(folder, 0.5, 4)
    found = kit.diff("churn:v1", str(folder), settings=here)
    assert [(each.sign, each.path) for each in found.files] == [
        ("~", "config.json"),
        ("~", "src/train.ipynb"),
        ("~", "src/train.py"),
    ]
    assert [layer.digest for layer in found.only_second] == [None, None]
    assert len(kit.list_kits(settings=here).kits) == 1


def test_a_file_that_became_executable_makes_its_layer_another(tmp_path: Path, here: Settings) -> None:
    folder = write(tmp_path / "p", 0.5, 3)
    kit.pack(folder, tag="churn:v1", settings=here)
    (folder / "src" / "train.py").chmod(0o755)
    found = kit.diff(folder, "churn:v1", settings=here)
    assert [layer.path for layer in found.only_first] == ["src"] and not found.files


def test_two_folders_are_compared_without_a_kit(tmp_path: Path, here: Settings) -> None:
    one, two = write(tmp_path / "one", 0.5, 3), write(tmp_path / "two", 0.5, 4)
    assert [change.sign for change in kit.diff(one, two, settings=here).changes] == ["~", "~"]


@pytest.fixture
def remote(tmp_path: Path, here: Settings, plain: Real, repository_name: str) -> list[str]:
    """Two versions in a registry of a model of 12 MiB, of which one byte differs."""
    data = bytearray(os.urandom(12 << 20))
    (tmp_path / "p").mkdir()
    found = []
    for tag in ("v1", "v2"):
        (tmp_path / "p" / "model.bin").write_bytes(data)
        found.append(f"{plain.host}/{repository_name}:{tag}")
        kit.pack(tmp_path / "p", text="model: {path: model.bin}\n", tag=found[-1], settings=here)
        kit.push(found[-1], connection=HTTP, settings=here)
        data[5_000_000] ^= 1
    return found


def test_of_remote_files_of_one_size_the_index_says_whether_they_differ(
    remote: list[str], there: Settings, traffic: Traffic
) -> None:
    found = kit.diff(*remote, connection=HTTP, settings=there)
    assert [(file.path, file.change) for file in found.files] == [("model.bin", "changed")]
    assert traffic.bytes < 300_000


def test_a_folder_and_a_remote_kit_move_no_file_that_is_the_same(
    tmp_path: Path, remote: list[str], there: Settings, traffic: Traffic
) -> None:
    (tmp_path / "p" / "Kitfile").write_text("model: {path: model.bin}\n")
    assert not kit.diff(tmp_path / "p", remote[1], connection=HTTP, settings=there).files
    assert traffic.bytes < 50_000


def test_what_would_move_more_than_the_limit_is_said_and_not_moved(
    tmp_path: Path, here: Settings, there: Settings, plain: Real, repository_name: str, traffic: Traffic
) -> None:
    names = []
    settings = Settings.load({"KITOPS_FILE_INDEX": "false"}, home=here.home)
    (tmp_path / "p").mkdir()
    for tag in ("v1", "v2"):
        (tmp_path / "p" / "notes.txt").write_text(f"{tag} {'x' * 20}\n" * 100_000)
        names.append(f"{plain.host}/{repository_name}:{tag}")
        kit.pack(tmp_path / "p", text="docs: [{path: notes.txt}]\n", tag=names[-1], settings=settings)
        kit.push(names[-1], connection=HTTP, settings=settings)
    traffic.clear()
    (file,) = kit.diff(*names, limit_bytes=1 << 20, connection=HTTP, settings=there).files
    assert file.content is None and file.would_move_bytes > 1 << 20 and "--deep" in file.note
    assert traffic.bytes < 100_000
    traffic.clear()
    (file,) = kit.diff(*names, deep=True, connection=HTTP, settings=there).files
    assert isinstance(file.content, kit.TextChange) and file.content.added == 100_000
    assert traffic.bytes < 5_000_000


def test_a_diff_says_how_much_it_read_and_is_cancelled_while_it_reads(tmp_path: Path, here: Settings) -> None:
    for tag, end in (("v1", b"a"), ("v2", b"b")):
        (tmp_path / tag).mkdir()
        (tmp_path / tag / "w.bin").write_bytes(b"\0" * (9 << 20) + end)
        kit.pack(tmp_path / tag, text="code: [{path: .}]\n", tag=f"churn:{tag}", settings=here)
    seen: list[Event] = []
    kit.diff("churn:v1", "churn:v2", settings=here, observe=seen.append)
    done = [event.done_bytes for event in seen if event.step in ("advanced", "finished")]
    assert done == sorted(done) and done[-1] > 18 << 20

    def stop(event: Event) -> None:
        if event.step == "advanced":
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        kit.diff("churn:v1", "churn:v2", settings=here, observe=stop)


def test_a_cell_that_only_moved_is_named_in_the_cards_of_all_kinds(tmp_path: Path, here: Settings) -> None:
    cells = [cell("first = 1", "a"), cell("second = 2", "b"), cell("third = 3", "c")]
    folder = write(tmp_path / "p", 0.5, 3)
    for tag, order in (("v1", cells), ("v2", [*cells[1:], cells[0]])):
        (folder / "src" / "train.ipynb").write_text(notebook(*order))
        kit.pack(folder, tag=f"churn:{tag}", settings=here)
    found = kit.diff("churn:v1", "churn:v2", settings=here)
    assert "cell 1 → 3: moved" in str(found) and "cell 1 → 3: moved" in found._repr_html_()
