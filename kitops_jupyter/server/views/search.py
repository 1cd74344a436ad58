"""A search through the tags of a registry, a few seconds at a time: the panel asks on while somebody waits."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence

from kitops_jupyter import targets
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
    """What searches read is remembered for half a minute: the next letter that is typed asks no registry again."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._tags: OrderedDict[tuple[str, str], tuple[float, tuple[str, ...]]] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    def page(self, asked: bodies.Search) -> wire.SearchPage:
        """Look through the next repositories, for two seconds at most. Raises Usage, RegistryError, Cancelled."""
        from kitops_jupyter.operations.look.search import begin_of, look_through, patience, tags_of

        if not asked.text.strip():
            raise Usage("text is empty")
        settings = Settings.load()
        names = tuple(dict.fromkeys(self._names.known_repositories(asked.registry)))
        start = begin_of(names, asked.after)
        with targets.registry(asked.registry, settings, None, patience=patience()) as place:

            def ask(name: str) -> Sequence[str]:
                known = self._remembered(place.base, name)
                return known if known is not None else self._remember(place.base, name, tags_of(place, name))

            some = names[start : start + max(1, asked.limit)]
            looked = look_through(some, asked.text.strip(), ask, within_s=WITHIN_S)
        end = start + looked.count
        found = [
            wire.FoundRepository(each.repository, list(each.tags[:TAGS_SHOWN]), max(0, len(each.tags) - TAGS_SHOWN))
            for each in looked.found
        ]
        going_on = names[end - 1] if 0 < end < len(names) else ""
        error = error_of(looked.stopped) if looked.stopped else None
        return wire.SearchPage(found, end, len(names), going_on, len(looked.problems), error)

    def _remembered(self, base: str, name: str) -> tuple[str, ...] | None:
        with self._lock:
            asked_s, tags = self._tags.get((base, name), (float("-inf"), ()))
        return tags if time.monotonic() - asked_s < _REMEMBERED_S else None

    def _remember(self, base: str, name: str, tags: tuple[str, ...]) -> tuple[str, ...]:
        with self._lock:
            _, before = self._tags.pop((base, name), (0.0, ()))
            self._tags[base, name] = time.monotonic(), tags
            self._count += len(tags) + 1 - (len(before) + 1 if before else 0)
            while self._count > _REMEMBERED_NAMES and len(self._tags) > 1:
                _, (_, gone) = self._tags.popitem(last=False)
                self._count -= len(gone) + 1
        return tags
