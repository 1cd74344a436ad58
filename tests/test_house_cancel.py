"""A cancel ends the work: whoever carries on after an error lets a Cancelled through, which is a KitError, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import kitops_jupyter

PACKAGE = Path(kitops_jupyter.__file__).parent
# Functions that may take a Cancelled for an error, and why.
ENDS_THERE = {
    "server/base.py answer": "the answer to whoever asked, and gave up",
    "server/jobs.py _task_of": "a record is read: nothing is observed yet",
    "server/job_records.py write": "one file is written, without a beat",
    "verbs/core/complete.py complete": "completion is not observed",
    "magics/completion.py _words": "completion is not observed",
    "operations/look/names.py _may_be_remote": "completion is not observed",
    "capture/listing.py _measured": "a library's own attributes, without a beat",
    "magics/values.py expand": "the user's own expression",
    "settings.py part": "files are read, without a beat",
    "operations/validate.py validate": "a value becomes JSON, without a beat",
    "operations/look/kits.py _listed_remote": "bytes that are here are parsed, without a beat",
    "operations/look/tags.py _listed": "bytes that are here are parsed, without a beat",
    "server/views/history.py summaries": "a text is parsed, without a beat",
    "registry/blobs/session.py cancel": "under `tidying_up`, where no watch is asked",
    "operations/unpack/staging/records.py _dead_one": "one file is read, without a beat",
    "store/recent.py _parsed": "one file is read, without a beat",
    "store/recent.py _read": "values are parsed, without a beat",
}
WIDGETS = "widgets"  # each shows the error, a cancel included, and does nothing more


def names_in(handler: ast.ExceptHandler) -> set[str]:
    """The classes that a handler names; `Exception` for a bare one."""
    caught = handler.type or ast.Name("Exception")
    return {part.id for part in ast.walk(caught) if isinstance(part, ast.Name)}


def lets_through(handler: ast.ExceptHandler) -> bool:
    """Whether it ends by raising again, or raises a Cancelled at its start."""
    first, last = handler.body[0], handler.body[-1]
    asks = (
        isinstance(first, ast.If) and "Cancelled" in ast.unparse(first.test) and isinstance(first.body[-1], ast.Raise)
    )
    return asks or isinstance(last, ast.Raise)


def swallowing(text: str) -> Iterator[str]:
    """The functions of this text that could take a Cancelled for an error."""
    owners: dict[ast.AST, str] = {}
    for node in ast.walk(ast.parse(text)):  # outer functions first, so that the innermost one stays
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            owners.update(dict.fromkeys(ast.walk(node), node.name))
        if not isinstance(node, ast.Try):
            continue
        before: set[str] = set()
        for handler in node.handlers:
            if (
                names_in(handler) & {"KitError", "Exception"}
                and "Cancelled" not in before
                and not lets_through(handler)
            ):
                yield owners.get(node, "")
            before |= names_in(handler)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_cancel_is_not_taken_for_an_error(path: Path) -> None:
    name = path.relative_to(PACKAGE).as_posix()
    found = {f"{name} {function}" for function in swallowing(path.read_text("utf-8"))}
    assert name.startswith(WIDGETS) or found <= ENDS_THERE.keys(), "put `except Cancelled: raise` before it"


@pytest.mark.parametrize(
    ("handlers", "is_wrong"),
    [
        (" except KitError:\n  pass", True),
        (" except (OSError, KitError):\n  return", True),
        (" except Exception:\n  return", True),
        (" except Cancelled:\n  raise\n except KitError:\n  pass", False),
        (" except KitError as e:\n  if isinstance(e, (Cancelled, X)):\n   raise\n  return", False),
        (" except KitError as e:\n  e.hint = ''\n  raise", False),
        (" except NotFound:\n  pass", False),
    ],
)
def test_who_carries_on_after_a_cancel_is_found(handlers: str, is_wrong: bool) -> None:
    assert list(swallowing(f"def f():\n try:\n  work()\n{handlers}")) == (["f"] if is_wrong else [])
