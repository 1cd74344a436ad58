"""Two large models in a registry that differ in one tensor: what a comparison moves of them.

A count of bytes, not of seconds: it holds at any scale.
"""

from __future__ import annotations

import json
import random
import struct
import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.bench.scale import GIB, gib_bytes
from tests.fakes.registries import Real
from tests.fakes.traffic import Traffic

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

TENSORS = 64
CHANGED = 41
MOST_SHARE = 0.05  # of the bytes of one of them
HTTP = Connection(plain_http=True)


def write(path: Path, tensor_bytes: int, changed: int) -> None:
    """Tensors of random bytes, the same in each file but for one; no two pieces of them are equal."""
    header = {
        f"layers.{number}.weight": {
            "dtype": "BF16",
            "shape": [tensor_bytes // 2],
            "data_offsets": [number * tensor_bytes, (number + 1) * tensor_bytes],
        }
        for number in range(TENSORS)
    }
    text = json.dumps(header).encode()
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        for number in range(TENSORS):
            stream.write(random.Random(number + 1000 * (number == changed)).randbytes(tensor_bytes))


def test_one_tensor_of_a_remote_model_is_named_for_a_twentieth_of_its_bytes(
    tmp_path: Path, plain: Real, traffic: Traffic
) -> None:
    here, names = Settings.load({}, home=tmp_path / "here"), []
    size = gib_bytes(min(GIB, 1.0)) // TENSORS  # of more, one tensor is above what is moved unasked
    (tmp_path / "p").mkdir()
    for tag, changed in (("v1", -1), ("v2", CHANGED)):
        write(tmp_path / "p" / "model.safetensors", size, changed)
        names.append(f"{plain.host}/bench/diff:{tag}")
        kit.pack(tmp_path / "p", text="model: {path: model.safetensors}\n", tag=names[-1], settings=here)
        kit.push(names[-1], connection=HTTP, settings=here)
    traffic.clear()
    started = time.monotonic()
    found = kit.diff(*names, connection=HTTP, settings=Settings.load({}, home=tmp_path / "there"))
    elapsed_s = time.monotonic() - started
    (file,) = found.files
    assert isinstance(file.content, kit.TensorsChange)
    (tensor,) = file.content.tensors
    assert tensor.name == f"layers.{CHANGED}.weight" and tensor.norm and file.content.same == TENSORS - 1
    share = traffic.bytes / (size * TENSORS)
    print(f"\n{traffic.bytes:,} bytes, {share:.2%} of one model, {elapsed_s:.1f} s")
    assert share <= MOST_SHARE
