"""The browser in a real kernel, against a real registry: the clicks of a user, and what they move."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.fault_server import BLOB, Fault, serving
from tests.fakes.registries import Real
from tests.operations.projects import files_in, make_project
from tests.widgets.front_end import FrontEnd

pytestmark = [
    pytest.mark.filterwarnings(f"default::{name}")
    for name in ("ResourceWarning", "DeprecationWarning", "RuntimeWarning", "pytest.PytestUnraisableExceptionWarning")
]


@pytest.fixture
def repository(tmp_path: Path, plain: Real) -> str:
    """A repository with 45 tags of one kit."""
    name = f"{plain.host}/widgets/{tmp_path.name.lower().replace('_', '-').strip('-')}"
    settings, how = Settings.load({}, home=tmp_path / "pusher"), Connection(plain_http=True)
    kit.pack(make_project(tmp_path / "packed"), tag=f"{name}:v1", settings=settings)
    kit.push(f"{name}:v1", connection=how, settings=settings)
    for number in range(2, 46):
        kit.tag(f"{name}:v1", f"{name}:v{number}", remote=True, connection=how, settings=settings)
    return name


def shows(front_end: FrontEnd, words: str) -> bool:
    """Whether a text in sight has these words."""
    return any(words in str(state.get("value")) for state in front_end.states.values())


def row(front_end: FrontEnd, label: str) -> str:
    """The tick of a row."""
    return front_end.find(description=label, _model_name="CheckboxModel")


def ready(front_end: FrontEnd) -> str:
    """The button that pulls, once something is ticked."""
    for identity, state in front_end.states.items():
        if str(state.get("description")).startswith("Pull ") and not state.get("disabled"):
            return identity
    return ""


def test_pages_of_tags_are_described_and_narrowed(front_end: FrontEnd, repository: str) -> None:
    (shown,) = front_end.run(f"%kit browse {repository} --plain-http")
    text = shown["content"]["data"]["text/plain"]
    assert "v45" in text
    assert "churn" in text
    assert "application/vnd.jupyter.widget-view+json" in shown["content"]["data"]
    front_end.wait(lambda: shows(front_end, "1–20 of 45"))
    front_end.wait(lambda: sum("churn" in str(state.get("value")) for state in front_end.states.values()) >= 20)
    front_end.click(front_end.find(tooltip="next page"))
    front_end.wait(lambda: shows(front_end, "21–40 of 45"))
    front_end.type(front_end.find(placeholder="filter by name, then Enter"), "v4")
    front_end.wait(lambda: shows(front_end, "1–7 of 7"))  # v4 and v40 to v45


def test_a_ticked_file_comes_alone_into_the_folder(front_end: FrontEnd, repository: str, project: Path) -> None:
    front_end.run(f"%kit browse {repository} --plain-http")
    front_end.click(front_end.find(description="v45"))
    front_end.wait(lambda: row(front_end, "dataset training"))
    front_end.click(front_end.find(tooltip="open data/training"))
    tick = front_end.wait(lambda: row(front_end, "part-2.csv"))
    front_end.send(tick, {"method": "update", "state": {"value": True}, "buffer_paths": []})
    line = f"%kit pull {repository}:v45 -d ./out --filter datasets:data/training/part-2.csv --plain-http"
    front_end.type(front_end.find(description="Into"), "./out")
    front_end.wait(lambda: shows(front_end, line))
    front_end.click(front_end.find(description="Pull selected 8 B"))
    front_end.wait(lambda: shows(front_end, "1 file, 8 B in"))
    assert list(files_in(project / "out")) == ["data/training/part-2.csv"]


def test_what_is_in_the_way_is_shown_and_decided_before_a_byte_moves(
    front_end: FrontEnd, repository: str, project: Path
) -> None:
    (project / "out").mkdir()
    (project / "out" / "README.md").write_text("mine")
    front_end.run(f"%kit browse {repository}:v1 --plain-http")
    front_end.type(front_end.find(description="Into"), "./out")
    front_end.click(front_end.find(description="Tick all"))
    button = front_end.wait(lambda: ready(front_end))
    front_end.click(button)
    front_end.wait(lambda: shows(front_end, "README.md exists"))
    assert sorted(path.name for path in (project / "out").iterdir()) == ["README.md"]
    choice = front_end.find(description="Conflicts")
    front_end.send(choice, {"method": "update", "state": {"index": 1}, "buffer_paths": []})  # keep mine
    front_end.click(button)
    front_end.wait(lambda: shows(front_end, "✓"))
    assert (project / "out" / "README.md").read_text() == "mine"
    assert (project / "out" / "model" / "forest.bin").exists()


def test_cancel_stops_a_pull_that_hangs_and_leaves_no_file(front_end: FrontEnd, project: Path, tmp_path: Path) -> None:
    with serving() as server:
        reference, settings = f"{server.host}/team/churn:v1", Settings.load({}, home=tmp_path / "pusher")
        model, *_ = kit.pack(make_project(tmp_path / "packed"), tag=reference, settings=settings).layers
        kit.push(reference, connection=Connection(plain_http=True), settings=settings)
        front_end.run(f"%kit browse {reference} --plain-http")
        tick = row(front_end, "model forest")
        front_end.send(tick, {"method": "update", "state": {"value": True}, "buffer_paths": []})
        front_end.type(front_end.find(description="Into"), "./out")
        button = front_end.wait(lambda: ready(front_end))
        assert model.digest
        server.fault("GET", BLOB + model.digest.hex, Fault(cut_at=1000, stalls=True))
        front_end.click(button)
        cancel = front_end.wait(lambda: front_end.find(description="Cancel"))
        time.sleep(0.5)
        assert front_end.run("1 + 1")[0]["content"]["data"]["text/plain"] == "2"  # the kernel is free
        clicked = time.monotonic()
        front_end.click(cancel)
        front_end.wait(lambda: shows(front_end, "⊘ cancelled"))
        assert time.monotonic() - clicked < 1.5
        assert not (project / "out" / "model").exists()


def test_a_registry_that_wants_to_know_who_asks_gets_a_form_in_place(
    front_end: FrontEnd,
    with_users: Real,
) -> None:
    front_end.run(f"%kit browse {with_users.host} --plain-http")
    field = front_end.wait(lambda: front_end.find(description="Password"))
    assert with_users.credential
    front_end.type(front_end.find(description="User name"), "user")
    front_end.enter(field, "wrong")
    front_end.wait(lambda: shows(front_end, 'role="alert"'))
    front_end.wait(lambda: front_end.find(description="Sign in", disabled=False))
    front_end.enter(field, with_users.credential.password)
    front_end.wait(lambda: front_end.find(placeholder="filter by name, then Enter"))
    front_end.wait(lambda: shows(front_end, "There is nothing here yet") or shows(front_end, " of "))


def test_a_registry_that_is_not_there_is_told_in_its_place_with_another_try(front_end: FrontEnd) -> None:
    (shown,) = front_end.run("%kit browse 127.0.0.1:9 --plain-http")
    assert "127.0.0.1:9" in shown["content"]["data"]["text/plain"]
    assert front_end.find(description="Try again")
    assert front_end.find(description="ModelKits")  # the way back to the others


def test_names_of_strangers_are_text(front_end: FrontEnd) -> None:
    front_end.run("%kit browse 127.0.0.1:9 --plain-http")
    front_end.type(front_end.find(placeholder="registry, repository or kit, then Enter"), "<script>alert(1)</script>")
    front_end.wait(lambda: shows(front_end, "&lt;script&gt;"))
    assert not shows(front_end, "<script")
