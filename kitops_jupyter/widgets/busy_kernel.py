"""Widgets that are answered while a cell keeps the kernel busy: by subshells, in ipykernel 7 and later.

What is needed of a kernel's inside is in this module. Elsewhere a click waits until the cell is done, and only the
kernel's interrupt stops one.
"""

from __future__ import annotations

from typing import Any


def can_handle_clicks(kernel: Any) -> bool:
    """Whether the front end has opened a subshell, so that a click reaches the kernel now.

    The kernel alone is not enough to know: a front end may not support subshells, and one that does opens it just after
    the first widget was shown.
    """
    if not getattr(kernel, "_supports_kernel_subshells", False):
        return False
    manager = getattr(getattr(kernel, "shell_channel_thread", None), "manager", None)
    return bool(manager is not None and manager.list_subshell())


def answer_anywhere(widget: Any) -> None:
    """Let what the front end sends to this widget go to the subshell that the front end chose.

    From ipykernel 7.4 on a message to a comm is routed to the shell that last sent something by that comm. For a button
    that a cell shows this is the busy shell. Call it once, when the widget is made.
    """
    if widget.comm is not None and hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = _as_sent


def _as_sent(data: Any, subshell_id: str | None) -> str | None:
    return subshell_id
