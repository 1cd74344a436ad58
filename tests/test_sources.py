"""A source made of two keeps what is asked for again and again in memory, but not all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter import sources
from kitops_jupyter.content import Descriptor, Readable
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import LocalFirst
from tests.fakes.memory_target import MemoryTarget

DATA = bytes(range(256)) * 64


class Ranged(MemoryTarget):
    """Elsewhere, counting what is read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[tuple[int, int]] = []

    def read_range(self, descriptor: Descriptor, offset: int, size_bytes: int) -> bytes:
        self.reads.append((offset, size_bytes))
        return DATA[offset : offset + size_bytes]

    def open_range(self, descriptor: Descriptor, offset: int, size_bytes: int) -> Readable:
        raise AssertionError("parts are read as bytes here")


def test_a_part_that_was_read_lately_is_not_read_again(tmp_path: Path) -> None:
    elsewhere = Ranged()
    source, blob = LocalFirst(Settings(tmp_path), elsewhere), Descriptor.of("", DATA)
    for _ in range(3):
        assert source.read_small_part(blob, 5, 10) == DATA[5:15]
    assert elsewhere.reads == [(5, 10)]


def test_parts_in_memory_are_bounded_and_those_not_used_for_longest_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "KEPT_BYTES", 40)
    elsewhere = Ranged()
    source, blob = LocalFirst(Settings(tmp_path), elsewhere), Descriptor.of("", DATA)
    for offset in (0, 10, 20, 30, 0, 40):  # the second part has to make room for the fifth
        source.read_small_part(blob, offset, 10)
    elsewhere.reads.clear()
    for offset in (0, 20, 30, 40, 10):
        assert source.read_small_part(blob, offset, 10) == DATA[offset : offset + 10]
    assert elsewhere.reads == [(10, 10)]
    assert source.read_small_part(blob, 0, 1000) == DATA[:1000]  # more than the bound is read all the same
