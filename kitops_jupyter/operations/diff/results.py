"""What comparing two kits finds: layers, files, what is in the files, and fields of the Kitfile."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from kitops_jupyter.comparing import Content
from kitops_jupyter.content import Digest
from kitops_jupyter.kitfile import Kitfile
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.sizes import compared_sizes, human_size

SIGNS = {"added": "+", "removed": "−", "changed": "~", "same": "=", "unknown": "?"}


@dataclass(frozen=True, slots=True)
class DiffLayer:
    """A layer as the comparison shows it; one of a folder has no digest, as it was not packed."""

    section: str
    path: str
    digest: Digest | None
    size_bytes: int


@dataclass(frozen=True, slots=True)
class LayerChange:
    """A layer's place in both kits; None for a kit that has no layer there."""

    before: DiffLayer | None
    after: DiffLayer | None

    @property
    def change(self) -> Literal["added", "removed", "changed", "same"]:
        """What happened to it."""
        if self.before is None or self.after is None:
            return "added" if self.before is None else "removed"
        is_same = self.before is self.after or (self.before.digest and self.before.digest == self.after.digest)
        return "same" if is_same else "changed"

    @property
    def sign(self) -> str:
        """`+` new, `−` gone, `~` changed, `=` the same."""
        return SIGNS[self.change]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of the Kitfile that differs; an empty text is a field that is not there."""

    field: str
    before: str
    after: str

    @property
    def is_parameter(self) -> bool:
        """Whether it is one of the model's parameters: its metrics, and what it was trained with."""
        return self.field.startswith("model.parameters")

    @property
    def difference(self) -> float | None:
        """After less before, where both are numbers."""
        try:
            found = float(self.after) - float(self.before)
        except ValueError:
            return None
        return found if math.isfinite(found) else None


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that differs; a size is None if there is no such file.

    `content` is what differs inside; without it `why` says why not, in words, and `would_move_bytes` what comparing
    it would move over the network (0: that is not the reason). An `is_unknown` file has equal sizes on both sides, and
    was not read: it may be the same.
    """

    path: str
    before_bytes: int | None
    after_bytes: int | None
    content: Content | None = None
    why: str = ""
    would_move_bytes: int = 0
    is_unknown: bool = False

    @property
    def change(self) -> Literal["added", "removed", "changed", "unknown"]:
        """What happened to it."""
        if self.before_bytes is None or self.after_bytes is None:
            return "added" if self.before_bytes is None else "removed"
        return "unknown" if self.is_unknown else "changed"

    @property
    def sign(self) -> str:
        """`+` new, `−` gone, `~` changed, `?` not compared."""
        return SIGNS[self.change]

    @property
    def what(self) -> str:
        """The change in words."""
        if self.before_bytes is None or self.after_bytes is None:
            return human_size(self.before_bytes or self.after_bytes or 0)
        if self.is_unknown:
            return f"{human_size(self.after_bytes)} on both sides, not compared"
        if self.before_bytes == self.after_bytes:
            return f"other content, {human_size(self.after_bytes)}"
        before, after = compared_sizes(self.before_bytes, self.after_bytes)
        return f"{before} → {after}"

    @property
    def note(self) -> str:
        """Why it was not compared inside; "" where it was, or is on one side only."""
        if self.would_move_bytes:
            return f"not compared: {human_size(self.would_move_bytes)} would travel; --deep compares it"
        return self.why

    def line(self) -> str:
        """One line of text."""
        return f"  {self.sign} {self.path} ({self.what})"


@dataclass(frozen=True, slots=True)
class DiffResult(Result):
    """What the second side has that the first has not, and the other way round.

    A side is a kit, or the path of a folder, as packing it now would make it; that one has no digests. `is_turned`
    says that the sides were named in the other order, as `oldest_first` may have it.
    """

    first: Reference | Path
    second: Reference | Path
    digests: tuple[Digest | None, Digest | None]
    config_digests: tuple[Digest | None, Digest | None]
    annotations: tuple[tuple[str, str, str], ...]
    shared: tuple[DiffLayer, ...]
    only_first: tuple[DiffLayer, ...]
    only_second: tuple[DiffLayer, ...]
    files: tuple[FileChange, ...]
    fields: tuple[FieldChange, ...]
    created: tuple[str, str]
    kitfiles: tuple[Kitfile, Kitfile] = field(repr=False)
    warnings: tuple[str, ...] = ()
    is_turned: bool = False

    @property
    def names(self) -> tuple[str, str]:
        """Both sides in full, for people."""
        one, two = (str(side) if isinstance(side, Path) else side.full_name for side in (self.first, self.second))
        return one, two

    @property
    def changes(self) -> tuple[LayerChange, ...]:
        """Each layer once: what changed, then what is the same."""
        after = {(layer.section, layer.path): layer for layer in self.only_second}
        before = {(layer.section, layer.path): layer for layer in self.only_first}
        return (
            *(LayerChange(layer, after.get(place)) for place, layer in before.items()),
            *(LayerChange(None, layer) for place, layer in after.items() if place not in before),
            *(LayerChange(layer, layer) for layer in self.shared),
        )

    @property
    def parameters(self) -> tuple[FieldChange, ...]:
        """The model's parameters and metrics that differ, by value."""
        return tuple(field for field in self.fields if field.is_parameter)

    @property
    def would_move_bytes(self) -> int:
        """What the network would bring to compare the rest, as `deep` does."""
        return sum(file.would_move_bytes for file in self.files)

    @property
    def identical(self) -> bool:
        """Whether both references name one manifest."""
        return self.digests[0] is not None and self.digests[0] == self.digests[1]

    def json(self) -> str:
        """For programs, as `--format json` prints it."""
        first, second = self.names
        fields = [
            {"field": each.field, "before": each.before, "after": each.after, "difference": each.difference}
            for each in self.fields
        ]
        layers = [
            {
                "change": each.change,
                "before": each.before and asdict(each.before),
                "after": each.after and asdict(each.after),
            }
            for each in self.changes
        ]
        shown = {
            "first": first,
            "second": second,
            "digests": self.digests,
            "identical": self.identical,
            "fields": fields,
            "annotations": [{"name": name, "before": one, "after": two} for name, one, two in self.annotations],
            "layers": layers,
            "files": [{"change": each.change, **asdict(each), "note": each.note} for each in self.files],
            "would_move_bytes": self.would_move_bytes,
            "warnings": self.warnings,
        }
        return json.dumps(shown, indent=2, ensure_ascii=False)


def is_newer(one: str, other: str) -> bool:
    """Whether the first of two times is later; not where one of them is none."""
    first, second = _time(one), _time(other)
    return first is not None and second is not None and first > second


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
