"""What a pack notes of how its files came to be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from kitops_jupyter.capture import judge_cells, read_code_state
from kitops_jupyter.content import Digest
from kitops_jupyter.manifest import NO_FACTS, Facts, ParentKit
from kitops_jupyter.session import current_session


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts, and what to warn of."""

    facts: Facts = NO_FACTS
    warnings: tuple[str, ...] = ()


def gathered(root: Path, notebook: Path | None, *, has_patch: bool = False) -> Gathered:
    """What is known of the folder and of this kernel now; what cannot be known is left out, and fails no pack.

    Raises Cancelled.
    """
    session = current_session()
    judged = judge_cells(notebook, session) if session and notebook else None
    parents = [ParentKit(kit.reference, Digest(kit.digest), kit.way) for kit in session.kits] if session else []
    code = read_code_state(root)
    facts = Facts(replace(code, has_patch=has_patch) if code else None, judged.ran if judged else None, tuple(parents))
    return Gathered(facts, (judged.warning,) if judged and judged.warning else ())
