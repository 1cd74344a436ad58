"""`kit registry`: the registries that have a name here, and how each one is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from kitops_jupyter import targets
from kitops_jupyter.address import Address
from kitops_jupyter.errors import NotFound, Unreachable, Usage
from kitops_jupyter.operations.check_registry import RegistryCheck, check_registry
from kitops_jupyter.operations.registry_file import change_registries, written
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference
from kitops_jupyter.remembered import KnownNames
from kitops_jupyter.result import Result
from kitops_jupyter.settings import RegistrySettings, Settings
from kitops_jupyter.targets import Connection

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class KnownRegistry:
    """A registry that the settings name, or that a kit here came from."""

    name: str
    entry: RegistrySettings
    is_named: bool

    @property
    def is_plain(self) -> bool:
        """Whether it is reached without TLS."""
        return self.entry.plain_http or self.entry.url.startswith("http://")


@dataclass(frozen=True, slots=True)
class RegistriesResult(Result):
    """The registries that are known here, by name."""

    registries: tuple[KnownRegistry, ...]


@dataclass(frozen=True, slots=True)
class RegistryChange(Result):
    """A name that was given or forgotten; `check` is how the registry answered, None where it was not asked."""

    name: str
    entry: RegistrySettings
    is_removed: bool = False
    check: RegistryCheck | None = None


def list_registries(*, settings: Settings | None = None) -> RegistriesResult:
    """The registries that have a name here, and those that a kit here came from; contacts nothing."""
    return RegistriesResult(tuple(known_registries(settings or Settings.load())))


def add_registry(
    name: str,
    entry: RegistrySettings,
    *,
    check: bool = True,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> RegistryChange:
    """Give a registry a name that references may begin with, or change how it is reached.

    It is tried first: nothing is changed if it does not answer, unless `check` is False. Its `token_hosts` stay where
    `entry` has none. Raises Usage, Unreachable.
    """
    settings = settings or Settings.load()
    _refuse(name, entry)
    found = None
    if check:
        found = check_registry(name, entry, connection=connection, settings=settings, observe=observe)
        if not found.is_usable:
            raise Unreachable(f"{found.message}; {name} was not added", hint=_way_out(found))
    name_registry(name, entry, settings=settings)
    return RegistryChange(name, entry, check=found)


def remove_registry(name: str, *, settings: Settings | None = None) -> RegistryChange:
    """Forget the name, and what was seen under it; nothing in the registry changes. Raises NotFound."""
    settings = settings or Settings.load()
    known = KnownNames(name, settings)

    def change(entries: dict[str, Any]) -> None:
        if entries.pop(name, None) is None:
            raise NotFound(f"no registry is named {name[:100]!r}", hint="kit registry list shows the names")

    change_registries(settings, change)
    known.forget()
    return RegistryChange(name, settings.registries.get(name, RegistrySettings()), is_removed=True)


def known_registries(settings: Settings) -> list[KnownRegistry]:
    """All of them; contacts nothing."""
    found = {name: KnownRegistry(name, entry, True) for name, entry in settings.registries.items()}
    for name in targets.store(settings).repositories():
        reference = Reference.from_store_name(name)
        if not reference.is_local:
            host = reference.registry
            found.setdefault(host, KnownRegistry(host, RegistrySettings(), False))
    return [found[name] for name in sorted(found)]


def name_registry(name: str, entry: RegistrySettings, *, settings: Settings) -> Settings:
    """Write the name down without asking the registry; the settings as they are then. Raises Usage."""
    _refuse(name, entry)

    def change(entries: dict[str, Any]) -> None:
        known = entries.get(name)
        hosts = tuple(known.get("token_hosts", ())) if isinstance(known, dict) else ()
        entries[name] = written(replace(entry, token_hosts=entry.token_hosts or hosts))

    return change_registries(settings, change)


def _refuse(name: str, entry: RegistrySettings) -> None:
    if not _NAME.fullmatch(name):
        raise Usage(f"{name[:100]!r} is not a name for a registry", hint="letters, digits, dots and dashes")
    if entry.url:
        try:
            Address.parse(entry.url if "//" in entry.url else f"https://{entry.url}")
        except Unreachable:
            raise Usage(
                f"{name}: its address is HOST, HOST:PORT, http://... or https://..., without a user or a password"
            ) from None


def _way_out(found: RegistryCheck) -> str:
    return "; ".join(filter(None, (found.hint, "--no-check adds it anyway")))
