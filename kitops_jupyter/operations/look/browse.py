"""`kit browse`: from places to repositories, to tags, to what a kit has. Each level is asked when it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from kitops_jupyter import targets
from kitops_jupyter.operations.look.files import KitFile, files
from kitops_jupyter.operations.look.here import Here
from kitops_jupyter.operations.look.info import InfoResult, info
from kitops_jupyter.operations.look.kits import NONE, ListedKit, list_kits
from kitops_jupyter.operations.look.repositories import list_repositories
from kitops_jupyter.operations.look.tags import describe_tags, list_tags, short_line
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.redaction import redacted
from kitops_jupyter.reference import UNTAGGED, Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.sizes import counted, human_size
from kitops_jupyter.targets import Connection

REPOSITORIES_LIMIT = 10_000
SHOWN_LIMIT = 50  # rows as text
LOCAL = "local store"


@dataclass(frozen=True)
class Access:
    """How places are reached."""

    connection: Connection
    settings: Settings


class Level(Protocol):
    """Names to choose from."""

    @property
    def start(self) -> str:
        """What `kit browse` takes to come here."""

    @property
    def title(self) -> str:
        """The level's name for people."""

    def names(self) -> Sequence[str]:
        """All of them; asks the registry the first time. Raises KitError."""

    def describe(self, names: Sequence[str]) -> Mapping[str, str]:
        """A few words on each of these few names. Raises KitError."""

    def below(self, name: str) -> Level | KitPlace:
        """What a name leads to."""


@dataclass
class KitPlace:
    """One kit; `is_remote` asks the registry even where the store has a kit of that name."""

    reference: str
    access: Access
    is_remote: bool = False
    title: str = field(init=False)

    def __post_init__(self) -> None:
        parsed = Reference.parse(self.reference)
        self.title = parsed.tag or (parsed.digest.short if parsed.digest else self.reference)

    @property
    def start(self) -> str:
        """As `Level.start`."""
        return self.reference

    @cached_property
    def info(self) -> InfoResult:
        """Its Kitfile and layers. Raises KitError."""
        how = self.access
        return info(self.reference, remote=self.is_remote, connection=how.connection, settings=how.settings)

    def files(self, section: str, path: str) -> tuple[KitFile, ...]:
        """The files of one layer, of which only the archive's headers move. Raises KitError."""
        how = self.access
        found = files(self.reference, path, remote=self.is_remote, connection=how.connection, settings=how.settings)
        return next((layer.files for layer in found.layers if (layer.section, layer.path) == (section, path)), ())


@dataclass
class Home:
    """The local store, and every registry that the settings name or that a kit here came from."""

    access: Access
    start: str = ""
    title: str = "ModelKits"

    def names(self) -> Sequence[str]:
        settings = self.access.settings
        names = [store_name for store_name, _, _ in targets.store(settings).kits(on_problem=lambda problem: None)]
        hosts = {reference.registry for name in names if not (reference := Reference.from_store_name(name)).is_local}
        return (LOCAL, *sorted({*settings.registries, *hosts}))

    def describe(self, names: Sequence[str]) -> Mapping[str, str]:
        """The store's size; a registry is not contacted to be listed."""
        settings = self.access.settings
        known = {name: redacted(entry.url or "") for name, entry in settings.registries.items()}
        if LOCAL in names:
            found = list_kits(settings=settings)
            known[LOCAL] = f"{counted(len(found.kits), 'kit')} · {human_size(found.size_bytes)}"
        return {name: known.get(name, "") for name in names}

    def below(self, name: str) -> Level:
        return LocalStore(self.access) if name == LOCAL else RegistryLevel(name, self.access)


@dataclass
class LocalStore:
    """The repositories of the local store."""

    access: Access
    start: str = ""
    title: str = LOCAL

    @cached_property
    def kits(self) -> dict[str, list[ListedKit]]:
        """The kits by repository."""
        found: dict[str, list[ListedKit]] = {}
        for kit in list_kits(settings=self.access.settings).kits:
            found.setdefault(kit.repository, []).append(kit)
        return found

    def names(self) -> Sequence[str]:
        return sorted(self.kits)

    def describe(self, names: Sequence[str]) -> Mapping[str, str]:
        return {name: ", ".join(tag for kit in self.kits[name] for tag in kit.tags)[:80] for name in names}

    def below(self, name: str) -> Level:
        return LocalTags(name, self.kits[name], self.access)


@dataclass
class LocalTags:
    """The kits of one repository of the local store: their tags, or the digest of one without."""

    start: str
    kits: list[ListedKit]
    access: Access

    @property
    def title(self) -> str:
        """As `Level.title`."""
        return self.start

    @cached_property
    def _by_name(self) -> dict[str, ListedKit]:
        return {tag: kit for kit in self.kits for tag in kit.tags or (str(kit.digest),)}

    def names(self) -> Sequence[str]:
        return tuple(self._by_name)

    def describe(self, names: Sequence[str]) -> Mapping[str, str]:
        return {name: short_line(self._by_name[name]) for name in names}

    def below(self, name: str) -> KitPlace:
        repository = UNTAGGED if self.start == NONE else self.start
        return KitPlace(f"{repository}@{name}" if ":" in name else f"{repository}:{name}", self.access)


@dataclass
class RegistryLevel:
    """The repositories of a registry that tells them."""

    start: str
    access: Access

    @property
    def title(self) -> str:
        """As `Level.title`."""
        return self.start

    @cached_property
    def _names(self) -> Sequence[str]:
        how = self.access
        return list_repositories(
            self.start, limit=REPOSITORIES_LIMIT, connection=how.connection, settings=how.settings
        ).repositories

    def names(self) -> Sequence[str]:
        return self._names

    def describe(self, names: Sequence[str]) -> Mapping[str, str]:
        """A registry says no more of a repository than its name."""
        return {}

    def below(self, name: str) -> Level:
        return RemoteTags(f"{self.start}/{name}", self.access)


@dataclass
class RemoteTags:
    """The tags of a repository in its registry."""

    start: str
    access: Access

    @property
    def title(self) -> str:
        """As `Level.title`."""
        return self.start.partition("/")[2] or self.start

    @cached_property
    def _names(self) -> Sequence[str]:
        return list_tags(self.start, connection=self.access.connection, settings=self.access.settings)

    def names(self) -> Sequence[str]:
        return self._names

    def describe(self, names: Sequence[str]) -> Mapping[str, str]:
        found = describe_tags(self.start, names, connection=self.access.connection, settings=self.access.settings)
        return {name: short_line(kit) for name, kit in found.items()}

    def below(self, name: str) -> KitPlace:
        return KitPlace(f"{self.start}:{name}", self.access, is_remote=True)


def begin(start: str, access: Access) -> Level | KitPlace:
    """Where a text leads: a registry, a repository, a kit, or with "" the list of places. Raises InvalidReference."""
    if not start:
        return Home(access)
    if targets.is_registry(start, access.settings):
        return RegistryLevel(start, access)
    reference = Reference.parse(start, default_tag="")
    is_elsewhere = targets.names_registry(reference, access.settings)
    if reference.name:
        return KitPlace(start, access, is_remote=is_elsewhere and not Here(access.settings).is_named(reference))
    if is_elsewhere:
        return RemoteTags(start, access)
    return LocalTags(start, list(list_kits(start, settings=access.settings).kits), access)


@dataclass(frozen=True, slots=True)
class BrowseResult(Result):
    """A level as text, where there are no widgets: the first of its rows."""

    title: str
    rows: tuple[tuple[str, str], ...]
    count: int
    hint: str


def browse(
    start: str = "",
    *,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> BrowseResult:
    """The first rows of a level, or the layers of a kit. Raises NotFound, InvalidReference, RegistryError."""
    with observed(observe, start):
        return as_text(begin(start, Access(connection or Connection(), settings or Settings.load())))


def as_text(place: Level | KitPlace, known: Mapping[str, str] | None = None) -> BrowseResult:
    """As `browse`. With `known` no more is asked about the names."""
    if isinstance(place, KitPlace):
        layers = place.info.layers
        rows = tuple((f"{section} {path}", human_size(size)) for section, path, size, _ in layers[:SHOWN_LIMIT])
        hint = f"kit pull {place.reference} -d FOLDER takes all, --filter the parts that you name"
        return BrowseResult(place.reference, rows, len(layers), hint)
    names = place.names()
    shown = names[:SHOWN_LIMIT]
    known = place.describe(shown) if known is None else known
    rows = tuple((name, known.get(name, "")) for name in shown)
    separator = ":" if isinstance(place, (LocalTags, RemoteTags)) else "/"
    prefix = "" if isinstance(place, (Home, LocalStore)) else f"{place.start}{separator}"
    return BrowseResult(place.title, rows, len(names), f"kit browse {prefix}NAME looks into one")
