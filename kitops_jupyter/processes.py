"""Other programs: run without a shell, and waited for in beats."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import IO

from kitops_jupyter.progress import BEAT_S, beat

_PIECE_BYTES = 64 << 10
_PIECES = 8  # that wait for whoever reads them


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


def stream(
    command: Sequence[str], *, within_s: float, cwd: str | Path, environment: Mapping[str, str]
) -> Generator[bytes, None, None]:
    """The program's standard output in pieces, as it comes; close the iterator, or read it to its end.

    The program is killed if nobody reads further. Raises OSError where it cannot be run or fails, TimeoutError after
    `within_s`.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=cwd,
        env=environment,
    )
    until_s = time.monotonic() + within_s
    pieces: queue.Queue[bytes] = queue.Queue(_PIECES)
    is_over = threading.Event()
    assert process.stdout is not None
    reader = threading.Thread(target=_read, args=(process.stdout, pieces, is_over), name="kit-pipe", daemon=True)
    reader.start()
    try:
        while True:
            if time.monotonic() > until_s:
                raise TimeoutError(f"{command[0]} did not end within {within_s:.0f} s")
            beat()
            try:
                piece = pieces.get(timeout=BEAT_S)
            except queue.Empty:
                continue
            if not piece:
                break
            yield piece
        if process.wait(until_s - time.monotonic() + BEAT_S):
            raise OSError(f"{command[0]} failed")
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"{command[0]} did not end within {within_s:.0f} s") from None
    finally:
        is_over.set()
        process.kill()
        process.wait()


def _read(pipe: IO[bytes], pieces: queue.Queue[bytes], is_over: threading.Event) -> None:
    """Hand the pipe's bytes over, b"" at its end, until nobody takes them."""
    with pipe:
        while not is_over.is_set():
            piece = pipe.read1(_PIECE_BYTES)  # type: ignore[attr-defined]  # of a BufferedReader
            while not is_over.is_set():
                try:
                    pieces.put(piece, timeout=BEAT_S)
                    break
                except queue.Full:
                    continue
            if not piece:
                return
