"""Which files go into which layer, and which go nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kitops_jupyter.archive import LayerFormat, LayerFormatName, formats
from kitops_jupyter.ignore import Rules, is_within
from kitops_jupyter.kitfile import Entry, Kitfile
from kitops_jupyter.layers.member import Member
from kitops_jupyter.layers.walk import Walk

_LEFT_LIMIT = 1000  # files that no layer takes: enough to show, and to stop looking
_LOOK_LIMIT = 20_000  # folders' entries that are looked at for them


class StaysOut(Protocol):
    """Whether a file or folder of this name belongs into no kit."""

    def __call__(self, name: str, *, is_dir: bool) -> bool: ...


@dataclass(frozen=True, slots=True)
class PlannedLayer:
    """One layer; `size_bytes` is the archive's, before compression, but for headers of long names."""

    entry: Entry
    path: str
    members: Sequence[Member]
    layout: LayerFormatName
    subtype: str
    size_bytes: int

    @property
    def format(self) -> LayerFormat:
        """How the layer will hold its files."""
        return formats.named(self.layout)


@dataclass(frozen=True, slots=True)
class Plan:
    """The layers in the manifest's order, what to warn of, and files that no layer takes (at most 1,000)."""

    layers: tuple[PlannedLayer, ...]
    warnings: tuple[str, ...]
    untaken: tuple[str, ...]


def plan(
    kitfile: Kitfile,
    root: Path,
    *,
    patterns: Sequence[str],
    parent_paths: Sequence[str] = (),
    layout: LayerFormatName = "tar",
    follow_links: bool = False,
    links_within: Path | None = None,
    told: Sequence[str] = (),
    stays_out: StaysOut | None = None,
) -> Plan:
    """Decide which files go into which layer. `parent_paths` are layer paths of kits that this one refers to.

    Links are left out, as kit does it; a layer that would be empty for that is an error. With `follow_links` what they
    lead to is taken under their names: inside the folder, or anywhere (below `links_within`) for a path that the
    Kitfile itself names.
    Files below the paths `told`, and what `stays_out` of every kit, are not warned of as in no layer.
    Raises NotFound for a path that does not exist, PathInvalid for one of the wrong kind, that cannot be read, or whose
    links cannot be followed.
    """
    entries = kitfile.entries()
    own_paths = [entry.path for entry in entries if not (entry.section == "model" and not entry.has_layer)]
    rules = Rules(patterns, [*own_paths, *parent_paths])
    planned, warnings = [], []
    for entry in entries:
        if not entry.has_layer:
            continue
        own = "raw" if entry.section == "mcpserver" else layout  # a bundle is an archive itself
        format = formats.named(own)
        walk = Walk(root, entry, rules, follow=follow_links, within=links_within)
        members = [walk.single()] if format.is_one_file else walk.members()
        warnings += walk.warnings
        size_bytes = format.size_bytes(members)
        subtype = "prompt" if entry.section == "prompt" else ""
        planned.append(PlannedLayer(entry, entry.clean_path, members, own, subtype, size_bytes))
    untaken = tuple(_untaken(root, [*(layer.path for layer in planned), *told], rules, stays_out)) if planned else ()
    if untaken:
        shown = ", ".join(untaken[:5]) + (f" and {len(untaken) - 5} more" if len(untaken) > 5 else "")
        warnings.append(f"no layer includes {shown}")
    if not planned and not any(entry.path for entry in kitfile.entries()):  # a path without a layer is elsewhere
        warnings.append("the Kitfile names no files: the kit is empty")
    return Plan(tuple(planned), tuple(warnings), untaken)


def _untaken(root: Path, paths: Sequence[str], rules: Rules, stays_out: StaysOut | None) -> Iterator[str]:
    """Files that are below none of these paths and are not ignored; hidden ones are not looked for."""
    waiting, looked, found = [""], 0, 0
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as there:
                entries = sorted(there, key=lambda entry: entry.name, reverse=True)
        except OSError:
            continue
        for entry in entries:
            looked += 1
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith(".") or any(is_within(name, path) for path in paths) or rules.matches(name):
                continue
            if stays_out and stays_out(entry.name, is_dir=entry.is_dir(follow_symlinks=False)):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(name)
            elif entry.is_file(follow_symlinks=False):
                found += 1
                yield name
            if looked > _LOOK_LIMIT or found >= _LEFT_LIMIT:
                return
