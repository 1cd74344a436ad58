"""What the flags of a pack say of every layer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter import codecs
from kitops_jupyter.archive import formats
from kitops_jupyter.codecs import Compression
from kitops_jupyter.content import Ingests, Target
from kitops_jupyter.errors import Usage
from kitops_jupyter.media_types import Kind
from kitops_jupyter.operations.index_findings import IndexFindings
from kitops_jupyter.operations.pack.facts import Gathered
from kitops_jupyter.operations.pack.layers import LayerPacker
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.progress import Observer
from kitops_jupyter.store import LayerCache


@dataclass(frozen=True, slots=True)
class How:
    """What the flags say of every layer."""

    compression: Compression
    kind: Kind
    use_cache: bool
    findings: IndexFindings
    extras: Extras
    message: str
    noted: Gathered
    observe: Observer

    def packer(self, place: Ingests, root: Path, known: LayerCache | None, indexes: Target | None) -> LayerPacker:
        return LayerPacker(
            place,
            root,
            self.compression,
            kind=self.kind,
            known=known,
            use_cache=self.use_cache,
            indexes=indexes,
            findings=self.findings,
            extras=self.extras,
            observe=self.observe,
        )


def check_flags(compression: str, layer_format: str, use_model_pack: bool) -> None:
    """Raise Usage for a compression that there is none of, or that the layers cannot have."""
    codecs.named(compression)
    if formats.named(layer_format).is_one_file and use_model_pack and compression != "none":
        raise Usage(f"ModelPack has no raw layers with compression {compression}", hint="--compression none")
