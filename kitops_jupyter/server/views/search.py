"""A search through the tags of a registry, a few seconds at a time: the panel asks on while somebody waits."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence

from kitops_jupyter.errors import Usage
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.answers import error_of
from kitops_jupyter.server.views.registries import Names
from kitops_jupyter.settings import Settings

WITHIN_S = 2.0
TAGS_SHOWN = 200
_REMEMBERED_S = 30.0
_REMEMBERED_NAMES = 300_000


class Searches:
    """Searches of one server."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._memory = _Tags()

    def page(self, asked: bodies.Search) -> wire.SearchPage:
        """Look through the next repositories, for two seconds at most. Raises Usage, RegistryError, Cancelled."""
        from kitops_jupyter.operations.look.search import begin_of, search_tags

        if not asked.text.strip():
            raise Usage("text is empty")
        names = tuple(dict.fromkeys(self._names.known_repositories(asked.registry)))
        start = begin_of(names, asked.after)
        some = names[start : start + max(1, asked.limit)]
        looked = search_tags(
            asked.registry, some, asked.text.strip(), memory=self._memory, within_s=WITHIN_S, settings=Settings.load()
        )
        end = start + looked.count
        found = [
            wire.FoundRepository(each.repository, list(each.tags[:TAGS_SHOWN]), max(0, len(each.tags) - TAGS_SHOWN))
            for each in looked.found
        ]
        going_on = names[end - 1] if 0 < end < len(names) else ""
        error = error_of(looked.stopped) if looked.stopped else None
        return wire.SearchPage(found, end, len(names), going_on, len(looked.problems), error)


class _Tags:
    """What was read in the last half minute: the next letter that is typed asks no registry again."""

    def __init__(self) -> None:
        self._tags: OrderedDict[tuple[str, str], tuple[float, Sequence[str]]] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    def find(self, base: str, name: str) -> Sequence[str] | None:
        """As `Memory.find`."""
        with self._lock:
            asked_s, tags = self._tags.get((base, name), (float("-inf"), ()))
        return tags if time.monotonic() - asked_s < _REMEMBERED_S else None

    def keep(self, base: str, name: str, tags: Sequence[str]) -> None:
        """As `Memory.keep`; what was read longest ago goes first."""
        with self._lock:
            _, before = self._tags.pop((base, name), (0.0, ()))
            self._tags[base, name] = time.monotonic(), tags
            self._count += len(tags) + 1 - (len(before) + 1 if before else 0)
            while self._count > _REMEMBERED_NAMES and len(self._tags) > 1:
                _, (_, gone) = self._tags.popitem(last=False)
                self._count -= len(gone) + 1
