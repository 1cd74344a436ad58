"""What we listed and tagged lately, so that it is not lost: kit rewrites its lists from what it read when it began.

kit takes no locks. While it packs or pulls, what we list is not in the list that it will write. So we note what we
wrote, look again when a verb ends and when the next one begins, and write again what a list of kit's has not. What
`kit remove` took away stays away: then the manifest's bytes are gone, too, or a list shows that they were not meant.
Only looking is without a lock; everything that writes expects its caller to hold the store's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.disk import unlink
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import graph
from kitops_jupyter.store.files import read_json, stamps_of, write_over
from kitops_jupyter.store.layout import KINDS, Kind, Layout, Pair
from kitops_jupyter.store.lists import Lists, parse_listing, parse_tags, read_listing, read_tags

MOST_ENTRIES = 64
MOST_AGE_S = 24 * 3600.0  # no kit that began before is still at work


@dataclass(frozen=True, slots=True)
class Entry:
    """A manifest that we listed, the tags that we gave it, and what each of them named before, "" for nothing."""

    kind: Kind
    store_name: str
    manifest: Descriptor
    tags: tuple[tuple[str, str], ...] = ()
    at_s: float = 0.0

    def pair(self, layout: Layout) -> Pair:
        return layout.pair(self.store_name, self.kind)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "repository": self.store_name,
            "manifest": self.manifest.to_json(),
            "tags": [list(tag) for tag in self.tags],
            "at": int(self.at_s),
        }

    @classmethod
    def from_json(cls, value: Any) -> Entry:
        """Raises LookupError, TypeError, ValueError, KitError for what is not an entry."""
        if value["kind"] not in KINDS or not isinstance(value["repository"], str):
            raise ValueError("no entry")
        tags = tuple((str(tag), str(before)) for tag, before in value["tags"])
        return cls(value["kind"], value["repository"], Descriptor.from_json(value["manifest"]), tags, value["at"] + 0.0)


class Recent:
    """The notes of one store."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._path = layout.ours / "recent.json"

    def note(self, lists: Lists, kind: Kind, manifest: Descriptor, pair: Pair, *, tag: str = "", was: str = "") -> None:
        """We listed this manifest, or gave it this tag, which named `was`; `lists` knows what it wrote for that."""
        entries, same = [], Entry(kind, pair.store_name, manifest)
        for entry in self._read():
            if (entry.kind, entry.store_name) == (kind, pair.store_name):
                if entry.manifest.digest == manifest.digest:
                    same = entry
                    continue
                entry = replace(entry, tags=tuple(known for known in entry.tags if known[0] != tag))
            entries.append(entry)
        tags = tuple(known for known in same.tags if known[0] != tag) + (((tag, was),) if tag else ())
        entries.append(replace(same, manifest=manifest, tags=tags, at_s=time.time()))
        entries += self._rescued(entries, lists)
        self._write(entries, {**self._seen(), **self._named(lists.wrote)})

    def forget(self, pair: Pair, manifests: Iterable[Digest], tags: Iterable[str]) -> None:
        """We are about to take these away."""
        gone, untagged = set(manifests), set(tags)
        left = []
        for entry in (before := self._read()):
            if entry.pair(self._layout) == pair:
                if entry.manifest.digest in gone:
                    continue
                entry = replace(entry, tags=tuple(known for known in entry.tags if known[0] not in untagged))
            left.append(entry)
        if left != before:
            self._write(left, self._seen())

    def wrote(self, lists: Lists) -> None:
        """We changed lists in which none of these had a part."""
        if lists.wrote and (entries := self._read()):
            self._write(entries, {**self._seen(), **self._named(lists.wrote)})

    def is_touched(self) -> bool:
        """Whether another program wrote a list with something of ours since we last looked; takes no lock."""
        seen = self._seen() if self._path.exists() else {}
        return any(stamps_of(self._layout.root / name) != stamp for name, stamp in seen.items())

    def restore(self) -> list[str]:
        """List and tag again what another program's list has not; the names of what was lost."""
        if not self.is_touched():
            return []
        entries, lists = self._read(), Lists(self._layout)
        seen = self._named({path: stamps_of(path) for path in self._files(entries)})
        restored: list[str] = []
        read = _Read()
        kept = [left for entry in entries if (left := self._restored(entry, lists, read, restored)) is not None]
        kept += self._rescued(kept, lists)
        self._write(kept, {**seen, **self._named(lists.wrote)})
        return restored

    def _rescued(self, entries: Sequence[Entry], lists: Lists) -> list[Entry]:
        """What kit wrote while we replaced its list: until it started again, only we know of it."""
        found = []
        for entry in {(entry.kind, entry.store_name): entry for entry in entries}.values():
            pair = entry.pair(self._layout)
            for path, before, written in lists.rescued:
                if path == pair.index:
                    known = parse_listing(path, before)
                    new = [
                        (listed, "")
                        for listed in parse_listing(path, written).manifests
                        if not known.has(listed.digest)
                    ]
                elif path == pair.tags:
                    had = parse_tags(path, before)
                    new = [(named, tag) for tag, named in parse_tags(path, written).items() if tag not in had]
                else:
                    continue
                for manifest, tag in new:
                    tags = ((tag, ""),) if tag else ()
                    found.append(Entry(entry.kind, entry.store_name, manifest, tags, time.time()))
        return found

    def _restored(self, entry: Entry, lists: Lists, read: _Read, restored: list[str]) -> Entry | None:
        """The entry as it stands now, with what was lost of it written again; None if it was taken away."""
        pair, digest = entry.pair(self._layout), entry.manifest.digest
        try:
            tags, is_listed = read.tags(pair), digest in read.listed(pair.index)
            if not is_listed and self._was_taken_away(entry, pair, read):
                return None
            lost = [tag for tag, was in entry.tags if _is_lost(tag, was, digest, tags, is_listed)]
            if not is_listed or digest not in read.listed(self._layout.index):
                lists.add(pair, entry.manifest)
            if lost:
                lists.change_tags(pair, put=dict.fromkeys(lost, entry.manifest))
        except Cancelled:
            raise
        except KitError:
            return entry  # whoever needs a list that cannot be read reports it
        if lost or not is_listed:
            named = Reference.from_store_name(entry.store_name)
            restored += [str(named.with_tag(tag)) for tag in lost] or [str(named.with_digest(digest))]
        ours = [known for known in entry.tags if known[0] in lost or _digest_of(tags, known[0]) == digest]
        return replace(entry, tags=tuple(ours))

    def _was_taken_away(self, entry: Entry, pair: Pair, read: _Read) -> bool:
        """Whether `kit remove` was here: it deletes an empty list, and the bytes, unless another repository has them.

        A kit that packs or pulls leaves a list, and the bytes.
        """
        if not pair.index.exists() or not self._is_whole(entry):
            return True
        others = [other for kind in KINDS for other in self._layout.pairs(kind) if other != pair]
        return any(entry.manifest.digest in read.listed(other.index) for other in others)

    def _is_whole(self, entry: Entry) -> bool:
        try:
            data = graph.read_manifest(self._layout, entry.manifest)
            references = graph.references_of(data, where="a manifest")
        except Cancelled:
            raise
        except KitError:
            return False
        return not graph.missing_blobs(self._layout, references)

    def _files(self, entries: Sequence[Entry]) -> list[Path]:
        pairs = dict.fromkeys(entry.pair(self._layout) for entry in entries)
        return [self._layout.index, *(path for pair in pairs for path in (pair.index, pair.tags))]

    def _named(self, stamps: Mapping[Path, list[int]]) -> dict[str, list[int]]:
        return {path.relative_to(self._layout.root).as_posix(): stamp for path, stamp in stamps.items()}

    def _parsed(self, name: str) -> Any:
        try:
            parsed = read_json(self._path, {}, tries=1)
        except KitError:
            return None  # replaced whole, so this is not ours
        return parsed.get(name) if isinstance(parsed, dict) else None

    def _seen(self) -> dict[str, Any]:
        seen = self._parsed("seen")
        return seen if isinstance(seen, dict) else {}

    def _read(self) -> list[Entry]:
        found, listed = [], self._parsed("entries")
        for value in listed if isinstance(listed, list) else ():
            try:
                entry = Entry.from_json(value)
                entry.pair(self._layout)
            except (LookupError, TypeError, ValueError, KitError):
                continue
            if time.time() - entry.at_s < MOST_AGE_S:
                found.append(entry)
        return found

    def _write(self, entries: Sequence[Entry], seen: Mapping[str, Any]) -> None:
        kept = list(entries)[-MOST_ENTRIES:]
        if not kept:
            unlink(self._path)
            return
        stamps = self._named({path: stamps_of(path) for path in self._files(kept)})
        stamps = {name: seen.get(name, stamp) for name, stamp in stamps.items()}
        value = {"entries": [entry.to_json() for entry in kept], "seen": stamps}
        try:
            write_over(self._path, gojson.dumps(value).encode())
        except OSError:
            unlink(self._path)  # on a full disk there are no notes, rather than old ones


class _Read:
    """Every list read once."""

    def __init__(self) -> None:
        self._listed: dict[Path, set[Digest]] = {}
        self._tags: dict[Path, dict[str, Descriptor]] = {}

    def listed(self, path: Path) -> set[Digest]:
        if path not in self._listed:
            self._listed[path] = {entry.digest for entry in read_listing(path).manifests}
        return self._listed[path]

    def tags(self, pair: Pair) -> dict[str, Descriptor]:
        if pair.tags not in self._tags:
            self._tags[pair.tags] = read_tags(pair.tags)
        return self._tags[pair.tags]


def _is_lost(tag: str, was: str, digest: Digest, tags: Mapping[str, Descriptor], is_listed: bool) -> bool:
    """Whether the tag went with a list that did not know of it; else somebody moved it, or took it away."""
    now = _digest_of(tags, tag)
    if now == digest:
        return False
    if not is_listed:
        return now in ("", was)
    return not now and all(entry.digest != digest for entry in tags.values())  # kit leaves no kit without a tag


def _digest_of(tags: Mapping[str, Descriptor], tag: str) -> str:
    found = tags.get(tag)
    return found.digest if found else ""
