"""A kit of one large file in a registry."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.bench.scale import GIB, gib_bytes


@dataclass(frozen=True)
class LargeModel:
    """The file, the kit's name, its one layer, and the store that it was pushed from."""

    file: Path
    reference: str
    layer: str
    settings: Settings


def push_large_model(folder: Path, host: str, name: str) -> LargeModel:
    """Pack random bytes, GIB of them, and push them to this registry."""
    file, settings = folder / "project" / "model.bin", Settings.load({}, home=folder / "here")
    file.parent.mkdir()
    block = os.urandom(4 << 20)
    with file.open("wb") as stream:
        for at in range(gib_bytes(GIB) // len(block)):
            stream.write(block[at:] + block[:at])
    (file.parent / "Kitfile").write_text("model: {path: model.bin}\n")
    reference = f"{host}/bench/{name}:v1"
    packed = kit.pack(file.parent, tag=reference, settings=settings)
    kit.push(reference, connection=Connection(plain_http=True), settings=settings)
    return LargeModel(file, reference, str(packed.layers[0].digest), settings)
