"""`kit unpack`: a kit into files; all of them, verified, or none."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter import filters as filter_rules
from kitops_jupyter import kitfile as kitfiles
from kitops_jupyter.cards import Card, Table, human_size
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import StorageFull
from kitops_jupyter.operations.kits import Kit, open_kit, parents_of
from kitops_jupyter.operations.remote_data import fetch_object, is_kit, is_object
from kitops_jupyter.operations.result import Result
from kitops_jupyter.operations.staging import Staging
from kitops_jupyter.operations.unpack_layers import LayerUnpacker, Part, UnpackedLayer
from kitops_jupyter.operations.unpack_place import Place
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings

KITFILE = "Kitfile"


@dataclass(frozen=True, slots=True)
class UnpackResult(Result):
    """What is now in `directory`; `kept` are files that were there and stay (`ignore_existing`)."""

    reference: Reference
    digest: Digest
    directory: Path
    layers: tuple[UnpackedLayer, ...]
    kept: tuple[str, ...]
    warnings: tuple[str, ...]
    elapsed_s: float

    @property
    def file_count(self) -> int:
        """Files of all layers, the Kitfile not counted."""
        return sum(layer.file_count for layer in self.layers)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files that were written."""
        return sum(layer.file_bytes for layer in self.layers)

    def card(self) -> Card:
        rows = tuple(
            (layer.section, layer.path, str(layer.file_count), human_size(layer.file_bytes)) for layer in self.layers
        )
        count = self.file_count
        return Card(
            title=f"Unpacked {self.reference}",
            facts=(
                ("into", str(self.directory)),
                ("files", f"{count}, {human_size(self.size_bytes)}, every digest verified, {self.elapsed_s:.1f} s"),
                ("digest", str(self.digest)),
            ),
            tables=(Table(("layer", "path", "files", "size"), rows),) if rows else (),
            notes=tuple(f"kept {name}" for name in self.kept),
            warnings=self.warnings,
        )


def unpack(
    reference: str,
    directory: str | Path = ".",
    *,
    overwrite: bool = False,
    ignore_existing: bool = False,
    filters: Sequence[str] = (),
    include_remote: bool = False,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> UnpackResult:
    """Write a kit's files below `directory`, whole and verified or not at all; the Kitfile unless a filter leaves it out.

    Files in the way are a Conflict that lists all of them, before anything is written; `overwrite` replaces
    regular files (their modes stay), `ignore_existing` keeps them. Nothing is followed out of `directory`.
    Raises NotFound, FilterInvalid, Conflict, DigestMismatch, UnsafeArchive, StorageFull, Cancelled.
    Source: format.md, "Unpacking".
    """
    started = time.monotonic()
    settings = settings or Settings.load()
    kit = open_kit(reference, settings)
    chosen = filter_rules.parse(filters)
    parts = _chosen_parts(kit, chosen, settings)
    target = Path(directory).expanduser().absolute()
    place = Place(target, overwrite=overwrite, ignore_existing=ignore_existing)
    yaml = kitfiles.to_yaml(kit.kitfile) if kit.kitfile and chosen.selects_kitfile else None
    remote, warnings = _remote_parts(kit, chosen, include_remote)
    unpacker = LayerUnpacker(place, chosen, observe)
    texts = {KITFILE: yaml} if yaml is not None else {}
    for name, text in texts.items():
        place.check(name, text=text)
    for part in parts:
        unpacker.check(part)
    place.raise_conflicts(reference)
    _check_room(target, parts)
    with Staging(target) as staging:
        for name, text in texts.items():
            if not place.has_text(name, text):
                (staging.tree / name).write_bytes(text.encode("utf-8"))
        layers = unpacker.unpack_all(parts, staging.tree)
        for dataset in remote:
            size_bytes = fetch_object(dataset, staging.tree / dataset.path, settings, observe)
            layers.append(UnpackedLayer("dataset", dataset.name, dataset.path, None, 1, size_bytes))
        place.check_tree(staging.tree, texts)
        place.raise_conflicts(reference)
        staging.commit()
        unpacker.finish_folders(target)
    elapsed_s = time.monotonic() - started
    return UnpackResult(
        kit.reference, kit.descriptor.digest, target, tuple(layers), tuple(place.kept), tuple(warnings), elapsed_s
    )


def _chosen_parts(kit: Kit, chosen: filter_rules.Filters, settings: Settings) -> list[Part]:
    """The layers to unpack: first the model of the kits that this one refers to, then its own."""
    parents = parents_of(kit.described(), settings)
    narrowed = chosen.narrowed_to_model()
    found = []
    if narrowed is not None:
        for parent in reversed(parents):
            matches = [match for match in parent.matches() if match.entry.section in ("model", "part")]
            found += [Part(parent.source, match) for match in matches if narrowed.selects(match.entry)]
    found += [Part(kit.source, match) for match in kit.matches() if chosen.selects(match.entry)]
    inherited = [entry for parent in parents for entry in parent.described().entries()]
    chosen.require_match(kit.described(), also=[entry for entry in inherited if entry.section in ("model", "part")])
    return found


def _check_room(target: Path, parts: Sequence[Part]) -> None:
    """Fail early, with numbers, where the disk cannot hold what the layers say."""
    there = next(folder for folder in (target, *target.parents) if folder.exists())
    needed, free = sum(part.match.layer.size_bytes for part in parts), shutil.disk_usage(there).free
    if needed > free:
        raise StorageFull(
            f"{target}: the kit needs {human_size(needed)}, the disk has {human_size(free)} free",
            hint="--filter takes only the parts that you need",
        )
