"""What of a kit is to be unpacked: layers of its own and of the kits that it refers to, and objects elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitops_jupyter.filters import Filters
from kitops_jupyter.kitfile import Dataset
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.opening import Kit, Opener, parents_of
from kitops_jupyter.operations.remote_data import is_kit, is_object
from kitops_jupyter.operations.unpack.layers import Part


@dataclass(frozen=True, slots=True)
class Wanted:
    """Layers, objects in S3, and a sentence about each data set that is left where it is."""

    layers: Sequence[Part]
    objects: Sequence[Dataset] = ()
    left: Sequence[str] = ()


def wanted(kit: Kit, chosen: Filters, opener: Opener, *, include_remote: bool = False) -> Wanted:
    """All that the filters choose; data that a Kitfile only points at with `include_remote`. Raises FilterInvalid,
    NotFound, and what a registry answers about the kits that it refers to."""
    layers, objects, left = chosen_layers(kit, chosen, opener), [], []
    for entry in kit.described().entries():
        dataset = entry.value
        if not isinstance(dataset, Dataset) or not dataset.remote_path or not chosen.selects(entry):
            continue
        if not include_remote:
            left.append(f"{entry.label} is remote, at {dataset.remote_path}")
        elif is_object(dataset):
            objects.append(dataset)
        elif is_kit(dataset):
            other = opener.open_named(dataset.remote_path)
            below = "" if entry.clean_path == "." else entry.clean_path
            data = {id(match.entry): match for match in other.matches() if match.entry.section == "dataset"}
            own = kit.described().entries()
            choices = chosen.exclusions.choose_inherited([match.entry for match in data.values()], beside=own)
            layers += [
                Part(other.source, data[id(choice.entry)], choice, below, kit=other.descriptor) for choice in choices
            ]
    return Wanted(layers, objects, left)


def chosen_layers(kit: Kit, chosen: Filters, opener: Opener) -> list[Part]:
    """The layers to unpack: first the model of the kits that this one refers to, then its own."""
    parents = parents_of(kit.described(), opener.open_named)
    models = [(parent, match) for parent in reversed(parents) for match in model_of(parent)]
    narrowed = chosen.narrowed_to_model()
    matches = {id(match.entry): match for match in kit.matches()}
    entries = [match.entry for match in matches.values()]
    others = [entry for entry in kit.described().entries() if not entry.has_layer]
    inherited = {id(match.entry): (parent, match) for parent, match in models}
    elsewhere = [*others, *(match.entry for _, match in models)]
    choices = chosen.choose(entries, elsewhere=elsewhere)
    found = []
    for choice in narrowed.choose_inherited([match.entry for _, match in models], beside=entries) if narrowed else ():
        parent, match = inherited[id(choice.entry)]
        found.append(Part(parent.source, match, choice, kit=parent.descriptor))
    return found + [Part(kit.source, matches[id(choice.entry)], choice, kit=kit.descriptor) for choice in choices]


def model_of(kit: Kit) -> list[Match]:
    """The layers of the kit's model and its parts."""
    return [match for match in kit.matches() if match.entry.section in ("model", "part")]
