"""The facts of a kit: they come through every way, change no layer, and are judged when they are read."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Descriptor, read_verified
from kitops_jupyter.manifest import FACTS
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from tests.capture.git_repositories import git, make_repository, own_git
from tests.operations.projects import make_project

__all__ = ["own_git"]

HTTP = Connection(plain_http=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_repository(make_project(tmp_path / "project"))


@pytest.mark.parametrize("use_model_pack", [False, True], ids=["modelkit", "modelpack"])
def test_the_commit_comes_through_pack_push_and_pull(
    project: Path, here: Settings, there: Settings, reference: str, use_model_pack: bool
) -> None:
    packed = kit.pack(project, tag=reference, use_model_pack=use_model_pack, settings=here)
    kit.push(reference, connection=HTTP, settings=here)
    (listed,) = kit.list_kits(reference.rpartition(":")[0], connection=HTTP, settings=there).kits
    kit.pull(reference, connection=HTTP, settings=there)
    found = kit.inspect(reference, settings=there)
    assert packed.facts.code and packed.facts.code.commit == git(project, "rev-parse", "HEAD")
    assert found.facts == listed.facts == kit.info(reference, settings=there).facts == packed.facts
    assert found.to_json()["facts"]["code"]["commit"] == packed.facts.code.commit
    assert f"code: {packed.facts.code.told}" in str(kit.info(reference, settings=there))
    assert packed.facts.code.told in str(packed)


def test_facts_change_no_layer_and_no_config(project: Path, here: Settings, there: Settings) -> None:
    first, second = (replace(settings, created_epoch_s=1) for settings in (here, there))
    kit.pack(project, tag="churn:v1", settings=first)
    kit.pack(project, tag="churn:v1", record_facts=False, settings=second)
    told, silent = (kit.inspect("churn:v1", settings=settings).manifest for settings in (first, second))
    assert told["annotations"].pop(FACTS) and told == silent


def test_without_git_a_kit_has_the_bytes_that_it_had(tmp_path: Path, settings: Settings) -> None:
    kit.pack(make_project(tmp_path / "plain"), tag="churn:v1", settings=settings)
    found = kit.inspect("churn:v1", settings=settings)
    assert FACTS not in found.manifest["annotations"] and "facts" not in found.to_json()


def test_an_equal_kit_is_kept_for_the_same_commit_and_not_for_another_one(project: Path, settings: Settings) -> None:
    def packed() -> kit.PackResult:
        return kit.pack(project, tag="churn:v1", settings=settings)

    first, again = packed(), packed()
    git(project, "commit", "--quiet", "--allow-empty", "--message", "second")
    second = packed()
    assert first.digest == again.digest != second.digest
    assert [layer.digest for layer in first.layers] == [layer.digest for layer in second.layers]
    assert kit.pack(project, tag="churn:v1", record_facts=False, settings=settings).facts == second.facts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"code": 1}',
        '{"code": {"commit": "main; rm -rf /"}}',
        '{"code": {"commit": ["a"]}}',
        '{"code": {"commit": "A"}, "code": {}}',
        json.dumps({"code": {"commit": "a" * 40, "branch": "x" * 70_000}}),
    ],
    ids=["empty", "list", "cut", "number", "no commit", "list of commits", "twice", "large"],
)
def test_facts_of_another_shape_are_no_facts(project: Path, settings: Settings, text: str) -> None:
    assert not _with_annotation(project, settings, text).facts


def test_odd_facts_of_a_strangers_kit_steer_no_terminal(project: Path, settings: Settings) -> None:
    code = {"commit": "a" * 40, "branch": "\x1b[31mred\u202e", "dirty": "yes", "changedFiles": -1, "remote": 5}
    facts = _with_annotation(project, settings, json.dumps({"code": code, "later": 1})).facts
    assert facts.code and facts.code.is_dirty is None and facts.code.changed_files == 0 and not facts.code.remote
    assert "\x1b" not in facts.code.branch and "\u202e" not in facts.code.branch and "red" in facts.code.branch


def _with_annotation(project: Path, settings: Settings, text: str) -> kit.InfoResult:
    """A kit whose annotation has this text."""
    kit.pack(project, tag="churn:v1", settings=settings)
    place = store(settings).repository(Reference.parse("churn:v1"))
    manifest = json.loads(read_verified(place, place.resolve("v1")))
    manifest["annotations"][FACTS] = text
    data = json.dumps(manifest).encode()
    descriptor = Descriptor.of(manifest["mediaType"], data)
    place.write(descriptor, io.BytesIO(data), item="manifest")
    place.tag(descriptor, "v1")
    return kit.info("churn:v1", settings=settings)
