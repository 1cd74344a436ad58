"""`kit diff`: two kits, or a kit and a folder, by layers, files, what is in them, and Kitfile fields."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from kitops_jupyter import layers
from kitops_jupyter.comparing import Budget
from kitops_jupyter.content import Digest
from kitops_jupyter.disk import cache_folder, clean_path, typed_path
from kitops_jupyter.errors import Usage
from kitops_jupyter.ignore import is_within, read_patterns
from kitops_jupyter.kitfile import Kitfile, to_json
from kitops_jupyter.operations.block_cache import BlockCache
from kitops_jupyter.operations.diff.files import by_path, changed_files
from kitops_jupyter.operations.diff.results import DiffLayer, DiffResult, FieldChange, FileChange, is_newer
from kitops_jupyter.operations.diff.sides import FolderSide, KitSide, Moved, Side, SideLayer
from kitops_jupyter.operations.opening import Kit, Opener, open_kit, parents_of
from kitops_jupyter.operations.pack.environment import Recording
from kitops_jupyter.operations.pack.source import read_source
from kitops_jupyter.progress import Event, Observer, ignore, observed
from kitops_jupyter.settings import Settings
from kitops_jupyter.sizes import human_size
from kitops_jupyter.targets import Connection

LIMIT_BYTES = 64 << 20  # what comparing inside files may move over a network, unless all of it is wanted


def diff(
    first: str | Path,
    second: str | Path,
    *,
    contents: bool = True,
    deep: bool = False,
    limit_bytes: int = LIMIT_BYTES,
    files: Collection[str] = (),
    oldest_first: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> DiffResult:
    """Compare two kits, or a kit and a folder as packing it would make it; nothing is stored, nothing of them is run.

    A side is a reference, or a folder: a Path, or a text that begins with `.`, `/` or `~`. `local://` before a
    reference means the local store, `remote://` its registry; without either the store is asked first.
    Files that differ are compared inside (notebooks by cell, text by line, values by path), unless `contents` is off.
    Reading files moves at most `limit_bytes` over the network; what would take more is said (`FileChange.note`), and
    compared with `deep`. With `files` only files with these paths are compared. With `oldest_first` the kit that was
    packed first stands first, where both times are known (`DiffResult.is_turned`).
    Raises NotFound, ArchiveInvalid, RegistryError, KitfileInvalid.
    """
    settings = settings or Settings.load()
    named = f"{first} and {second}"
    with observed(observe, named), ExitStack() as opened:
        progress = _Progress(observe, f"comparing {named}")
        limit = None if deep else limit_bytes
        sides = [_open(side, settings, connection, limit, progress.moved, opened) for side in (first, second)]
        is_turned = oldest_first and is_newer(sides[0].created, sides[1].created)
        one, two = reversed(sides) if is_turned else sides
        found = _compared(one, two, Budget(limit), contents, frozenset(map(clean_path, files)))
        progress.finish()
        return replace(found, is_turned=is_turned)


class _Progress:
    """Says how many bytes were read to be compared; how many there will be is not known."""

    def __init__(self, observe: Observer, item: str) -> None:
        self._observe = observe
        self._item = item
        self._done = 0

    def moved(self, count: int) -> None:
        if not self._done:
            self._observe(Event("started", self._item, 0, None))
        self._done += count
        self._observe(Event("advanced", self._item, self._done, None))

    def finish(self) -> None:
        if self._done:
            self._observe(Event("finished", self._item, self._done, self._done))


def is_folder(side: str | Path) -> bool:
    """Whether a side is a folder's path, not a kit's reference: no reference begins so, or has a backslash."""
    return isinstance(side, Path) or side[:1] in (".", "/", "~") or "\\" in side


def _open(
    side: str | Path,
    settings: Settings,
    connection: Connection | None,
    limit_bytes: int | None,
    moved: Moved,
    opened: ExitStack,
) -> Side:
    if is_folder(side):
        return _open_folder(typed_path(side), settings, connection, moved)
    blocks = BlockCache(cache_folder(settings.cache, "blocks"))
    kit = _open_kit(str(side), settings, connection, opened)
    found = KitSide(kit, settings, blocks, limit_bytes, moved)
    opened.callback(found.close)
    return found


def _open_kit(text: str, settings: Settings, connection: Connection | None, opened: ExitStack) -> Kit:
    """As kit's diff reads references; `localhost/` means the local store, too."""
    place, _, name = text.rpartition("://")
    if place == "local" or name.startswith("localhost/"):
        return open_kit(name.removeprefix("localhost/"), settings)
    if place not in ("", "remote"):
        raise Usage(f"{text}: unknown prefix {place}://", hint="expected local:// or remote://")
    return opened.enter_context(Opener(settings, connection, remote=place == "remote")).open(name)


def _open_folder(folder: Path, settings: Settings, connection: Connection | None, moved: Moved) -> Side:
    """What packing this folder would take; a Kitfile is proposed if there is none."""
    from kitops_jupyter.discover import stays_out

    source = read_source(
        folder,
        file=None,
        text=None,
        propose=True,
        notebook=None,
        leave_out=None,
        recording=Recording(),
        follow_links=False,
        write=False,
    )
    with Opener(settings, connection) as opener:
        parents = parents_of(source.kitfile, opener.open)
    plan = layers.plan(
        source.kitfile,
        source.root,
        patterns=read_patterns(source.root),
        parent_paths=[entry.path for parent in parents for entry in parent.described().entries() if entry.has_layer],
        told=[path for path, _ in source.left_out],
        stays_out=stays_out,
    )
    return FolderSide(folder, source.kitfile, plan, moved)


def _compared(one: Side, two: Side, budget: Budget, inside: bool, only: Collection[str]) -> DiffResult:
    digests = one.digests(), two.digests()
    before, after = one.layers(digests[1]), two.layers(digests[0])
    files, untold = _files(before, after, budget, inside, only)
    changed = {change.path for change in files}
    shared = {at for at, layer in enumerate(before) if _is_in(layer, after, digests[1], changed)}
    known = {at for at, layer in enumerate(after) if _is_in(layer, before, digests[0], changed)}
    first, second = (side.kit if isinstance(side, KitSide) else None for side in (one, two))
    return DiffResult(
        first=one.name,
        second=two.name,
        digests=(first.descriptor.digest if first else None, second.descriptor.digest if second else None),
        config_digests=(
            first.manifest.config.digest if first else None,
            second.manifest.config.digest if second else None,
        ),
        annotations=_changed_annotations(first, second),
        shared=_shown(layer for at, layer in enumerate(before) if at in shared),
        only_first=_shown(layer for at, layer in enumerate(before) if at not in shared),
        only_second=_shown(layer for at, layer in enumerate(after) if at not in known),
        files=tuple(files),
        fields=tuple(_changed_fields(one.kitfile, two.kitfile)),
        created=(one.created, two.created),
        kitfiles=(one.kitfile, two.kitfile),
        warnings=(*one.warnings, *two.warnings, *untold),
    )


def _files(
    before: list[SideLayer], after: list[SideLayer], budget: Budget, inside: bool, only: Collection[str]
) -> tuple[list[FileChange], list[str]]:
    """The files that differ, and what to warn of: those of a layer that was not listed are on neither side."""
    unlisted = [layer for layer in (*before, *after) if layer.unlisted_bytes]
    places = [clean_path(layer.shown.path) for layer in unlisted]
    sides = [by_path(layer.files for layer in side) for side in (before, after)]
    one, two = (
        {
            path: file
            for path, file in side.items()
            if (not only or path in only) and not any(is_within(path, place) for place in places)
        }
        for side in sides
    )
    warnings = [
        f"layer {layer.shown.path}: its files are not compared: {human_size(layer.unlisted_bytes)} would travel; "
        "--deep compares them"
        for layer in unlisted
    ]
    return changed_files(one, two, budget, inside=inside), warnings


def _is_in(layer: SideLayer, others: list[SideLayer], digests: set[Digest], changed: set[str]) -> bool:
    """Whether the other side has this layer: by its digest, or in a folder by its files, their bytes and modes."""
    if layer.shown.digest in digests:
        return True
    for other in others:
        is_same_place = (other.shown.section, other.shown.path) == (layer.shown.section, layer.shown.path)
        if is_same_place and None in (other.shown.digest, layer.shown.digest) and not layer.unlisted_bytes:
            modes, theirs = ({path: file.mode & 0o777 for path, file in each.files.items()} for each in (layer, other))
            return modes == theirs and not changed & modes.keys() and not other.unlisted_bytes
    return False


def _shown(layers: Iterable[SideLayer]) -> tuple[DiffLayer, ...]:
    return tuple(sorted((layer.shown for layer in layers), key=lambda layer: layer.section))


def _changed_annotations(first: Kit | None, second: Kit | None) -> tuple[tuple[str, str, str], ...]:
    """Those that differ; a folder has none."""
    if first is None or second is None:
        return ()
    one, two = first.manifest.annotations, second.manifest.annotations
    names = sorted(one.keys() | two.keys())
    return tuple((name, one.get(name, ""), two.get(name, "")) for name in names if one.get(name) != two.get(name))


def _changed_fields(one: Kitfile, two: Kitfile) -> list[FieldChange]:
    before, after = (_flat(json.loads(to_json(kitfile))) for kitfile in (one, two))
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
