"""A folder to a proposed Kitfile; nothing is written, and nothing but the names and sizes of files is looked at."""

from __future__ import annotations

from kitops_jupyter.discover.kinds import names_secret, stays_out
from kitops_jupyter.discover.like_kit import like_kit
from kitops_jupyter.discover.proposal import Proposal
from kitops_jupyter.discover.propose import propose

__all__ = ["Proposal", "like_kit", "names_secret", "propose", "stays_out"]
