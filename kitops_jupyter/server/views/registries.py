"""Who we are, the registries, and the names in them."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kitops_jupyter.disk import home_folder
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.redaction import redacted
from kitops_jupyter.server import wire
from kitops_jupyter.server.answers import error_of
from kitops_jupyter.server.views.usable import usable_settings
from kitops_jupyter.settings import RegistrySettings, Settings
from kitops_jupyter.version import VERSION

PAGE_LIMIT = 1000
_REMEMBERED_S = 60.0


def status(epoch: str, folder: Path) -> wire.Status:
    """Who we are, and which registries there are; contacts none of them.

    A list of registries that cannot be read is a problem in the answer, so that the local store can still be used.
    """
    from kitops_jupyter.operations.doctor import OPTIONAL
    from kitops_jupyter.operations.registries import known_registries

    settings = usable_settings()
    rows = [registry_row(known.name, settings) for known in known_registries(settings)]
    problem = error_of(settings.unread) if settings.unread else None
    extras = {name: importlib.util.find_spec(module) is not None for module, name, _ in OPTIONAL}
    place = str(settings.storage), shown_folder(folder), folder.as_posix()
    return wire.Status(VERSION, epoch, *place, rows, problem, extras)


def registry_row(name: str, settings: Settings) -> wire.RegistryRow:
    """One registry, with who we would be there."""
    from kitops_jupyter.operations.login import signed_in_as
    from kitops_jupyter.operations.registries import KnownRegistry, known_registries

    missing = KnownRegistry(name, RegistrySettings(), False)
    known = next((item for item in known_registries(settings) if item.name == name), missing)
    try:
        user = signed_in_as(name, settings=settings)
    except Cancelled:
        raise
    except KitError:
        user = ""
    entry = known.entry
    files = (str(path) if path else "" for path in (entry.ca, entry.client_cert, entry.client_key))
    url = redacted(entry.url)
    return wire.RegistryRow(name, url, known.is_plain, user, known.is_named, entry.tls_verify, *files)


class Names:
    """Lists of names from registries, a page at a time; the first page asks again, the others are of that list."""

    def __init__(self) -> None:
        self._lists: dict[tuple[str, str], tuple[float, Sequence[str]]] = {}
        self._lock = threading.Lock()

    def repositories(self, registry: str, after: str, limit: int) -> wire.Page:
        names = self._names(("registry", registry), lambda: _repositories(registry), is_fresh=not after)
        return page_of(names, after, limit)

    def known_repositories(self, registry: str) -> Sequence[str]:
        """All of them, as they were a minute ago at most."""
        return self._names(("registry", registry), lambda: _repositories(registry), is_fresh=False)

    def tags(self, repository: str, after: str, limit: int) -> wire.Page:
        return page_of(self.all_tags(repository, is_fresh=not after), after, limit)

    def all_tags(self, repository: str, *, is_fresh: bool) -> Sequence[str]:
        """All of them; as they were a minute ago at most, unless that `is_fresh`."""
        from kitops_jupyter.operations.look.tags import list_tags

        return self._names(
            ("tags", repository), lambda: list_tags(repository, settings=Settings.load()), is_fresh=is_fresh
        )

    def _names(self, key: tuple[str, str], ask: Callable[[], Sequence[str]], *, is_fresh: bool) -> Sequence[str]:
        with self._lock:
            asked_s, names = self._lists.get(key, (float("-inf"), ()))
        if is_fresh or time.monotonic() - asked_s > _REMEMBERED_S:
            names = ask()
            with self._lock:
                self._lists[key] = time.monotonic(), names
                while len(self._lists) > 16:
                    del self._lists[next(iter(self._lists))]
        return names


def page_of(names: Sequence[str], after: str, limit: int) -> wire.Page:
    """Those behind `after`, at most `limit`."""
    start = names.index(after) + 1 if after and after in names else 0
    count = max(1, min(limit, PAGE_LIMIT))
    items = list(names[start : start + count])
    return wire.Page(items, items[-1] if items and start + count < len(names) else "")


def _repositories(registry: str) -> Sequence[str]:
    from kitops_jupyter.operations.look.repositories import list_repositories

    return list_repositories(registry, limit=100_000, settings=Settings.load()).repositories


def shown_folder(folder: Path) -> str:
    """The server's folder, with the home as `~`."""
    home = home_folder()
    return f"~/{folder.relative_to(home).as_posix()}" if home and folder.is_relative_to(home) else str(folder)
