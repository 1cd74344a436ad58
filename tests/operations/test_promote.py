"""Promotion: guarded, verified, undone; here and in a registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import Conflict, NotFound, Usage
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository, Store
from kitops_jupyter.targets import Connection
from tests.fakes.registries import Real
from tests.operations.projects import write_files

HTTP = Connection(plain_http=True)


@pytest.fixture(params=["here", "registry"])
def name(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[str]:
    """A repository with the kits `old` (the champion) and `new` (the challenger), local or in a registry."""
    is_remote = request.param == "registry"
    host = f"{request.getfixturevalue('plain').host}/{tmp_path.name.lower().strip('_')}/" if is_remote else ""
    name = f"{host}churn"
    for number, tags in enumerate(("old,champion", "new,challenger")):
        write_files(tmp_path / tags, {"m.bin": tags.encode()})
        text = f"model: {{path: m.bin, parameters: {{metrics: {{accuracy: 0.{8 + number}}}}}}}"
        kit.pack(tmp_path / tags, text=text, tag=f"{name}:{tags}", settings=settings)
    if is_remote:
        kit.push(f"{name}:old", all_tags=True, connection=HTTP, settings=settings)
    yield name


def tags(name: str, settings: Settings) -> dict[str, str]:
    """Each tag, and the tag `old` or `new` of the kit that it names."""
    found: dict[str, str] = {}
    for row in kit.list_kits(name, connection=HTTP, settings=settings).kits:
        kind = "old" if "old" in row.tags else "new"
        found |= {tag: kind for tag in row.tags if tag not in ("old", "new")}
    return found


def left(done: kit.PromoteResult) -> dict[str, str]:
    """What stays of an undo where a registry, as this one, cannot take a tag away alone; it is said why."""
    if done.reference.is_local:
        assert done.kept == ()
    else:
        assert [each.reason.rpartition(" ")[2] for each in done.kept] == ["alone"] and "stays" in str(done)
    return {each.tag: "old" for each in done.kept}


def test_the_old_champion_becomes_rollback_and_undo_brings_it_back(name: str, settings: Settings) -> None:
    done = kit.promote(
        f"{name}:challenger", "champion", from_tag="new", metric="accuracy>=0.9", connection=HTTP, settings=settings
    )
    assert [move.tag for move in done.moved] == ["rollback", "champion"]
    assert tags(name, settings) == {"champion": "new", "challenger": "new", "rollback": "old"}
    again = kit.promote(f"{name}:challenger", "champion", connection=HTTP, settings=settings)
    assert again.moved == ()
    undone = kit.promote(f"{name}:challenger", "champion", undo=True, connection=HTTP, settings=settings)
    assert tags(name, settings) == {"champion": "old", "challenger": "new", **left(undone)}
    with pytest.raises(NotFound, match="no promotion"):
        kit.promote(f"{name}:challenger", "champion", undo=True, connection=HTTP, settings=settings)


def test_the_plan_is_what_is_done_and_moves_nothing(name: str, settings: Settings) -> None:
    for undo in (False, True):
        before = tags(name, settings)
        plan = kit.plan_promotion(f"{name}:challenger", "champion", undo=undo, connection=HTTP, settings=settings)
        assert tags(name, settings) == before and len(plan.moves) == 2 and plan.kept == ()
        done = kit.promote(f"{name}:challenger", "champion", undo=undo, connection=HTTP, settings=settings)
        assert [*done.moved, *(each.tag for each in done.kept)] == [
            move if move in done.moved else move.tag for move in plan.moves
        ]


def test_an_undo_leaves_what_somebody_moved_since_and_says_so(name: str, settings: Settings) -> None:
    how: dict[str, Any] = {"connection": HTTP, "settings": settings}
    kit.promote(f"{name}:challenger", "champion", **how)
    kit.promote(f"{name}:new", "rollback", **how)
    plan = kit.plan_promotion(f"{name}:new", "champion", undo=True, **how)
    assert [move.tag for move in plan.moves] == ["champion"]
    done = kit.promote(f"{name}:new", "champion", undo=True, **how)
    assert done.moved == plan.moves and done.kept == plan.kept
    assert [(each.tag, each.reason) for each in done.kept] == [("rollback", "it was moved since")]
    assert "rollback stays" in str(done)
    assert tags(name, settings) == {"champion": "old", "challenger": "new", "rollback": "new"}


def test_an_undo_moves_nothing_where_the_tag_itself_was_moved_since(name: str, settings: Settings) -> None:
    how: dict[str, Any] = {"connection": HTTP, "settings": settings}
    kit.promote(f"{name}:old", "retired", **how)
    kit.tag(f"{name}:new", f"{name}:retired", remote="/" in name, **how)
    before = tags(name, settings)
    plan = kit.plan_promotion(f"{name}:new", "retired", undo=True, **how)
    assert plan.moves == () and [each.tag for each in plan.kept] == ["retired"]
    with pytest.raises(Conflict, match="moved since"):
        kit.promote(f"{name}:new", "retired", undo=True, **how)
    assert tags(name, settings) == before


def test_the_first_promotion_to_a_tag_is_undone_and_the_kit_stays(name: str, settings: Settings) -> None:
    how: dict[str, Any] = {"connection": HTTP, "settings": settings}
    before = tags(name, settings)
    kit.promote(f"{name}:challenger", "validating", **how)
    done = kit.promote(f"{name}:challenger", "validating", undo=True, **how)
    assert tags(name, settings) == {**before, **dict.fromkeys(left(done), "new")}
    assert [(move.tag, move.after) for move in done.moved] == ([] if done.kept else [("validating", None)])


def test_the_store_keeps_a_kit_whose_only_tag_an_undo_takes_away(tmp_path: Path, settings: Settings) -> None:
    write_files(tmp_path / "p", {"m.bin": b"1"})
    kit.pack(tmp_path / "p", text="model: {path: m.bin}", tag="churn:v1", settings=settings)
    kit.promote("churn:v1", "champion", settings=settings)
    kit.remove("churn:v1", settings=settings)
    kit.promote("churn", "champion", undo=True, settings=settings)
    (row,) = kit.list_kits("churn", settings=settings).kits
    assert row.tags == () and kit.info(f"churn@{row.digest}", settings=settings)


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        ({"from_tag": "champion"}, Conflict),
        ({"from_tag": "nothing"}, Conflict),
        ({"metric": "accuracy>0.9"}, Conflict),
        ({"metric": "f1>0.9"}, Conflict),
        ({"metric": "accuracy is good"}, Usage),
    ],
)
def test_a_guard_that_does_not_hold_moves_nothing(
    name: str, settings: Settings, flags: dict[str, str], error: type[Exception]
) -> None:
    before = tags(name, settings)
    with pytest.raises(error):
        kit.promote(f"{name}:challenger", "champion", connection=HTTP, settings=settings, **flags)  # type: ignore[arg-type]
    assert tags(name, settings) == before


def test_a_tag_that_somebody_moves_meanwhile_is_an_error(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        write_files(tmp_path / "p", {"m.bin": str(number).encode()})
        kit.pack(tmp_path / "p", text="model: {path: m.bin}", tag=f"churn:v{number}", settings=settings)
    kit.tag("churn:v1", "churn:champion", settings=settings)
    real = Repository.tag_together

    def interfere(self: Repository, wanted: dict[str, Descriptor], **how: Any) -> None:
        real(self, {"champion": self.resolve("v3")})
        real(self, wanted, **how)

    monkeypatch.setattr(Repository, "tag_together", interfere)
    with pytest.raises(Conflict, match="moved by someone else"):
        kit.promote("churn:v2", "champion", settings=settings)
    monkeypatch.undo()
    assert "rollback" not in Store(settings.storage, settings.cache).repository("localhost/churn").tags()
    assert kit.inspect("churn:champion", settings=settings).digest == kit.inspect("churn:v3", settings=settings).digest


def test_nothing_is_undone_where_nothing_was_done(name: str, settings: Settings) -> None:
    with pytest.raises(NotFound, match="no promotion"):
        kit.promote(f"{name}:new", "champion", undo=True, connection=HTTP, settings=settings)


@pytest.mark.parametrize("is_remote", [False, True])
def test_a_plan_has_the_messages_of_the_kits_that_the_tags_would_name(
    tmp_path: Path, here: Settings, plain: Real, repository_name: str, is_remote: bool
) -> None:
    name = f"{plain.host}/{repository_name}" if is_remote else "churn"
    how = Connection(plain_http=True)
    for tag, message in (("old", ""), ("new", "deeper trees\n\nand more of them")):
        write_files(tmp_path / tag, {"a.py": tag.encode()})
        kit.pack(tmp_path / tag, text="code: [{path: .}]", tag=f"{name}:{tag}", message=message, settings=here)
        if is_remote:
            kit.push(f"{name}:{tag}", connection=how, settings=here)
    kit.promote(f"{name}:old", "champion", connection=how, settings=here)
    plan = kit.plan_promotion(f"{name}:new", "champion", connection=how, settings=here)
    assert [move.tag for move in plan.moves] == ["rollback", "champion"]
    assert plan.messages == {plan.moves[1].after: "deeper trees\n\nand more of them"}
    assert "deeper trees" in str(plan) and "and more" not in str(plan)
