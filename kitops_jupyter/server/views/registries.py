"""What the panel asks to see, out of the operations; blocking, so called in threads. Nothing here knows HTTP."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from kitops_jupyter.disk import home_folder
from kitops_jupyter.errors import KitError
from kitops_jupyter.redaction import redacted
from kitops_jupyter.reference import Reference
from kitops_jupyter.server import wire
from kitops_jupyter.server.answers import error_of
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.door import typed_errors
from kitops_jupyter.version import VERSION

PAGE_LIMIT = 1000
SUMMARIES_LIMIT = 50
HISTORY_LIMIT = 300
_REMEMBERED_S = 60.0


def status(epoch: str, root: str) -> wire.Status:
    """Who we are, and which registries there are; contacts none of them."""
    from kitops_jupyter.operations.doctor import OPTIONAL
    from kitops_jupyter.operations.registries import known_registries

    settings = Settings.load()
    rows = [registry_row(known.name, settings) for known in known_registries(settings)]
    extras = {name: importlib.util.find_spec(module) is not None for module, name, _ in OPTIONAL}
    return wire.Status(VERSION, epoch, str(settings.storage), root, rows, "", extras)


def registry_row(name: str, settings: Settings) -> wire.RegistryRow:
    """One registry, with who we would be there."""
    from kitops_jupyter.operations.login import signed_in_as
    from kitops_jupyter.operations.registries import known_registries

    known = next((item for item in known_registries(settings) if item.name == name), None)
    try:
        user = signed_in_as(name, settings=settings)
    except KitError:
        user = ""
    url, plain_http, is_named = (redacted(known.url), known.plain_http, known.is_named) if known else ("", False, False)
    return wire.RegistryRow(name, url, plain_http, user, is_named)


def add_registry(name: str, url: str, plain_http: bool) -> wire.RegistryRow:
    from kitops_jupyter.operations.registries import add_registry as add

    return registry_row(name, add(name, url, plain_http=plain_http, settings=Settings.load()))


def remove_registry(name: str) -> None:
    from kitops_jupyter.operations.registries import remove_registry as remove

    remove(name, settings=Settings.load())


def local() -> wire.LocalList:
    """The local store's kits by repository."""
    from kitops_jupyter import targets
    from kitops_jupyter.operations.look.kits import NONE, list_kits

    settings = Settings.load()
    stamp = targets.store(settings).change_stamp()
    found = list_kits(settings=settings)
    repositories: dict[str, list[wire.LocalTag]] = {}
    for kit in found.kits:
        name = "" if kit.repository == NONE else kit.repository
        for tag in kit.tags or ("",):
            reference = f"{name}:{tag}" if tag else f"{name or 'localhost/_'}@{kit.digest}"
            title = "" if kit.model_name == NONE else kit.model_name
            row = wire.LocalTag(tag, reference, kit.digest, kit.size_bytes, kit.created, title, kit.problem)
            repositories.setdefault(name, []).append(row)
    listed = [wire.LocalRepository(name, tags) for name, tags in sorted(repositories.items())]
    return wire.LocalList(stamp, found.size_bytes, listed, list(found.problems))


class Names:
    """Lists of names from registries, a page at a time; the first page asks anew, the others are of the same list."""

    def __init__(self) -> None:
        self._lists: dict[tuple[str, str], tuple[float, Sequence[str]]] = {}
        self._lock = threading.Lock()

    def repositories(self, registry: str, after: str, limit: int) -> wire.Page:
        from kitops_jupyter.operations.look.repositories import list_repositories

        def ask() -> Sequence[str]:
            return list_repositories(registry, limit=100_000, settings=Settings.load()).repositories

        return self._page(("registry", registry), after, limit, ask)

    def tags(self, repository: str, after: str, limit: int) -> wire.Page:
        from kitops_jupyter.operations.look.tags import list_tags

        return self._page(("tags", repository), after, limit, lambda: list_tags(repository, settings=Settings.load()))

    def _page(self, key: tuple[str, str], after: str, limit: int, ask: object) -> wire.Page:
        assert callable(ask)
        with self._lock:
            asked_s, names = self._lists.get(key, (0.0, ()))
        if not after or time.monotonic() - asked_s > _REMEMBERED_S:
            names = ask()
            with self._lock:
                self._lists[key] = time.monotonic(), names
                while len(self._lists) > 16:
                    del self._lists[next(iter(self._lists))]
        start = names.index(after) + 1 if after and after in names else 0
        count = max(1, min(limit, PAGE_LIMIT))
        items = list(names[start : start + count])
        return wire.Page(items, items[-1] if items and start + count < len(names) else "")


def summaries(references: Sequence[str]) -> list[wire.Summary]:
    """A few words on each of a few kits; one that cannot be read has its error, and hides no other."""
    by_repository: dict[str, list[tuple[str, str]]] = {}
    found: dict[str, wire.Summary] = {}
    for text in references[:SUMMARIES_LIMIT]:
        try:
            parsed = Reference.parse(text)
        except KitError as problem:
            found[text] = _unread(redacted(text), problem)
        else:
            repository = text.removesuffix(f":{parsed.name}").removesuffix(f"@{parsed.name}")
            by_repository.setdefault(repository, []).append((text, parsed.name))
    for repository, named in by_repository.items():
        try:
            with typed_errors():
                found.update(_summaries(repository, named))
        except KitError as problem:
            found.update({text: _unread(text, problem) for text, _ in named})
    return [found[text] for text in references[:SUMMARIES_LIMIT]]


def _unread(text: str, problem: KitError) -> wire.Summary:
    return wire.Summary(text, "", 0, "", "", False, 0, 0, error_of(problem))


def _summaries(repository: str, named: Sequence[tuple[str, str]]) -> dict[str, wire.Summary]:
    from kitops_jupyter import targets
    from kitops_jupyter.operations.look.kits import NONE
    from kitops_jupyter.operations.look.tags import describe_tags

    settings = Settings.load()
    store = targets.store(settings)
    described = describe_tags(repository, [tag for _, tag in named], settings=settings)
    found = {}
    for text, tag in named:
        kit = described[tag]
        error_there = wire.Error("unreadable", kit.problem, "", []) if kit.problem else None
        title = "" if kit.model_name == NONE else kit.model_name
        digest = "" if kit.problem else kit.digest
        layers_here = sum(store.has_blob(layer) for layer in kit.layers)
        counts = layers_here, len(kit.layers)
        found[text] = wire.Summary(
            text, digest, kit.size_bytes, kit.created, title, _is_local(text), *counts, error_there
        )
    return found


def _is_local(reference: str) -> bool:
    """Whether the store has a kit of this very name."""
    from kitops_jupyter import targets

    parsed = Reference.parse(reference)
    try:
        targets.local(parsed, Settings.load()).resolve(parsed.name)
    except KitError:
        return False
    return True


def history(repository: str) -> list[wire.HistoryRow]:
    """The tags of a repository with what they name, the newest first; those that cannot be read last."""
    from kitops_jupyter import targets
    from kitops_jupyter.operations.look.kits import NONE, ListedKit, list_kits
    from kitops_jupyter.operations.look.tags import describe_tags, list_tags

    settings = Settings.load()
    pairs: list[tuple[str, ListedKit]]
    if targets.names_registry(Reference.parse(repository, default_tag=""), settings):
        tags = list_tags(repository, limit=HISTORY_LIMIT, settings=settings)
        pairs = list(describe_tags(repository, tags, settings=settings).items())
    else:
        pairs = [(tag, kit) for kit in list_kits(repository, settings=settings).kits for tag in kit.tags]
    rows = [
        wire.HistoryRow(
            tag,
            "" if kit.problem else kit.digest,
            kit.created,
            kit.size_bytes,
            "" if kit.model_name == NONE else kit.model_name,
            kit.problem,
        )
        for tag, kit in pairs
    ]
    return sorted(rows, key=lambda row: row.created, reverse=True)


def validate(text: str) -> wire.Validated:
    """Judge a Kitfile."""
    from kitops_jupyter.operations.validate import validate as judge

    found = judge("Kitfile", text=text)
    problems = [
        wire.Problem(item.line or 0, item.column or 0, item.field, item.message, item.hint) for item in found.problems
    ]
    return wire.Validated(found.accepted, problems, found.config or "", found.yaml or "")


def login(registry: str, username: str, password: str, plain_http: bool) -> wire.RegistryRow:
    """Try and keep credentials; a registry that speaks plain HTTP is noted as one that does."""
    from kitops_jupyter.operations.login import login as sign_in
    from kitops_jupyter.operations.registries import add_registry as add
    from kitops_jupyter.targets import Connection

    settings = Settings.load()
    sign_in(registry, username, password, connection=Connection(plain_http=plain_http), settings=settings)
    if plain_http and registry not in settings.registries:
        settings = add(registry, "", plain_http=True, settings=settings)
    return registry_row(registry, settings)


def logout(registry: str) -> None:
    from kitops_jupyter.operations.login import logout as sign_out

    sign_out(registry, settings=Settings.load())


def shown_folder(folder: Path) -> str:
    """The server's folder, with the home as `~`."""
    home = home_folder()
    return f"~/{folder.relative_to(home).as_posix()}" if home and folder.is_relative_to(home) else str(folder)
