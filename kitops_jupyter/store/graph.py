"""What refers to what: from a manifest to its config and layers, from an index to its manifests.

Everything is read from the blobs, verified: a manifest that cannot be read is a problem to tell, never a manifest
without layers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from kitops_jupyter.content import MANIFEST_LIMIT_BYTES, MANIFEST_TYPES, Descriptor, Digest
from kitops_jupyter.errors import ContentError, ManifestInvalid, NotFound
from kitops_jupyter.store.files import read_small
from kitops_jupyter.store.layout import Layout


def is_manifest(descriptor: Descriptor) -> bool:
    """Whether the content is a manifest or an index, which repositories list and tags name."""
    return descriptor.media_type in MANIFEST_TYPES


@dataclass(frozen=True, slots=True)
class References:
    """What a manifest needs (`blobs`), what an index lists (`manifests`), and what either is about (`subject`).

    The last two need not be here.
    """

    blobs: tuple[Descriptor, ...]
    manifests: tuple[Descriptor, ...]
    subject: Descriptor | None = None


def references_of(data: bytes, *, where: str) -> References:
    """What these bytes of a manifest or an index refer to. Raises ManifestInvalid."""
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise ManifestInvalid(f"{where} is not JSON: {problem}") from problem
    if not isinstance(parsed, dict):
        raise ManifestInvalid(f"{where}: expected an object, got {type(parsed).__name__}")
    config = [parsed["config"]] if parsed.get("config") is not None else []
    blobs = [*config, *_list(parsed, "layers", where)]
    subject = parsed.get("subject")
    return References(
        tuple(Descriptor.from_json(value, where=where) for value in blobs),
        tuple(Descriptor.from_json(value, where=where) for value in _list(parsed, "manifests", where)),
        None if subject is None else Descriptor.from_json(subject, where=f"{where}: subject"),
    )


def _list(parsed: dict[str, object], key: str, where: str) -> list[object]:
    value = parsed.get(key)
    if value is not None and not isinstance(value, list):
        raise ManifestInvalid(f"{where}: {key} must be a list, got {type(value).__name__}")
    return value or []


def read_manifest(layout: Layout, descriptor: Descriptor) -> bytes:
    """A manifest's bytes, verified. Raises NotFound, ManifestInvalid."""
    path, short = layout.blob(descriptor.digest), descriptor.digest.short
    try:
        data = read_small(path, MANIFEST_LIMIT_BYTES)
    except FileNotFoundError as problem:
        raise NotFound(f"manifest {short} is missing ({path})") from problem
    except OSError as problem:
        raise ManifestInvalid(f"manifest {short} cannot be read ({path}: {problem.strerror})") from problem
    if Digest.of(data) != descriptor.digest:
        raise ManifestInvalid(f"manifest {short} is damaged: its bytes have a different digest ({path})")
    return data


def missing_blobs(layout: Layout, references: References) -> list[Descriptor]:
    """What a manifest needs and is not there, whole."""
    return [blob for blob in references.blobs if not layout.is_whole(blob.digest, blob.size_bytes)]


@dataclass(slots=True)
class Reached:
    """Every digest that was reached, the manifests that indexes list, and those that could not be followed."""

    digests: set[Digest] = field(default_factory=set)
    listed: list[Descriptor] = field(default_factory=list)
    missing: set[Digest] = field(default_factory=set)
    unreadable: list[tuple[Digest, str]] = field(default_factory=list)


def reach(layout: Layout, roots: Iterable[Descriptor]) -> Reached:
    """Follow manifests and indexes down to the last blob."""
    reached, waiting, followed = Reached(), list(roots), set[Digest]()
    while waiting:
        descriptor = waiting.pop()
        reached.digests.add(descriptor.digest)
        if descriptor.digest in followed:
            continue
        followed.add(descriptor.digest)
        try:
            found = references_of(read_manifest(layout, descriptor), where=f"manifest {descriptor.digest.short}")
        except NotFound:
            reached.missing.add(descriptor.digest)
            continue
        except ContentError as problem:
            reached.unreadable.append((descriptor.digest, problem.message))
            continue
        reached.digests.update(blob.digest for blob in found.blobs)
        reached.listed += found.manifests
        waiting += found.manifests
    return reached
