"""Tells the panel which variables of this kernel can be packed: names, types and sizes, never a value.

The panel opens a comm of this target, is sent one message, and closes it. A kernel without the extension has no such
target, and closes the comm itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from comm import get_comm_manager

from kitops_jupyter.capture import list_variables

TARGET = "kitops.variables"


def register(shell: Any) -> None:
    """Answer the panel from now on; outside a kernel there is nobody to ask."""
    if hasattr(shell, "kernel"):
        get_comm_manager().register_target(TARGET, _answer_from(shell))


def unregister(shell: Any) -> None:
    """Answer no more."""
    if hasattr(shell, "kernel"):
        get_comm_manager().targets.pop(TARGET, None)


def _answer_from(shell: Any) -> Callable[[Any, Mapping[str, Any]], None]:
    def answer(comm: Any, message: Mapping[str, Any]) -> None:
        asked = message.get("content", {}).get("data")
        folder = asked.get("folder") if isinstance(asked, dict) else None
        listed, total = list_variables(shell.user_ns, getattr(shell, "user_ns_hidden", {}))
        comm.send({"place": _place_of(folder), "total": total, "variables": [asdict(each) for each in listed]})

    return answer


def _place_of(folder: object) -> str:
    """Where the kernel is, seen from a folder of the server: "here", "elsewhere", or where that is not ("unseen")."""
    try:
        if isinstance(folder, str) and Path(folder).is_dir():
            return "here" if Path(folder).samefile(Path.cwd()) else "elsewhere"
    except (OSError, ValueError):
        pass
    return "unseen"
