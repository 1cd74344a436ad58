"""`kit version`: what its results look like."""

from __future__ import annotations

from kitops_jupyter.operations.version import VersionResult
from kitops_jupyter.show.cards import Card
from kitops_jupyter.show.results import card_of, text_of


@text_of.register
def _text_of_version(result: VersionResult) -> str:
    return f"Version: {result.version}\nPython: {result.python}\nKitfile: {result.kitfile_version}"


@card_of.register
def _card_of_version(result: VersionResult) -> Card:
    return Card(
        title=f"kitops-jupyter {result.version}",
        facts=(("Python", result.python), ("Kitfile", result.kitfile_version)),
    )
