"""Work beside the kernel's own thread, whose widgets still belong to the cell that showed them."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable


def start(name: str, work: Callable[[], None]) -> threading.Thread:
    """Do it in a thread that does not keep the process alive.

    ipykernel keeps in a context which cell is answered; before 7.3 a thread without one could send nothing.
    """
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(work,), name=name, daemon=True)
    thread.start()
    return thread
