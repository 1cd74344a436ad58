"""A diff has the older kit first if that is asked for, and says once what became of each layer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.operations.diff.results import DiffResult
from kitops_jupyter.settings import Settings

KITFILE = "code: [{path: a.py}]\ndocs: [{path: %s}]\n"


def compared(folder: Path) -> DiffResult:
    """Two kits: a.py changed, and old.md gave way to new.md."""
    settings = Settings.load({}, home=folder / "home")
    for version, doc in (("v1", "old.md"), ("v2", "new.md")):
        (project := folder / version).mkdir()
        (project / "a.py").write_text(version)
        (project / doc).write_text(doc)
        kit.pack(project, text=KITFILE % doc, tag=f"churn:{version}", settings=settings)
    return kit.diff("churn:v1", "churn:v2", settings=settings)


def signs(result: DiffResult) -> set[tuple[str, str]]:
    """Each layer's sign and path."""
    return {(each.sign, (each.after or each.before).path) for each in result.changes}  # type: ignore[union-attr]


def test_a_layer_that_changed_is_one_row_with_one_sign(tmp_path: Path) -> None:
    assert signs(compared(tmp_path)) == {("~", "a.py"), ("−", "old.md"), ("+", "new.md")}


def test_the_older_kit_is_first_whichever_was_named_first(tmp_path: Path) -> None:
    given = compared(tmp_path)
    later, sooner = "2026-01-02T01:00:00+02:00", "2026-01-01T22:00:00Z"
    turned = replace(given, created=(later, sooner)).oldest_first()
    assert (turned.first, turned.second) == (given.second, given.first)
    assert signs(turned) == {("~", "a.py"), ("+", "old.md"), ("−", "new.md")}
    assert {change.path: change.sign for change in turned.files} == {"a.py": "~", "old.md": "+", "new.md": "−"}
    assert [(each.after, each.before) for each in turned.fields] == [(each.before, each.after) for each in given.fields]


def test_kits_stay_as_they_were_named_where_a_time_is_not_known(tmp_path: Path) -> None:
    given = replace(compared(tmp_path), created=("2026-01-02T00:00:00Z", "yesterday"))
    assert given.oldest_first() is given
