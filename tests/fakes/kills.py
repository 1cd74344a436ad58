"""A kill before a chosen step of some work: nothing is left to chance."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.truncate", "os.chmod", "os.utime"}


def is_killed_before_step(number: int, work: Callable[[], object]) -> bool:
    """Do it in a process that is killed before it touches the disk for the nth time; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = [number]

        def step(event: str, _: tuple[Any, ...]) -> None:
            if event in STEPS:
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(step)
            work()
            os._exit(0)
        finally:
            os._exit(3)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"the worker failed by itself ({status})"
    return os.WIFSIGNALED(status)
