"""Streams and sinks that behave, badly or well."""

from __future__ import annotations

import threading
import time

from kitops_jupyter.pipeline import BUFFER_BYTES


class Kept:
    """A sink that keeps what it gets, and knows what was asked of it."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.said: list[str] = []
        self.threads: set[str] = set()

    def write(self, view: memoryview) -> None:
        self.data += view
        self.threads.add(threading.current_thread().name)

    def close(self) -> None:
        self.said.append("close")

    def abort(self) -> None:
        self.said.append("abort")


class Failing(Kept):
    """A sink that fails after so many writes."""

    def __init__(self, after: int, error: BaseException) -> None:
        super().__init__()
        self._left = after
        self._error = error

    def write(self, view: memoryview) -> None:
        self._left -= 1
        if self._left < 0:
            raise self._error
        super().write(view)


class FailsAtClose(Kept):
    """A sink that finds out at the end."""

    def close(self) -> None:
        raise OSError("no room for the last bytes")


class Endless:
    """A stream that never ends; `pause_s` between reads makes it slow."""

    def __init__(self, pause_s: float = 0.0, piece_bytes: int = BUFFER_BYTES) -> None:
        self._pause_s = pause_s
        self._piece_bytes = piece_bytes

    def readinto(self, buffer: memoryview, /) -> int:
        time.sleep(self._pause_s)
        return min(len(buffer), self._piece_bytes)

    def close(self) -> None:
        pass


class Broken(Endless):
    """A stream that fails after so many reads."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def readinto(self, buffer: memoryview, /) -> int:
        self._left -= 1
        if self._left < 0:
            raise ConnectionResetError("cut")
        return super().readinto(buffer)
