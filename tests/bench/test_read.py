"""A few bytes of a remote layer against what they would move without an index: the whole layer.

A count of bytes, not of seconds: it holds at any scale.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Digest
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.bench.scale import GIB, gib_bytes
from tests.fakes.registries import Real
from tests.fakes.traffic import Traffic

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

READ_BYTES = 64 << 10
# Two leaves, as a read seldom begins where a leaf does, and the header in front of the file.
MOST_BYTES = 132_000


def test_reading_64_kib_of_a_remote_layer_moves_at_most_132_kb_beside_the_index(
    tmp_path: Path, plain: Real, traffic: Traffic
) -> None:
    model, settings = tmp_path / "project" / "model.bin", Settings.load({}, home=tmp_path / "here")
    model.parent.mkdir()
    block = os.urandom(4 << 20)
    with model.open("wb") as stream:
        for at in range(gib_bytes(GIB) // len(block)):
            stream.write(block[at:] + block[:at])
    (model.parent / "Kitfile").write_text("model: {path: model.bin}\n")
    reference = f"{plain.host}/bench/read:v1"
    packed = kit.pack(model.parent, tag=reference, settings=settings)
    kit.push(reference, connection=Connection(plain_http=True), settings=settings)
    size, digest = model.stat().st_size, str(packed.layers[0].digest)
    print()
    for number, start in enumerate((0, size // 2, size // 3, size - READ_BYTES - 1, size - READ_BYTES)):
        files = KitFileSystem(home=tmp_path / f"there-{number}", plain_http=True, skip_instance_cache=True)
        traffic.clear()
        read = files.cat_file(f"{reference}/model.bin", start, start + READ_BYTES)
        files.invalidate_cache()
        with model.open("rb") as stream:
            stream.seek(start)
            assert Digest.of(read) == Digest.of(stream.read(READ_BYTES))
        moved = traffic.blob_bytes(digest)
        print(f"64 KiB at byte {start:,}: {moved:,} bytes of the layer, {traffic.bytes - moved:,} to find them")
        assert READ_BYTES <= moved <= MOST_BYTES
