"""The facts of a kit as rows of a card."""

from __future__ import annotations

from kitops_jupyter.manifest import Facts


def fact_rows(facts: Facts) -> list[tuple[str, str]]:
    """A row for each fact that a kit has: its name, and what it says in one line."""
    rows = [("code", facts.code.told), ("repository", facts.code.remote)] if facts.code else []
    rows += [("ran", f"{facts.ran.told} ({facts.ran.notebook})")] if facts.ran else []
    rows += [("came from", ", ".join(f"{kit.reference} ({kit.way})" for kit in facts.parents))] if facts.parents else []
    return [(name, value) for name, value in rows if value]
