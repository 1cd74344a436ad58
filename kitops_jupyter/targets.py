"""Reference and settings to the place that holds the kit; the one room that knows every such place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kitops_jupyter.errors import InvalidReference, Usage
from kitops_jupyter.reference import LOCAL_REGISTRY, Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository, Store

if TYPE_CHECKING:
    from kitops_jupyter.registry import Patience, Registry, RemoteRepository


_MOST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Connection:
    """How a registry is reached, where that differs from the settings. `proxy` is a URL for this call alone."""

    plain_http: bool = False
    tls_verify: bool = True
    ca: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    concurrency: int = 5
    proxy: str = ""


def store(settings: Settings) -> Store:
    """The local store; made on the first write, not before."""
    return Store(settings.storage, settings.cache)


def local(reference: Reference, settings: Settings) -> Repository:
    """The reference's repository in the local store."""
    return store(settings).repository(reference)


def names_registry(reference: Reference, settings: Settings) -> bool:
    """Whether the reference leads to a registry by itself: by its host, or by a name in the settings.

    Raises what is wrong with the settings, where that decides and the store has no such repository.
    """
    first, slash, _ = reference.repository.partition("/")
    if not reference.is_local or first in settings.registries:
        return True
    if settings.unread and slash and not _has_repository(reference.store_name, settings):
        raise settings.unread
    return False


def is_registry(text: str, settings: Settings) -> bool:
    """Whether the text names a registry and no repository: one of the settings, or a host with a dot or a port.

    A tag of digits is a tag: `m:2024` is a kit where the store has a repository `m`, else a host and its port. So is
    `my.model`, where the store has it. Contacts nothing.
    """
    if "/" in text or "@" in text:
        return False
    if text in settings.registries or text.startswith("["):
        return True
    host, colon, port = text.partition(":")
    if colon and not (port.isascii() and port.isdigit() and int(port[:6]) <= _MOST_PORT):
        return False
    if not colon and "." not in host:
        return False
    try:
        name = Reference.parse(host, default_tag="").store_name
    except InvalidReference:
        return True
    return host == LOCAL_REGISTRY or not _has_repository(name, settings)


def _has_repository(store_name: str, settings: Settings) -> bool:
    here = store(settings)
    return store_name in {*here.repositories(), *here.repositories(kind="indexes")}


def at_registry(reference: Reference) -> Reference:
    """The reference as a registry has it: a bare first part is its host. Raises Usage for a name without one."""
    if not reference.is_local:
        return reference
    host, slash, repository = reference.repository.partition("/")
    if not slash:
        raise Usage(
            f"{reference} does not name a registry",
            hint=f"kit tag {reference} REGISTRY/{reference}, then use that name",
        )
    return replace(reference, registry=host, repository=repository)


@contextmanager
def registry(
    host: str, settings: Settings, connection: Connection | None, *, patience: Patience | None = None
) -> Iterator[Registry]:
    """A registry, its connections closed at the end; contacts nothing by itself.

    Raises what is wrong with settings that could not be read: without them it might be another server, or unguarded.
    """
    if settings.unread:
        raise settings.unread
    from kitops_jupyter.registry import Registry  # not light: only for those who reach one

    how = connection or Connection()
    if how.proxy:
        network = replace(settings.network, proxies={"all": how.proxy, "http": how.proxy, "https": how.proxy})
        settings = replace(settings, network=network)
    with Registry(
        host,
        settings=settings,
        plain_http=how.plain_http,
        tls_verify=how.tls_verify,
        ca=how.ca,
        client_cert=how.client_cert,
        client_key=how.client_key,
        concurrency=how.concurrency,
        patience=patience,
    ) as opened:
        yield opened


@contextmanager
def remote(reference: Reference, settings: Settings, connection: Connection | None) -> Iterator[RemoteRepository]:
    """The reference's repository in its registry. Raises Usage for a reference without one."""
    place = at_registry(reference)
    with registry(place.registry, settings, connection) as opened:
        yield opened.repository(place.repository)
