"""The tags of a repository in its registry: all of their names at once, what they name for a few at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import KitError
from kitops_jupyter.manifest import CREATED, facts_of, kitfile_of, message_of, package_of, parse_manifest
from kitops_jupyter.operations.look.kits import NONE, ListedKit
from kitops_jupyter.reference import LIFECYCLE_TAGS, Reference, is_referrers_tag
from kitops_jupyter.settings import Settings
from kitops_jupyter.sizes import human_size
from kitops_jupyter.targets import Connection

if TYPE_CHECKING:
    from kitops_jupyter.registry import Read

TAGS_LIMIT = 20_000  # names are small, but somebody must scroll through them


def list_tags(
    repository: str,
    *,
    limit: int = TAGS_LIMIT,
    connection: Connection | None = None,
    settings: Settings | None = None,
) -> tuple[str, ...]:
    """The tags of a repository in its registry: the lifecycle's first, then the highest numbers. No manifest moves.

    Tags that tools make for signatures and the like, named after a digest, name no kit and are left out.
    Raises NotFound, Unauthorized, RegistryError.
    """
    reference = Reference.parse(repository, default_tag="")
    with targets.remote(reference, settings or Settings.load(), connection) as opened:
        found = tuple(islice((tag for tag in opened.tags() if not is_referrers_tag(tag)), limit))
    return tuple(in_order(found))


def in_order(tags: Iterable[str]) -> list[str]:
    """The lifecycle's tags first, then the highest numbers."""
    found = set(tags)
    known = [tag for tag in LIFECYCLE_TAGS if tag in found]
    return [*known, *sorted(found.difference(known), key=_by_numbers, reverse=True)]


def _by_numbers(tag: str) -> list[tuple[int, int, str]]:
    """`v10` is more than `v9`."""
    parts = re.findall(r"\d+|\D+", tag)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]


def describe_tags(
    repository: str,
    tags: Sequence[str],
    *,
    connection: Connection | None = None,
    settings: Settings | None = None,
) -> dict[str, ListedKit]:
    """What these tags name; manifests and configs are read side by side. A kit that cannot be read has its `problem`.

    Raises RegistryError.
    """
    reference = Reference.parse(repository, default_tag="")
    found = {}
    with targets.remote(reference, settings or Settings.load(), connection) as opened:
        for read in opened.read_many(tags):
            found[read.name] = _listed(repository, read)
    return found


def _listed(repository: str, read: Read) -> ListedKit:
    digest = read.descriptor.digest if read.descriptor else Digest.of(b"")
    unread = ListedKit(repository, digest, (read.name,), NONE, NONE, 0, "")
    if read.error:
        return replace(unread, problem=read.error.message)
    try:
        manifest = parse_manifest(read.manifest)
        kitfile = kitfile_of(manifest, read.config)
        package = kitfile.package if kitfile else package_of(read.config)
    except KitError as problem:
        return replace(unread, problem=problem.message)
    return replace(
        unread,
        model_name=package.name or NONE,
        author=(package.authors[0] if package.authors else "") or NONE,
        size_bytes=sum(layer.size_bytes for layer in manifest.layers),
        created=manifest.annotations.get(CREATED, ""),
        layers=tuple(manifest.layers),
        message=message_of(manifest),
        parameters=kitfile.model.parameters if kitfile and kitfile.model else None,
        facts=facts_of(manifest),
    )


def short_line(kit: ListedKit) -> str:
    """A kit's size, date and name, for a row: `2.1 GiB · 2026-11-21 · churn`."""
    if kit.problem:
        return kit.problem
    parts = [human_size(kit.size_bytes), kit.created[:10], "" if kit.model_name == NONE else kit.model_name]
    return " · ".join(part for part in parts if part)
