"""Is the store whole? For `doctor`, and for the tests that kill us."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.errors import Cancelled, ContentError, KitError, ManifestInvalid, NotFound, StoreCorrupt
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import deep, graph
from kitops_jupyter.store.deep import Problem
from kitops_jupyter.store.layout import KINDS, Layout, Pair
from kitops_jupyter.store.lists import Lists, read_listing, read_tags


@dataclass(frozen=True, slots=True)
class Check:
    """`problems` is empty for a store that is whole. `unreferenced` blobs are not problems: no kit needs them."""

    kits: int
    blobs: int
    size_bytes: int
    problems: tuple[Problem, ...]
    unreferenced: tuple[Digest, ...]
    unreferenced_bytes: int


def check(layout: Layout, *, read_layers: bool, observe: Observer = ignore) -> Check:
    """Look at every list, manifest and blob; with `read_layers` at every byte. Takes no lock. Raises Cancelled only."""
    problems: list[Problem] = []
    there = dict(_blobs(layout, problems))
    needed: dict[Digest, list[str]] = {}
    kits = 0
    for pair, descriptor, name in _listed(layout, problems):
        kits += 1
        for digest in dict.fromkeys(_manifest(layout, pair.store_name, descriptor, problems)):
            needed.setdefault(digest, []).append(name)
    for descriptor in _shared(layout, problems):
        if descriptor.digest not in needed and descriptor.digest in there:
            for digest in _manifest(layout, "index.json", descriptor, problems):
                needed.setdefault(digest, [])
    if read_layers:
        problems += deep.hash_all(layout, there, needed, observe)
    spare = tuple(sorted(set(there) - set(needed)))
    return Check(kits, len(there), sum(there.values()), tuple(problems), spare, sum(there[digest] for digest in spare))


def _blobs(layout: Layout, problems: list[Problem]) -> Iterator[tuple[Digest, int]]:
    try:
        with os.scandir(layout.blobs) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as problem:
        problems.append(
            Problem("file", f"{layout.blobs} cannot be read: {problem.strerror}", f"look at {layout.blobs}")
        )
        return
    for entry in entries:
        try:
            digest = Digest(f"sha256:{entry.name}")
            there = entry.stat(follow_symlinks=False)
        except (ManifestInvalid, FileNotFoundError):
            problems.append(
                Problem("file", f"{entry.path} is not a blob", hint=f"look at it and move it away: {entry.path}")
            )
            continue
        if stat.S_ISREG(there.st_mode):
            yield digest, there.st_size
        else:
            problems.append(Problem("blob", f"{entry.path} is not a regular file: not read", f"remove {entry.path}"))


def _listed(layout: Layout, problems: list[Problem]) -> Iterator[tuple[Pair, Descriptor, str]]:
    """Every repository's manifests, with a name; whether every tag names one, and `index.json` has them all."""
    try:
        shared = {descriptor.digest for descriptor in Lists(layout).shared().manifests}
    except Cancelled:
        raise
    except KitError:
        shared = None  # told elsewhere
    for kind, pair in [(every, pair) for every in KINDS for pair in layout.pairs(every)]:
        try:
            tags, listing = read_tags(pair.tags), read_listing(pair.index)
            listing.manifests = Lists(layout).listed(kind, pair)
        except Cancelled:
            raise
        except KitError as problem:
            problems.append(Problem("file", problem.message, problem.hint))
            continue
        for tag, descriptor in tags.items():
            if not listing.has(descriptor.digest):
                problems.append(_dangling(pair, tag, descriptor))
        names = {entry.digest: _named(pair, tag) for tag, entry in sorted(tags.items(), reverse=True)}
        for descriptor in listing.manifests:
            if shared is not None and descriptor.digest not in shared:
                problems.append(_unlisted(layout, pair, descriptor))
            yield pair, descriptor, names.get(descriptor.digest) or _named(pair, descriptor.digest)


def _named(pair: Pair, name: str) -> str:
    """The kit of this tag or digest, as a user names it."""
    reference = Reference.from_store_name(pair.store_name)
    return str(reference.with_digest(Digest(name)) if ":" in name else reference.with_tag(name))


def _dangling(pair: Pair, tag: str, descriptor: Descriptor) -> Problem:
    return Problem(
        "tag",
        f"tag {tag} of {pair.store_name} names {descriptor.digest.short}, which the repository does not list",
        hint=f"kit remove {pair.store_name}:{tag}",
    )


def _unlisted(layout: Layout, pair: Pair, descriptor: Descriptor) -> Problem:
    return Problem(
        "manifest",
        f"{layout.index} lacks {descriptor.digest.short} of {pair.store_name}: kit may remove its blobs",
        hint=f"move {layout.index} away; the next pack or pull recreates it",
    )


def _shared(layout: Layout, problems: list[Problem]) -> list[Descriptor]:
    try:
        return Lists(layout).shared().manifests
    except StoreCorrupt as problem:
        problems.append(Problem("file", problem.message, problem.hint))
        return []


def _manifest(layout: Layout, where: str, descriptor: Descriptor, problems: list[Problem]) -> Iterator[Digest]:
    """The manifest's own digest, and those of all that it needs."""
    again = f"kit remove {where}@{descriptor.digest}, then pack or pull it again"
    yield descriptor.digest
    try:
        references = graph.references_of(graph.read_manifest(layout, descriptor), where=f"a manifest of {where}")
    except (NotFound, ContentError) as problem:
        problems.append(Problem("manifest", f"{where}: {problem.message}", again))
        return
    for blob in graph.missing_blobs(layout, references):
        message = f"{where}: {descriptor.digest.short} needs {blob.digest.short} ({blob.size_bytes} bytes)"
        problems.append(Problem("blob", f"{message}, which is missing or incomplete", again))
    yield from (found.digest for found in (*references.blobs, *references.manifests))
