"""One kit as the kit tab shows it: its layers, their files, a notebook in it, and how it differs from another."""

from __future__ import annotations

import difflib
import json
import threading
from collections.abc import Sequence
from typing import Any

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import is_notebook
from kitops_jupyter.errors import NotFound, Usage
from kitops_jupyter.filters import text_for
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.look.files import KitFile, list_layer
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.server import wire
from kitops_jupyter.server.views.layers import key_of, rows_of
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Store

NOTEBOOK_LIMIT_BYTES = 20 << 20
PAGE_LIMIT = 1000
DIFF_LIMIT = 2000
_KEPT_LISTINGS = 16


def kit(reference: str, remote: bool) -> wire.KitView:
    """A kit's Kitfile and layers; of a kit in a registry, manifest and config are moved, no layer."""
    from kitops_jupyter import targets
    from kitops_jupyter.kitfile import to_yaml
    from kitops_jupyter.manifest import CREATED
    from kitops_jupyter.operations.layer_reader import ranges_of

    settings = Settings.load()
    with Opener(settings, remote=remote) as opener:
        opened = opener.open(reference)
        store = targets.store(settings)
        described, package = opened.described(), opened.described().package
        is_local = all(ranges_of(opened.source, match.layer) is None for match in opened.matches())
        annotations = {name: str(text) for name, text in opened.manifest.annotations.items()}
        return wire.KitView(
            reference=reference,
            digest=opened.descriptor.digest,
            size_bytes=opened.size_bytes,
            created=opened.manifest.annotations.get(CREATED, ""),
            kit_name=package.name,
            kit_version=package.version,
            description=package.description,
            authors=list(package.authors),
            license=package.license,
            is_local=is_local,
            kitfile_yaml=to_yaml(described),
            layers=rows_of(opened, opener, settings),
            annotations=annotations,
            tags=_tags_of(opened, store),
        )


def _tags_of(kit: Kit, store: Store) -> list[str]:
    """The tags that are known to name this kit: the one that was asked for, and those of the store."""
    asked = [kit.reference.tag] if kit.reference.tag else []
    name, digest = kit.reference.store_name, kit.descriptor.digest
    kits = store.kits(on_problem=lambda _: None)
    here = [tag for where, found, tags in kits if (where, found.digest) == (name, digest) for tag in tags]
    return [*asked, *(tag for tag in here if tag not in asked)]


class Listings:
    """The files of layers, remembered while somebody looks at them: a layer's digest says all."""

    def __init__(self) -> None:
        self._kept: dict[Digest, tuple[list[KitFile], bool]] = {}
        self._lock = threading.Lock()

    def page(self, reference: str, key: str, folder: str, after: str, limit: int) -> wire.FilePage:
        """The names right below a folder of a layer."""
        files, is_verified, section = self._files(reference, key)
        rows = _below(files, folder.strip("/"), section)
        start = next((at + 1 for at, row in enumerate(rows) if row.name == after), 0) if after else 0
        items = rows[start : start + max(1, min(limit, PAGE_LIMIT))]
        following = items[-1].name if items and start + len(items) < len(rows) else ""
        return wire.FilePage(items, following, len(files), is_verified)

    def _files(self, reference: str, key: str) -> tuple[list[KitFile], bool, str]:
        from kitops_jupyter.operations.layer_reader import is_listing_checked

        with Opener(Settings.load()) as opener:
            opened = opener.open(reference)
            match = find_layer(opened, key)
            digest = match.layer.digest
            with self._lock:
                kept = self._kept.get(digest)
            if kept is None:
                kept = list(list_layer(opened.source, match)), is_listing_checked(opened.source, match)
                with self._lock:
                    self._kept[digest] = kept
                    while len(self._kept) > _KEPT_LISTINGS:
                        del self._kept[next(iter(self._kept))]
        return kept[0], kept[1], match.entry.section


def find_layer(opened: Kit, key: str) -> Match:
    """The layer of this key. Raises NotFound."""
    for match in opened.matches():
        if key_of(match.entry) == key:
            return match
    raise NotFound(f"{opened.reference} has no layer {key[:80]}")


def _below(files: Sequence[KitFile], folder: str, section: str) -> list[wire.FileRow]:
    """Folders first, then files, each by name; a folder with what is below it summed up."""
    prefix = f"{folder}/" if folder else ""
    folders: dict[str, tuple[int, int]] = {}
    rows = []
    for file in files:
        if not file.path.startswith(prefix):
            continue
        name, slash, _ = file.path[len(prefix) :].partition("/")
        if slash:
            count, size_bytes = folders.get(name, (0, 0))
            folders[name] = count + 1, size_bytes + file.size_bytes
        else:
            rows.append(wire.FileRow(name, file.path, False, file.size_bytes, 1, text_for(section, file.path)))
    folded = [
        wire.FileRow(name, f"{prefix}{name}", True, size_bytes, count, text_for(section, f"{prefix}{name}"))
        for name, (count, size_bytes) in folders.items()
    ]
    return sorted(folded, key=lambda row: row.name) + sorted(rows, key=lambda row: row.name)


def notebook(reference: str, key: str, path: str) -> wire.NotebookView:
    """A notebook out of a kit, as data; the panel renders it without running or trusting it."""
    from kitops_jupyter.operations.read_file import read_file

    if not is_notebook(path):
        raise Usage(f"{path[:200]} is no notebook")
    with Opener(Settings.load()) as opener:
        opened = opener.open(reference)
        found = read_file(opened, find_layer(opened, key), path, limit_bytes=NOTEBOOK_LIMIT_BYTES)
    try:
        parsed: Any = json.loads(found.data)  # also NaN, which notebooks have, though it is no JSON
    except (ValueError, RecursionError):
        raise Usage(f"{path[:200]} cannot be read as a notebook", hint="pull it, and look at the file") from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("cells"), list):
        raise Usage(f"{path[:200]} is no notebook of version 4")
    return wire.NotebookView(path, len(found.data), parsed, found.is_verified)


def diff(a: str, b: str) -> wire.DiffView:
    """Two kits against each other."""
    from kitops_jupyter.operations.look.diff import DiffLayer
    from kitops_jupyter.operations.look.diff import diff as compare
    from kitops_jupyter.operations.look.info import info

    settings = Settings.load()
    found = compare(a, b, settings=settings)

    def row(change: wire.Change, one: DiffLayer | None, two: DiffLayer | None) -> wire.DiffRow:
        known = two or one
        assert known
        return wire.DiffRow(
            known.section,
            "",
            known.path,
            change,
            one.size_bytes if one else 0,
            two.size_bytes if two else 0,
            one.digest if one else "",
            two.digest if two else "",
        )

    after = {(layer.section, layer.path): layer for layer in found.only_second}
    before = {(layer.section, layer.path): layer for layer in found.only_first}
    rows = [row("changed" if place in after else "removed", layer, after.get(place)) for place, layer in before.items()]
    rows += [row("added", None, layer) for place, layer in after.items() if place not in before]
    rows += [row("same", layer, layer) for layer in found.shared]
    files = [
        wire.DiffFile(
            change.path,
            "",
            "added" if change.before_bytes is None else "removed" if change.after_bytes is None else "changed",
            change.before_bytes or 0,
            change.after_bytes or 0,
        )
        for change in found.files
    ]
    one, two = (info(name, settings=settings).yaml.splitlines(keepends=True) for name in (a, b))
    kitfile = "".join(difflib.unified_diff(one, two, a, b))
    return wire.DiffView(a, b, rows, files[:DIFF_LIMIT], kitfile, len(files) > DIFF_LIMIT)
