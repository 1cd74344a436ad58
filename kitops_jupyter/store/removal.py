"""Removing: names first, then manifests from the lists, then the blobs that nothing needs any more.

What keeps a blob: any manifest of any repository, of kits or of indexes; any other manifest that `index.json` lists;
a pin of any living session. When a manifest that stays cannot be read, what it needs is unknown: then every blob
stays, and the result says why. The order makes a kill harmless, and the journal lets the next writer finish what it
cut short.
Source: format.md, "The store".
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.disk import replace, unlink
from kitops_jupyter.errors import ContentError, NotFound, StoreCorrupt
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import graph, work
from kitops_jupyter.store.files import storing
from kitops_jupyter.store.known import KnownBlobs
from kitops_jupyter.store.layout import Kind, Layout, Pair
from kitops_jupyter.store.lists import Lists, read_listing, read_tags
from kitops_jupyter.store.lock import locked
from kitops_jupyter.store.recent import Recent


@dataclass(frozen=True, slots=True)
class Removed:
    """What went: each reference with its digest, as kit names it, and the blobs that went with it.

    `untagged` are the other tags that `force` or a digest took along; `kept` says why bytes stayed.
    """

    references: tuple[tuple[str, Digest], ...]
    freed_bytes: int
    freed_blobs: int
    untagged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def remove(layout: Layout, reference: Reference, *, force: bool, kind: Kind) -> Removed:
    """Remove a tag (of several: only the name), or a kit by its digest or with `force`; see Store.remove."""
    pair = layout.pair(reference.store_name, kind)
    if not (
        pair.index.exists() or pair.tags.exists()
    ):  # without a lock: nothing is made in a store that does not exist
        raise _not_found(reference, reference.name)
    names = [reference.name] if reference.digest else list(dict.fromkeys([reference.tag, *reference.extra_tags]))
    with locked(layout), storing(layout.root):
        Recent(layout).restore()
        finish_pending(layout)
        listing, tags = read_listing(pair.index), read_tags(pair.tags)
        removed: list[tuple[str, Digest]] = []
        gone: dict[Digest, Descriptor] = {}
        left = dict(tags)
        for name in names:
            found = _resolve(reference, name, listing.manifests, tags)
            removed.append((_shown(reference, name), found.digest))
            others = [tag for tag, descriptor in left.items() if descriptor.digest == found.digest and tag != name]
            if force or reference.digest or not others:
                gone[found.digest] = found
                left = {tag: descriptor for tag, descriptor in left.items() if descriptor.digest != found.digest}
            else:
                left.pop(name, None)
        untagged = [_shown(reference, tag) for tag in tags if tag not in left and tag not in names]
        freed = _take_away(layout, [Change(pair, list(gone.values()), set(tags) - set(left))])
    work.empty_trash(layout)
    return Removed(tuple(removed), freed.size_bytes, freed.count, tuple(untagged), freed.kept)


def remove_all(layout: Layout, *, force: bool) -> Removed:
    """Remove every untagged kit; with `force`, every kit."""
    if not layout.pairs("kits"):
        return Removed((), 0, 0)
    with locked(layout), storing(layout.root):
        Recent(layout).restore()
        finish_pending(layout)
        removed: list[tuple[str, Digest]] = []
        untagged: list[str] = []
        changes: list[Change] = []
        for pair in layout.pairs("kits"):
            reference, tags = Reference.from_store_name(pair.store_name), read_tags(pair.tags)
            named = {descriptor.digest for descriptor in tags.values()}
            gone = [entry for entry in read_listing(pair.index).manifests if force or entry.digest not in named]
            if gone or (force and tags):
                removed += [(_shown(reference, entry.digest), entry.digest) for entry in gone]
                untagged += [_shown(reference, tag) for tag in tags if force]
                changes.append(Change(pair, gone, set(tags) if force else set()))
        freed = _take_away(layout, changes)
    work.empty_trash(layout)
    return Removed(tuple(removed), freed.size_bytes, freed.count, tuple(untagged), freed.kept)


def _resolve(reference: Reference, name: str, listed: Sequence[Descriptor], tags: dict[str, Descriptor]) -> Descriptor:
    if ":" in name:
        found = next((descriptor for descriptor in listed if descriptor.digest == name), None)
    else:
        found = tags.get(name)
    if found is None:
        raise _not_found(reference, name)
    return found


def _not_found(reference: Reference, name: str) -> NotFound:
    return NotFound(f"{_shown(reference, name)} is not in the store: nothing was removed", hint="kit list")


def _shown(reference: Reference, name: str) -> str:
    shown = reference.shown_name
    return f"{shown}@{name}" if ":" in name and shown else name if ":" in name else f"{shown}:{name}"


@dataclass(frozen=True, slots=True)
class Change:
    """What goes of one repository."""

    pair: Pair
    manifests: list[Descriptor]
    tags: set[str]


@dataclass(frozen=True, slots=True)
class _Freed:
    size_bytes: int = 0
    count: int = 0
    kept: tuple[str, ...] = ()


def _take_away(layout: Layout, changes: Sequence[Change]) -> _Freed:
    """For each repository take away the tags, then the manifests; free what those needed."""
    lists = Lists(layout)
    changes = [*changes, *_widowed(layout, changes)]
    gone = [descriptor for change in changes for descriptor in change.manifests]
    if gone:
        lists.shared()  # what cannot be read stops us here, before anything is changed
        lists.write_journal(gone)
    for change in changes:
        digests = {descriptor.digest for descriptor in change.manifests}
        Recent(layout).forget(change.pair, digests, change.tags)  # first: what a kill leaves here comes back
        if change.tags:
            lists.change_tags(change.pair, drop=change.tags)
        if digests:
            lists.change_listing(change.pair.index, drop=digests)
    Recent(layout).wrote(lists)
    return _free(layout, gone) if gone else _Freed()


def _widowed(layout: Layout, changes: Sequence[Change]) -> list[Change]:
    """Signatures and the like in the same repositories, of manifests that go now or went before (kit leaves them)."""
    found = []
    for name in sorted({change.pair.store_name for change in changes if change.manifests}):
        referrers = layout.pair(name, "referrers")
        if not referrers.index.exists():
            continue
        gone = {entry.digest for change in changes if change.pair.store_name == name for entry in change.manifests}
        kinds: tuple[Kind, ...] = ("kits", "indexes")
        there = {entry.digest for kind in kinds for entry in read_listing(layout.pair(name, kind).index).manifests}
        listed, there = read_listing(referrers.index).manifests, there - gone
        subjects = {entry.digest: _subject_of(layout, entry) for entry in listed}
        kept = {digest for digest, subject in subjects.items() if subject in there}
        while more := {digest for digest, subject in subjects.items() if subject in kept} - kept:
            kept |= more  # a referrer may itself be referred to
        found.append(Change(referrers, [entry for entry in listed if entry.digest not in kept], set()))
    return found


def _subject_of(layout: Layout, descriptor: Descriptor) -> Digest | None:
    try:
        data = graph.read_manifest(layout, descriptor)
        subject = graph.references_of(data, where=f"manifest {descriptor.digest.short}").subject
    except (NotFound, ContentError):
        return None
    return subject.digest if subject else None


def finish_pending(layout: Layout) -> None:
    """Take away what a kill left in `index.json` alone, with its blobs. The caller holds the store's lock."""
    if not layout.journal.exists():
        return
    try:
        pending = read_listing(layout.journal).manifests
    except StoreCorrupt:
        unlink(layout.journal)  # only ever replaced whole: this is not ours
        return
    _free(layout, pending)


def _free(layout: Layout, gone: Sequence[Descriptor]) -> _Freed:
    """Drop from `index.json` what no repository lists any more, and its blobs that nothing else needs."""
    lists = Lists(layout)
    shared = lists.shared()
    candidates = {descriptor.digest: descriptor for descriptor in gone}
    for listed in graph.reach(layout, gone).listed:  # an index also removes the kits that only it listed
        candidates.setdefault(listed.digest, listed)
    try:
        owned = lists.owned()
    except StoreCorrupt as problem:
        unlink(layout.journal)
        return _Freed(kept=(f"no blob was freed: {problem.message}",))
    others = [entry for entry in shared.manifests if entry.digest not in candidates]
    reached = graph.reach(layout, [*(entry for _, entry in owned), *others])
    left = [entry for entry in shared.manifests if entry.digest in reached.digests]
    if len(left) != len(shared.manifests):
        staying = {entry.digest for entry in left}
        lists.change_listing(layout.index, drop={entry.digest for entry in shared.manifests} - staying)
        Recent(layout).wrote(lists)
    kept = unknown(owned, reached)
    dropped = [entry for digest, entry in candidates.items() if digest not in reached.digests]
    doomed = set() if kept else graph.reach(layout, dropped).digests - reached.digests
    pinned = doomed & work.sweep(layout)
    freed = [size for digest in sorted(doomed - pinned) if (size := discard(layout, digest)) is not None]
    unlink(layout.journal)
    owners = {entry.digest for _, entry in owned}
    by_index = [entry.digest for entry in gone if entry.digest in reached.digests - owners]
    if pinned:
        kept += (f"{len(pinned)} blobs were kept: a running pack or pull needs them",)
    kept += tuple(f"{digest.short} was kept: an index still lists it (kit index list)" for digest in by_index)
    return _Freed(sum(freed), len(freed), kept)


def unknown(owned: Sequence[tuple[str, Descriptor]], reached: graph.Reached) -> tuple[str, ...]:
    """Why nobody can say what other kits need: manifests that stay, and cannot be read."""
    names = {entry.digest: Reference.from_store_name(name).with_digest(entry.digest) for name, entry in owned}
    problems = dict(reached.unreadable)
    problems |= {digest: f"manifest {digest.short} is missing" for digest in reached.missing if digest in names}
    return tuple(
        f"no blob was freed: {problem}, so what it needs is unknown; kit remove {names.get(digest, digest)}"
        for digest, problem in problems.items()
    )


def discard(layout: Layout, digest: Digest) -> int | None:
    """Take a blob's name away at once, and its bytes later, without the lock; its size, None if it is not there."""
    path = layout.blob(digest)
    KnownBlobs(layout.known).forget(digest)
    layout.trash.mkdir(exist_ok=True)
    try:
        size_bytes = path.lstat().st_size
        replace(path, layout.trash / f"{digest.hex}-{os.urandom(4).hex()}")
    except (FileNotFoundError, PermissionError):  # gone already; or, on Windows, being read
        return None
    return size_bytes
