"""A diff has the older kit first if that is asked for, and says once what became of each layer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.operations.diff.results import DiffResult, is_newer
from kitops_jupyter.settings import Settings

KITFILE = "code: [{path: a.py}]\ndocs: [{path: %s}]\n"


def compared(folder: Path) -> DiffResult:
    """Two kits: a.py changed, and old.md gave way to new.md."""
    settings = Settings.load({}, home=folder / "home")
    for version, doc in (("v1", "old.md"), ("v2", "new.md")):
        (project := folder / version).mkdir()
        (project / "a.py").write_text(version)
        (project / doc).write_text(doc)
        at = replace(settings, created_epoch_s=1_700_000_000 + int(version[1]))
        kit.pack(project, text=KITFILE % doc, tag=f"churn:{version}", settings=at)
    return kit.diff("churn:v1", "churn:v2", settings=settings)


def signs(result: DiffResult) -> set[tuple[str, str]]:
    """Each layer's sign and path."""
    return {(each.sign, (each.after or each.before).path) for each in result.changes}  # type: ignore[union-attr]


def test_a_layer_that_changed_is_one_row_with_one_sign(tmp_path: Path) -> None:
    assert signs(compared(tmp_path)) == {("~", "a.py"), ("−", "old.md"), ("+", "new.md")}


def test_the_older_kit_is_first_whichever_was_named_first(tmp_path: Path) -> None:
    given = compared(tmp_path)
    assert given.created[0] < given.created[1] and not given.is_turned
    settings = Settings.load({}, home=tmp_path / "home")
    assert kit.diff("churn:v1", "churn:v2", oldest_first=True, settings=settings) == given
    turned = kit.diff("churn:v2", "churn:v1", oldest_first=True, settings=settings)
    assert turned.is_turned and replace(turned, is_turned=False) == given  # what is inside the files, too


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2026-01-02T01:00:00+02:00", "2026-01-01T22:00:00Z", True),
        ("2026-01-01T22:00:00Z", "2026-01-02T01:00:00+02:00", False),
        ("2026-01-02T00:00:00Z", "yesterday", False),
        ("", "2026-01-02T00:00:00Z", False),
    ],
)
def test_kits_stay_as_they_were_named_where_a_time_is_not_known(one: str, other: str, expected: bool) -> None:
    assert is_newer(one, other) == expected


def test_only_the_files_that_were_asked_for_are_compared(tmp_path: Path) -> None:
    settings = Settings.load({}, home=tmp_path / "home")
    everything = compared(tmp_path)
    one = kit.diff("churn:v1", "churn:v2", files=["./a.py"], settings=settings)
    assert [(each.path, each.content) for each in one.files] == [
        (each.path, each.content) for each in everything.files if each.path == "a.py"
    ]
    assert one.changes == everything.changes
    assert kit.diff("churn:v1", "churn:v2", files=["b.py"], settings=settings).files == ()
