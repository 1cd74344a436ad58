"""What is said of indexes of kits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.kit_index import ORIGINAL_TAG, KitIndex, label_texts
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result

SIZE = "ml.kitops.modelkit.size"
RECORDED = (ORIGINAL_TAG, SIZE)


@dataclass(frozen=True, slots=True)
class IndexInfo(Result):
    """One index and its kits; `raw` are its bytes."""

    reference: Reference
    digest: Digest
    index: KitIndex
    raw: bytes = field(repr=False)

    def original(self, entry: Descriptor) -> str:
        """The reference that a kit had when it was added; "" if that was not recorded."""
        tag = entry.annotations.get(ORIGINAL_TAG, "")
        return f"{self.reference.shown_name}:{tag}" if tag else ""

    def json(self) -> str:
        """What `kit index info --format json` prints."""
        kits = []
        for entry in self.index.entries:
            tag, size = self.original(entry), entry.annotations.get(SIZE, "")
            shown: dict[str, Any] = {"reference": tag} if tag else {}
            shown["digest"] = str(entry.digest)
            shown["size"] = int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None
            shown["labels"] = dict(label_texts(entry))
            shown["annotations"] = {key: text for key, text in entry.annotations.items() if key not in RECORDED}
            kits.append(shown)
        value = {"reference": str(self.reference), "digest": str(self.digest), "modelKits": kits}
        return gojson.indented(gojson.dumps(value))


@dataclass(frozen=True, slots=True)
class IndexJson(Result):
    """An index as it is stored, for `kit inspect`."""

    reference: Reference
    digest: Digest
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One tag of one index; `tag` is empty for an index without any."""

    repository: str
    tag: str
    kits: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class IndexList(Result):
    """The indexes of the local store."""

    indexes: tuple[IndexRow, ...]
