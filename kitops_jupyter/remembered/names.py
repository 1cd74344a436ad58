"""The repositories and tags of a registry, as they were last seen: completion offers them without asking.

One file for each registry. It holds no credentials, and its folder is for its owner alone: the names of private
repositories are private. It is bounded; what was seen longest ago goes first.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kitops_jupyter.content import Digest
from kitops_jupyter.disk import FolderCache, cache_folder, file_name_for, parse_json
from kitops_jupyter.errors import ContentError, NotFound
from kitops_jupyter.reference import is_referrers_tag, is_repository_name, is_tag
from kitops_jupyter.settings import RegistrySettings, Settings

REGISTRIES_LIMIT = 64
REPOSITORIES_LIMIT = 10_000  # of a registry
TAGS_LIMIT = 10_000  # of a repository
FILE_BYTES = 1 << 20
MAX_AGE_S = 30 * 86_400.0
_ENTRY_CHARS = 8  # quotes, colon, comma and braces around a name

# Repositories, those seen last at the end, each with its tags and the digests of the kits that they named, if known.
_Tree = dict[str, dict[str, str]]


class KnownNames:
    """The names of one registry; for use by several threads.

    What is learned is kept in memory until `save`, which adds it to the file. If two processes save at the same moment,
    the names that one of them learned are lost.
    """

    def __init__(self, registry: str, settings: Settings) -> None:
        place = settings.registries.get(registry, RegistrySettings()).url or registry
        self._name = file_name_for(place)
        self._files = FolderCache(
            cache_folder(settings.cache, "names"),
            item_bytes=FILE_BYTES,
            limit_files=REGISTRIES_LIMIT,
            is_private=True,
        )
        self._lock = threading.Lock()
        self._learned: list[Callable[[_Tree], None]] = []

    def repositories(self) -> list[str]:
        """The names of its repositories, without the registry's; those seen last come last."""
        return [name for name in self._read()[0] if is_repository_name(name)]

    def tags(self, repository: str) -> dict[str, Digest | None]:
        """The tags of one repository, each with the digest that it had when it was last resolved, or None."""
        found = self._read()[0].get(repository, {})
        return {tag: _digest_in(digest) for tag, digest in found.items() if is_tag(tag)}

    def repositories_listed(self, names: Iterable[str]) -> Iterator[str]:
        """Pass the names on and learn them; if all of them passed, the registry has no others."""
        seen: list[str] = []
        is_whole = False
        try:
            for name in names:
                if len(seen) < REPOSITORIES_LIMIT:
                    seen.append(name)
                yield name
            is_whole = True
        finally:
            self._learn(lambda tree: _merge_repositories(tree, seen, is_whole))

    def tags_listed(self, repository: str, tags: Iterable[str]) -> Iterator[str]:
        """Pass the tags of a repository on and learn them; if all of them passed, it has no others."""
        seen: list[str] = []
        is_whole = False
        try:
            for tag in tags:
                if len(seen) < TAGS_LIMIT and not is_referrers_tag(tag):
                    seen.append(tag)
                yield tag
            is_whole = True
        except NotFound:
            self.gone(repository)
            seen.clear()
            raise
        finally:
            if is_whole or seen:
                self._learn(lambda tree: _merge_tags(tree, repository, seen, is_whole))

    def saw(self, repository: str, tag: str = "", digest: Digest | None = None) -> None:
        """This repository is there, and this tag in it, which names this kit."""

        def change(tree: _Tree) -> None:
            tags = tree[repository] = tree.pop(repository, {})
            if tag and not is_referrers_tag(tag):
                tags.pop(tag, None)
                tags[tag] = digest or ""

        self._learn(change)

    def gone(self, repository: str, tag: str = "") -> None:
        """This tag is not there any more; without a tag, the repository."""

        def change(tree: _Tree) -> None:
            if tag:
                tree.get(repository, {}).pop(tag, None)
            else:
                tree.pop(repository, None)

        self._learn(change)

    def tags_gone(self, repository: str) -> None:
        """A kit was deleted with all its tags, and which they were is unknown."""
        self._learn(lambda tree: tree.get(repository, {}).clear())

    def save(self) -> None:
        """Add to the file what was learned; a folder that cannot be written is not an error."""
        with self._lock:
            learned, self._learned = self._learned, []
        if not learned:
            return
        tree, before = self._read()
        for change in learned:
            change(tree)
        data = _written(tree)
        if data == before:
            self._files.use(self._name)
        else:
            self._files.keep(self._name, data)

    def forget(self) -> None:
        """Remove the file, and what was learned."""
        with self._lock:
            self._learned = []
        self._files.forget(self._name)

    def _learn(self, change: Callable[[_Tree], None]) -> None:
        with self._lock:
            self._learned.append(change)

    def _read(self) -> tuple[_Tree, bytes]:
        """What is in the file, and its bytes; empty if it cannot be used. Its texts may be anything: check them."""
        data = self._files.find(self._name, max_age_s=MAX_AGE_S)
        try:
            return (_tree_of(parse_json(data)), data) if data else ({}, b"")
        except ValueError:
            return {}, b""


def _merge_repositories(tree: _Tree, names: list[str], is_whole: bool) -> None:
    if is_whole and len(names) < REPOSITORIES_LIMIT:
        for name in tree.keys() - set(names):
            del tree[name]
    for name in names:
        tree.setdefault(name, {})


def _merge_tags(tree: _Tree, repository: str, tags: list[str], is_whole: bool) -> None:
    known = tree.pop(repository, {})
    others = {} if is_whole and len(tags) < TAGS_LIMIT else known
    tree[repository] = {**others, **{tag: known.get(tag, "") for tag in tags}}


def _tree_of(found: Any) -> _Tree:
    repositories = found.get("repositories") if isinstance(found, dict) else None
    if not isinstance(repositories, dict):
        return {}
    return {name: tags for name, tags in repositories.items() if isinstance(tags, dict)}


def _digest_in(found: object) -> Digest | None:
    try:
        return Digest(found) if isinstance(found, str) and found else None
    except ContentError:
        return None


def _written(tree: _Tree) -> bytes:
    """The file: the newest names that fit; names of repositories take half of it at most."""
    left = FILE_BYTES // 2
    kept: _Tree = {}
    for name in [name for name in reversed(tree) if is_repository_name(name)][:REPOSITORIES_LIMIT]:
        left -= len(name) + _ENTRY_CHARS
        if left >= 0:
            kept[name] = {}
    left = max(left, 0) + FILE_BYTES // 2 - len('{"repositories": {}}')
    for name, tags in kept.items():
        for tag, digest in reversed(tree[name].items()):
            known = _digest_in(digest) or ""
            left -= len(tag) + len(known) + _ENTRY_CHARS
            if left >= 0 and is_tag(tag):
                tags[tag] = known
    ordered = {name: dict(reversed(tags.items())) for name, tags in reversed(kept.items())}
    return json.dumps({"repositories": ordered}).encode()
