"""What the panel lists: registries, the local store, and the kits in them."""

from __future__ import annotations

from dataclasses import dataclass

from kitops_jupyter.operations.check_registry import Field, Verdict
from kitops_jupyter.server.wire.error import Error


@dataclass(frozen=True)
class RegistryRow:
    name: str
    url: str
    plain_http: bool
    signed_in_as: str
    is_named: bool
    tls_verify: bool
    ca: str
    client_cert: str
    client_key: str


@dataclass(frozen=True)
class RegistryCheck:
    """How a registry answered; `field` is the one of the asked fields that the trouble is about, or ""."""

    address: str
    verdict: Verdict
    message: str
    hint: str
    field: Field


@dataclass(frozen=True)
class Status:
    """`root` is the server's folder on its machine, absolute. `problem` is a part of the settings that cannot be read,
    such as the named registries; it was left out.
    """

    version: str
    epoch: str
    store: str
    browse_home: str
    root: str
    registries: list[RegistryRow]
    problem: Error | None
    extras: dict[str, bool]


@dataclass(frozen=True)
class LocalTag:
    tag: str
    reference: str
    digest: str
    size_bytes: int
    created: str
    kit_name: str
    problem: str


@dataclass(frozen=True)
class LocalRepository:
    name: str
    tags: list[LocalTag]


@dataclass(frozen=True)
class LocalList:
    stamp: str
    size_bytes: int
    repositories: list[LocalRepository]
    problems: list[str]


@dataclass(frozen=True)
class Page:
    items: list[str]
    next: str


@dataclass(frozen=True)
class FoundRepository:
    """A repository with the text in these of its tags, and in `more` that are not named."""

    name: str
    tags: list[str]
    more: int


@dataclass(frozen=True)
class SearchPage:
    """`looked_at` of all `repositories` were looked at, `unread` of this page's could not be.

    `next` is the `after` that looks further; `error` is why the registry was not asked for more.
    """

    found: list[FoundRepository]
    looked_at: int
    repositories: int
    next: str
    unread: int
    error: Error | None


@dataclass(frozen=True)
class Summary:
    reference: str
    digest: str
    size_bytes: int
    created: str
    kit_name: str
    is_local: bool
    layers_here: int
    layers: int
    error: Error | None
