"""A few bytes of a remote layer against what they would move without an index: the whole layer.

A count of bytes, not of seconds: it holds at any scale.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter.content import Digest
from kitops_jupyter.filesystem import KitFileSystem
from tests.bench.large_model import push_large_model
from tests.fakes.registries import Real
from tests.fakes.traffic import Traffic

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

READ_BYTES = 64 << 10
# Two leaves, as a read seldom begins where a leaf does, and the header in front of the file.
MOST_BYTES = 132_000


def test_reading_64_kib_of_a_remote_layer_moves_at_most_132_kb_beside_the_index(
    tmp_path: Path, plain: Real, traffic: Traffic
) -> None:
    model = push_large_model(tmp_path, plain.host, "read")
    size = model.file.stat().st_size
    print()
    for number, start in enumerate((0, size // 2, size // 3, size - READ_BYTES - 1, size - READ_BYTES)):
        files = KitFileSystem(home=tmp_path / f"there-{number}", plain_http=True, skip_instance_cache=True)
        traffic.clear()
        read = files.cat_file(f"{model.reference}/model.bin", start, start + READ_BYTES)
        files.invalidate_cache()
        with model.file.open("rb") as stream:
            stream.seek(start)
            assert Digest.of(read) == Digest.of(stream.read(READ_BYTES))
        moved = traffic.blob_bytes(model.layer)
        print(f"64 KiB at byte {start:,}: {moved:,} bytes of the layer, {traffic.bytes - moved:,} to find them")
        assert READ_BYTES <= moved <= MOST_BYTES
