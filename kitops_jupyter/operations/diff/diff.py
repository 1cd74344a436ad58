"""`kit diff`: two kits, by layers, files and Kitfile fields; in the local store, in registries, or one of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, Literal

from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Usage
from kitops_jupyter.kitfile import to_json
from kitops_jupyter.manifest import CREATED, Match, UnnamedLayer
from kitops_jupyter.operations.diff.diff_files import FileChange, changed_files
from kitops_jupyter.operations.opening import Kit, Opener, open_kit
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class DiffLayer:
    """A layer as the comparison shows it."""

    section: str
    path: str
    digest: Digest
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
        return "same" if self.before.digest == self.after.digest else "changed"

    @property
    def sign(self) -> str:
        """`+` new, `−` gone, `~` changed, `=` the same."""
        return {"added": "+", "removed": "−", "changed": "~", "same": "="}[self.change]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of the Kitfile that differs; an empty text is a field that is not there."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DiffResult(Result):
    """What the second kit has that the first has not, and the other way round."""

    first: Reference
    second: Reference
    digests: tuple[Digest, Digest]
    config_digests: tuple[Digest, Digest]
    annotations: tuple[tuple[str, str, str], ...]
    shared: tuple[DiffLayer, ...]
    only_first: tuple[DiffLayer, ...]
    only_second: tuple[DiffLayer, ...]
    files: tuple[FileChange, ...]
    fields: tuple[FieldChange, ...]
    created: tuple[str, str]
    warnings: tuple[str, ...] = ()

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

    def oldest_first(self) -> DiffResult:
        """The same, with the kit that was packed first as the first; unchanged where a time is not known."""
        times = [_time(text) for text in self.created]
        if None in times or times[0] <= times[1]:  # type: ignore[operator]
            return self
        return replace(
            self,
            first=self.second,
            second=self.first,
            digests=self.digests[::-1],
            config_digests=self.config_digests[::-1],
            created=self.created[::-1],
            annotations=tuple((name, after, before) for name, before, after in self.annotations),
            only_first=self.only_second,
            only_second=self.only_first,
            files=tuple(FileChange(each.path, each.after_bytes, each.before_bytes) for each in self.files),
            fields=tuple(FieldChange(each.field, each.after, each.before) for each in self.fields),
        )

    @property
    def identical(self) -> bool:
        """Whether both references name one manifest."""
        return self.digests[0] == self.digests[1]


def diff(
    first: str,
    second: str,
    *,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> DiffResult:
    """Compare two kits; files are compared inside the layers that differ.

    `local://` before a reference means the local store, `remote://` its registry; without either the store is asked
    first. Raises NotFound, ArchiveInvalid, RegistryError.
    """
    settings = settings or Settings.load()
    with observed(observe, f"{first} and {second}"), ExitStack() as opened:
        one, two = (_open(text, settings, connection, opened) for text in (first, second))
        return _compared(one, two)


def _compared(one: Kit, two: Kit) -> DiffResult:
    digests = [{layer.digest for layer in kit.manifest.layers} for kit in (one, two)]
    matches = [*one.matches()], [*two.matches()]
    only = tuple(
        [match for match in mine if match.layer.digest not in others]
        for mine, others in zip(matches, reversed(digests), strict=True)
    )
    return DiffResult(
        first=one.reference,
        second=two.reference,
        digests=(one.descriptor.digest, two.descriptor.digest),
        config_digests=(one.manifest.config.digest, two.manifest.config.digest),
        annotations=_changed_annotations(one.manifest.annotations, two.manifest.annotations),
        shared=_shown(
            [match for match in matches[0] if match.layer.digest in digests[1]],
            [found for found in one.unnamed() if found.layer.digest in digests[1]],
        ),
        only_first=_shown(only[0], [found for found in one.unnamed() if found.layer.digest not in digests[1]]),
        only_second=_shown(only[1], [found for found in two.unnamed() if found.layer.digest not in digests[0]]),
        files=tuple(changed_files(one.source, only[0], two.source, only[1])),
        fields=tuple(_changed_fields(one, two)),
        created=(one.manifest.annotations.get(CREATED, ""), two.manifest.annotations.get(CREATED, "")),
        warnings=tuple(
            f"{kit.reference}: {found}: its files are not compared"
            for kit in (one, two)
            for found in kit.unnamed()
            if found.layer.digest not in digests[0] & digests[1]
        ),
    )


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _open(text: str, settings: Settings, connection: Connection | None, opened: ExitStack) -> Kit:
    """As kit's diff reads references; `localhost/` means the local store, too."""
    place, _, name = text.rpartition("://")
    if place == "local" or name.startswith("localhost/"):
        return open_kit(name.removeprefix("localhost/"), settings)
    if place not in ("", "remote"):
        raise Usage(f"{text}: unknown prefix {place}://", hint="expected local:// or remote://")
    return opened.enter_context(Opener(settings, connection, remote=place == "remote")).open(name)


def _shown(matches: list[Match], unnamed: list[UnnamedLayer]) -> tuple[DiffLayer, ...]:
    layers = [
        DiffLayer(match.entry.section, match.entry.path, match.layer.digest, match.layer.size_bytes)
        for match in matches
    ]
    for found in unnamed:
        path = f"{found.path} (not in the Kitfile)".strip()
        layers.append(DiffLayer(found.section, path, found.layer.digest, found.layer.size_bytes))
    return tuple(sorted(layers, key=lambda layer: layer.section))


def _changed_annotations(one: Mapping[str, str], two: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    names = sorted(one.keys() | two.keys())
    return tuple((name, one.get(name, ""), two.get(name, "")) for name in names if one.get(name) != two.get(name))


def _changed_fields(one: Kit, two: Kit) -> list[FieldChange]:
    before, after = (_flat(json.loads(to_json(kit.described()))) for kit in (one, two))
    return [
        FieldChange(name, before.get(name, ""), after.get(name, ""))
        for name in [*before, *(name for name in after if name not in before)]
        if before.get(name) != after.get(name)
    ]


def _flat(node: Any, at: str = "") -> dict[str, str]:
    """Every leaf by its path; digests left out, the layers tell them."""
    if isinstance(node, dict):
        inner = (
            (f"{at}.{name}" if at else name, value) for name, value in node.items() if name not in ("digest", "diffId")
        )
    elif isinstance(node, list):
        inner = ((f"{at}[{index}]", value) for index, value in enumerate(node))
    else:
        return {at: str(node)}
    return {path: leaf for name, value in inner for path, leaf in _flat(value, name).items()}
