"""Other programs: run without a shell, and waited for in beats."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from kitops_jupyter.progress import BEAT_S, beat


def run(
    command: Sequence[str],
    *,
    within_s: float,
    text: bytes = b"",
    cwd: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """The program's exit status and standard output; it gets `text`, and its standard error is not read.

    It has our environment, unless it gets another one.

    One that is no longer waited for is killed. Raises OSError where it cannot be run, TimeoutError after `within_s`.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=cwd,
        env=environment,
    )
    until_s = time.monotonic() + within_s
    unsent: bytes | None = text
    try:
        while True:
            try:
                output = process.communicate(unsent, timeout=BEAT_S)[0]
                return process.returncode, output
            except subprocess.TimeoutExpired:
                unsent = None  # it is on its way
                beat()
            if time.monotonic() > until_s:
                raise TimeoutError(f"{command[0]} did not answer within {within_s:.0f} s")
    except BaseException:
        process.kill()
        for pipe in (process.stdin, process.stdout):  # a child of its own may hold them: that is not waited for
            if pipe is not None:
                pipe.close()
        process.wait()
        raise
