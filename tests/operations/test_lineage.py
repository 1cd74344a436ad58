"""Where a kit came from: the chain of kits, in whatever way they are in each other, and what ends it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor, read_verified
from kitops_jupyter.errors import NotFound, Usage
from kitops_jupyter.operations.look.lineage import KITS_LIMIT
from kitops_jupyter.reference import Reference
from kitops_jupyter.session import begin_session, end_session
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from tests.capture.git_repositories import make_repository, own_git

__all__ = ["own_git"]

HTTP = Connection(plain_http=True)


@pytest.fixture(autouse=True)
def no_session() -> Iterator[None]:
    yield
    end_session()


def packed(folder: Path, tag: str, settings: Settings, *parents: str, text: str | None = None) -> kit.PackResult:
    """A kit packed by a kernel that unpacked these parents."""
    folder.mkdir(exist_ok=True)
    (folder / "train.csv").write_text(tag)
    begin_session()
    for parent in parents:
        kit.unpack(parent, folder.parent / "out" / tag / parent, settings=settings)
    try:
        text = text or "package: {name: x}\ndatasets: [{name: train, path: train.csv}]"
        return kit.pack(folder, text=text, tag=tag, settings=settings)
    finally:
        end_session()


@pytest.fixture
def chain(tmp_path: Path, settings: Settings) -> None:
    """v3 came from v2 and data, v2 from data."""
    project = make_repository(tmp_path / "project")
    packed(project, "data:v1", settings)
    packed(project, "churn:v2", settings, "data:v1")
    packed(project, "churn:v3", settings, "churn:v2", "data:v1")


@pytest.mark.usefixtures("chain")
def test_the_chain_has_each_kit_with_its_code_and_data(settings: Settings) -> None:
    found = kit.lineage("churn:v3", settings=settings)
    assert [(one.reference, one.link) for one in found.kit.walk()] == [
        ("churn:v3", ""),
        ("churn:v2", "unpacked"),
        ("data:v1", "unpacked"),
        ("data:v1", "unpacked"),
    ]
    assert all(one.datasets == ("train",) and one.facts.code for one in found.kit.walk())
    assert not found.warnings
    text = str(found)
    assert "└─ unpacked  data:v1" in text and "├─ unpacked  churn:v2" in text and "code        " in text
    assert "└─ unpacked" in found._repr_html_()


@pytest.mark.usefixtures("chain")
def test_a_parent_is_the_kit_that_it_was_wherever_its_tag_is_now(tmp_path: Path, settings: Settings) -> None:
    before = kit.info("data:v1", settings=settings).digest
    kit.tag("data:v1", "data:old", settings=settings)
    packed(tmp_path / "other", "data:v1", settings)
    last = [*kit.lineage("churn:v2", settings=settings).kit.walk()][-1]
    assert (last.digest, last.reference) == (before, "data:v1")


@pytest.mark.usefixtures("chain")
def test_the_depth_cuts_the_chain_and_says_so(settings: Settings) -> None:
    one = kit.lineage("churn:v3", depth=1, settings=settings)
    assert [each.is_cut for each in one.kit.walk()] == [False, True, False]
    assert "--depth" in str(one)
    alone = kit.lineage("churn:v3", depth=0, settings=settings)
    assert alone.kit.is_cut and alone.kit.parents == ()
    with pytest.raises(Usage):
        kit.lineage("churn:v3", depth=-1, settings=settings)


@pytest.mark.usefixtures("chain")
def test_a_parent_that_is_gone_ends_its_branch_and_hides_no_other(settings: Settings) -> None:
    gone = kit.info("churn:v2", settings=settings).digest
    kit.remove("churn:v2", settings=settings)
    found = kit.lineage("churn:v3", settings=settings)
    assert [(one.reference, one.digest == gone, one.problem) for one in found.kit.parents] == [
        ("churn:v2", True, "not found"),
        ("data:v1", False, ""),
    ]
    assert found.warnings == ("churn:v2: not found",)
    with pytest.raises(NotFound):
        kit.lineage("churn:v9", settings=settings)


def test_a_model_and_a_data_set_that_are_other_kits_are_parents(tmp_path: Path, settings: Settings) -> None:
    for name in ("base:v1", "data:v1"):
        packed(tmp_path / "project", name, settings)
    text = "model: {path: 'base:v1'}\ndatasets: [{name: far, path: far, remotePath: 'data:v1'}]"
    packed(tmp_path / "project", "tuned:v1", settings, text=text)
    found = kit.lineage("tuned:v1", settings=settings)
    assert [(one.reference, one.link, one.problem) for one in found.kit.parents] == [
        ("base:v1", "model", ""),
        ("data:v1", "dataset", ""),
    ]


def test_a_ring_ends_where_it_closes(tmp_path: Path, settings: Settings) -> None:
    packed(tmp_path / "project", "m:v1", settings)
    packed(tmp_path / "project", "m:v2", settings, text="model: {path: 'm:v1'}")
    place = store(settings).repository(Reference.parse("m:v1"))
    place.tag(place.resolve("v2"), "v1")  # as no verb does it
    found = kit.lineage("m:v2", settings=settings)
    assert [one.problem for one in found.kit.walk()] == ["", "leads back to a kit that came from it"]


def test_a_kit_of_two_children_is_shown_once(tmp_path: Path, settings: Settings) -> None:
    project = tmp_path / "project"
    packed(project, "base:v1", settings)
    packed(project, "data:v1", settings, "base:v1")
    packed(project, "a:v1", settings, "data:v1")
    packed(project, "b:v1", settings, "data:v1")
    packed(project, "c:v1", settings, "a:v1", "b:v1")
    twice = [one for one in kit.lineage("c:v1", settings=settings).kit.walk() if one.reference == "data:v1"]
    assert [(one.is_repeated, len(one.parents)) for one in twice] == [(False, 1), (True, 0)]


def test_a_very_wide_chain_is_cut(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitops_jupyter.operations.look.lineage.KITS_LIMIT", 2)
    project = tmp_path / "project"
    for name in ("a:v1", "b:v1", "c:v1"):
        packed(project, name, settings)
    packed(project, "all:v1", settings, "a:v1", "b:v1", "c:v1")
    found = kit.lineage("all:v1", settings=settings)
    assert len(found.kit.parents) == 3 and found.warnings[-1].startswith("only the first")
    assert KITS_LIMIT > 2


def test_the_json_of_a_chain_is_that_of_its_kits(tmp_path: Path, settings: Settings) -> None:
    packed(tmp_path / "project", "data:v1", settings)
    packed(tmp_path / "project", "churn:v1", settings, "data:v1")
    said = json.loads(kit.lineage("churn:v1", settings=settings).json())
    assert (said["reference"], said["datasets"]) == ("churn:v1", ["train"])
    (parent,) = said["parents"]
    assert (parent["reference"], parent["link"], parent["parents"]) == ("data:v1", "unpacked", [])


def test_parents_in_a_registry_are_found_there(tmp_path: Path, here: Settings, there: Settings, reference: str) -> None:
    data = reference.replace(":v1", ":data")
    packed(tmp_path / "project", data, here)
    packed(tmp_path / "project", reference, here, data)
    for name in (data, reference):
        kit.push(name, connection=HTTP, settings=here)
    found = kit.lineage(reference, connection=HTTP, settings=there)
    assert [one.reference for one in found.kit.walk()] == [reference, data] and not found.warnings


def test_a_registry_that_does_not_answer_is_asked_once_and_named(tmp_path: Path, settings: Settings) -> None:
    packed(tmp_path / "project", "m:v1", settings)
    silent = {"reference": "127.0.0.1:9/team/data:v1", "digest": "sha256:" + "a" * 64, "way": "pulled"}
    other = silent | {"digest": "sha256:" + "b" * 64}
    _set_facts(
        settings,
        {"parents": [silent, other, {"reference": "No Name", "digest": "sha256:" + "c" * 64, "way": "pulled"}]},
    )
    found = kit.lineage("m:v1", connection=HTTP, settings=settings)
    first, second, third = found.kit.parents
    assert first.problem and first.problem == second.problem and "No Name" in third.problem


def _set_facts(settings: Settings, facts: object) -> None:
    """Give m:v1 facts that nobody recorded."""
    place = store(settings).repository(Reference.parse("m:v1"))
    manifest = json.loads(read_verified(place, place.resolve("v1")))
    manifest["annotations"]["vnd.kitops-jupyter.facts"] = json.dumps(facts)
    data = json.dumps(manifest).encode()
    descriptor = Descriptor.of(IMAGE_MANIFEST, data)
    place.write(descriptor, io.BytesIO(data), item="manifest")
    place.tag(descriptor, "v1")
