"""What comes in pages: the tags of a repository, the repositories of a registry.

A page's link is a server's word: it must lead to the same server, and to a page that was not seen yet.
Source: OCI distribution-spec 1.1, "Listing Tags"; RFC 8288 (Link).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import requests

from kitops_jupyter.address import Address
from kitops_jupyter.errors import NoCatalog, NotFound, RegistryError
from kitops_jupyter.reference import is_tag
from kitops_jupyter.registry.http.exchange import Exchange

PAGE = 1000
PAGES_LIMIT = 10_000
_NEXT = re.compile(r'<([^<>]*)>\s*(?:;[^,<]*)?;\s*rel\s*=\s*"?next"?\s*(?:[;,]|$)', re.IGNORECASE)

_GOES_ON = re.compile(r"(?:\A|&)(?:last|next_page|page_token)=")


def tags(registry: Exchange, name: str) -> Iterator[str]:
    """The tags of a repository as their pages come, in the registry's order, each once; impossible names left out.

    Raises NotFound when there is no such repository.
    """
    what = f"list tags of {registry.name}/{name}"
    seen: set[str] = set()
    for page in pages(registry, registry.url(registry.container(name).tags_url(PAGE)), what):
        for tag in _names(page, "tags", what):
            if is_tag(tag) and tag not in seen:
                seen.add(tag)
                yield tag


def catalog(registry: Exchange) -> Iterator[str]:
    """The repositories of a registry that tells them. Raises RegistryError for one that does not."""
    what = f"list repositories of {registry.name}"
    try:
        for page in pages(registry, f"{registry.base}/v2/_catalog?n={PAGE}", what):
            yield from _names(page, "repositories", what)
    except NotFound as error:
        hint = "kit list REGISTRY/REPOSITORY lists one"
        raise NoCatalog(f"{what}: the registry does not offer this list", hint=hint, status=404) from error


def pages(registry: Exchange, url: str, what: str) -> Iterator[Any]:
    """Each page's JSON, following `Link: <...>; rel="next"`. Raises RegistryError for a ring or a foreign host."""
    seen: set[str] = set()
    first = Address.parse(url)
    while url:
        if url in seen or len(seen) >= PAGES_LIMIT:
            raise RegistryError(f"{what}: the registry's pages form a loop", hint="its responses cannot be trusted")
        seen.add(url)
        response, body = registry.read(url, headers={"Accept": "application/json"}, what=what)
        try:
            page = json.loads(body)
        except (ValueError, RecursionError):
            raise RegistryError(
                f"{what}: the response is not JSON", hint="check that this is the registry's address"
            ) from None
        url = _next(registry, first, response, what)
        yield page


def _next(registry: Exchange, first: Address, response: requests.Response, what: str) -> str:
    """The next page's address, "" for the last.

    Proxies do not know their own address, so only the query of a link counts: a page elsewhere is requested from this
    server.
    """
    match = _NEXT.search(response.headers.get("Link", "")[:8192])
    if not match:
        return ""
    page = Address.parse(response.url)
    link = page.joined(match.group(1), what)
    if link.origin == registry.origin and link.path in (first.path, page.path):
        return str(link)
    if _GOES_ON.search(link.query):
        return str(first.with_query(link.query))
    raise RegistryError(f"{what}: the next page is on another server: {link.shown}")


def _names(page: object, key: str, what: str) -> list[str]:
    names = page.get(key, []) if isinstance(page, dict) else page
    if names is None:
        return []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RegistryError(f"{what}: the response has no list of {key}")
    return names
