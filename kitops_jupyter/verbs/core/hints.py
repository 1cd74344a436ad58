"""The commands that a hint names, as they are typed where the hint is read."""

from __future__ import annotations

import re

from kitops_jupyter.verbs.core.table import NAMES

# A command as a hint writes it, for a terminal: `jupyter kit` is one that only a terminal has.
_COMMAND = re.compile(rf"(?<![\w%./-])(?<!jupyter )kit(?= (?:{'|'.join(NAMES)})\b)")


def in_cell(hint: str) -> str:
    """The hint with its commands as a cell takes them: `%kit list`, not `kit list`."""
    return _COMMAND.sub("%kit", hint)
