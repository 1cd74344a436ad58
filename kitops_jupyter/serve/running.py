"""The registry for the length of a `with` block."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kitops_jupyter.errors import RegistryError

ANSWERS = "Serving at "  # how the line begins that a program waits for


@contextmanager
def running(folder: str | Path, *flags: str, port: int = 0) -> Iterator[str]:
    """A registry over the folder in a process of its own, ended with the block; its `host:port`, on loopback.

    `flags` are those of `jupyter kit serve`. Raises RegistryError when it does not start.
    """
    words = [sys.executable, "-m", "kitops_jupyter", "serve", str(folder), f"--port={port}", *flags]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout and process.stderr
    try:
        first = process.stdout.readline()
        if not first.startswith(ANSWERS):
            process.wait(10)
            raise RegistryError(f"the registry did not start: {process.stderr.read()[-500:].strip()}")
        yield first.removeprefix(ANSWERS).split()[0]
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()
