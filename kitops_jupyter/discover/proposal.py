"""What a proposal is."""

from __future__ import annotations

from dataclasses import dataclass

from kitops_jupyter.kitfile import Kitfile


@dataclass(frozen=True, slots=True)
class Proposal:
    """A Kitfile; `left_out` has (path, reason) for each file or folder it does not take, `notes` what else to know.

    `is_narrow`: only the notebook and what it reads are proposed, for the folder holds `projects` of their own too.
    A folder in `left_out` stands for all below it. `links` are those of them that are links, and were not followed.
    """

    kitfile: Kitfile
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    is_narrow: bool = False
    projects: tuple[str, ...] = ()
