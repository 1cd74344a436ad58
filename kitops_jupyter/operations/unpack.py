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
from kitops_jupyter.filters import Choice, Filters, nothing_matches
from kitops_jupyter.kitfile import Dataset
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.kits import Kit, Opener, parents_of
from kitops_jupyter.operations.remote_data import fetch_object, is_kit, is_object
from kitops_jupyter.operations.result import Result
from kitops_jupyter.operations.staging import Staging
from kitops_jupyter.operations.unpack_layers import LayerUnpacker, Part, UnpackedLayer
from kitops_jupyter.operations.unpack_place import Place
from kitops_jupyter.operations.write_file import write_new
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

KITFILE = "Kitfile"


@dataclass(frozen=True, slots=True)
class UnpackResult(Result):
    """What is now in `directory`; `kept` are files that were there and stay (`ignore_existing`).

    `unverified` are layers of which single files came that no digest of the kit covers.
    """

    reference: Reference
    digest: Digest
    directory: Path
    layers: tuple[UnpackedLayer, ...]
    kept: tuple[str, ...]
    warnings: tuple[str, ...]
    elapsed_s: float
    unverified: tuple[str, ...] = ()

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
            (layer.section, layer.path, str(layer.file_count), human_size(layer.file_bytes))
            for layer in self.layers
            if layer.file_count or not self.file_count
        )
        verified = "every digest verified" if not self.unverified else "not every file verified"
        return Card(
            title=f"Unpacked {self.reference}",
            facts=(
                ("into", str(self.directory)),
                ("files", f"{self.file_count}, {human_size(self.size_bytes)}, {verified}, {self.elapsed_s:.1f} s"),
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
    labels: Sequence[str] = (),
    include_remote: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> UnpackResult:
    """Write a kit's files below `directory`, whole and verified or not at all; filters may leave the Kitfile out.

    A kit that is not in the local store comes from its registry (`remote` asks there first), and only the layers that
    are wanted travel, straight into the files. `labels` choose one kit of an index.
    Files in the way are a Conflict that lists all of them, before anything is written; `overwrite` replaces
    regular files (their modes stay), `ignore_existing` keeps them. Nothing is followed out of `directory`.
    Raises NotFound, FilterInvalid, Conflict, DigestMismatch, UnsafeArchive, StorageFull, Cancelled, RegistryError.
    Source: format.md, "Unpacking".
    """
    started = time.monotonic()
    settings = settings or Settings.load()
    chosen = filter_rules.parse(filters)
    target = Path(directory).expanduser().absolute()
    place = Place(target, overwrite=overwrite, ignore_existing=ignore_existing)
    with Opener(settings, connection, remote=remote) as opener:
        kit = opener.open(reference, labels=labels)
        parts = chosen_parts(kit, chosen, opener)
        objects, warnings = _remote_data(kit, chosen, include_remote, opener, parts)
        layers, unverified = _write(kit, chosen, parts, objects, place, settings, observe)
        warnings += [f"{label}: single files of a layer are not covered by the kit's digests" for label in unverified]
    elapsed_s = time.monotonic() - started
    return UnpackResult(
        kit.reference,
        kit.descriptor.digest,
        target,
        tuple(layers),
        tuple(place.kept),
        tuple(warnings),
        elapsed_s,
        tuple(unverified),
    )


def _write(
    kit: Kit,
    chosen: Filters,
    parts: Sequence[Part],
    objects: Sequence[Dataset],
    place: Place,
    settings: Settings,
    observe: Observer,
) -> tuple[list[UnpackedLayer], list[str]]:
    """Look for conflicts, make everything beside its place, look again, and move it there."""
    yaml = kitfiles.to_yaml(kit.kitfile) if kit.kitfile and chosen.selects_kitfile else None
    texts = {KITFILE: yaml} if yaml is not None else {}
    unpacker = LayerUnpacker(place, observe)
    for name, text in texts.items():
        place.check(name, text=text)
    for part in parts:
        unpacker.check(part)
    place.raise_conflicts(str(kit.reference))
    check_room(place.target, parts)
    with Staging(place.target) as staging:
        for name, text in texts.items():
            if not place.has_text(name, text):
                write_new(staging.tree / name, text)
        layers = unpacker.unpack_all(parts, staging.tree)
        for dataset in objects:
            size_bytes = fetch_object(dataset, staging.tree / dataset.path, settings, observe)
            layers.append(UnpackedLayer("dataset", dataset.name, dataset.path, None, 1, size_bytes))
        if chosen.clauses and not texts and not place.kept and not any(layer.file_count for layer in layers):
            raise nothing_matches(", ".join(clause.text for clause in chosen.clauses), kit.described().entries())
        place.check_tree(staging.tree, texts)
        place.raise_conflicts(str(kit.reference))
        unpacker.finish()
        staging.commit()
    return layers, unpacker.unverified


def chosen_parts(kit: Kit, chosen: Filters, opener: Opener) -> list[Part]:
    """The layers to unpack: first the model of the kits that this one refers to, then its own."""
    parents = parents_of(kit.described(), opener.open)
    models = [(parent, match) for parent in reversed(parents) for match in model_of(parent)]
    narrowed = chosen.narrowed_to_model()
    found = [
        Part(parent.source, match, Choice(match.entry))
        for parent, match in models
        if narrowed is not None and narrowed.selects(match.entry)
    ]
    matches = {id(match.entry): match for match in kit.matches()}
    entries = [match.entry for match in matches.values()]
    others = [entry for entry in kit.described().entries() if not entry.has_layer]
    choices = chosen.choose(entries, elsewhere=[*others, *(match.entry for _, match in models)])
    return found + [Part(kit.source, matches[id(choice.entry)], choice) for choice in choices]


def model_of(kit: Kit) -> list[Match]:
    """The layers of the kit's model and its parts."""
    return [match for match in kit.matches() if match.entry.section in ("model", "part")]


def _remote_data(
    kit: Kit, chosen: Filters, include_remote: bool, opener: Opener, parts: list[Part]
) -> tuple[list[Dataset], list[str]]:
    """The objects to fetch; other kits' data is added to `parts`. Left alone without `include_remote`, and told."""
    objects, warnings = [], []
    for entry in kit.described().entries():
        dataset = entry.value
        if not isinstance(dataset, Dataset) or not dataset.remote_path or not chosen.selects(entry):
            continue
        if not include_remote:
            warnings.append(f"{entry.label} stays at {dataset.remote_path}: --include-remote fetches it")
        elif is_object(dataset):
            objects.append(dataset)
        elif is_kit(dataset):
            other = opener.open(dataset.remote_path)
            below = "" if entry.clean_path == "." else entry.clean_path
            data = [match for match in other.matches() if match.entry.section == "dataset"]
            parts += [Part(other.source, match, Choice(match.entry), below) for match in data]
    return objects, warnings


def check_room(target: Path, parts: Sequence[Part]) -> None:
    """Fail early, with numbers, where the disk cannot hold what the layers say."""
    there = next(folder for folder in (target, *target.parents) if folder.exists())
    needed, free = sum(part.match.layer.size_bytes for part in parts), shutil.disk_usage(there).free
    if needed > free:
        raise StorageFull(
            f"{target}: the kit needs {human_size(needed)}, the disk has {human_size(free)} free",
            hint="--filter takes only the parts that you need",
        )
