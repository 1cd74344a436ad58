"""What refers to a manifest (signatures, file indexes): asked of the registry, or kept under a tag where it cannot say.

Source: OCI distribution-spec 1.1, "Listing Referrers", "Referrers Tag Schema".
"""

from __future__ import annotations

import json
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import IMAGE_INDEX, Descriptor, Digest
from kitops_jupyter.errors import ContentError, ManifestInvalid, NotFound, RegistryError
from kitops_jupyter.registry.content.lists import pages
from kitops_jupyter.registry.content.manifests import Manifests
from kitops_jupyter.registry.http.exchange import Exchange

_TRIES = 5  # others may write the list at the same time, and the last one wins


def referrers(
    registry: Exchange, name: str, manifests: Manifests, subject: Digest, *, artifact_type: str = ""
) -> list[Descriptor]:
    """The manifests whose subject this is; none is an empty list, also where nothing was ever stored.

    A registry that does not know the question keeps a list under a tag. One that refuses it (401, 403, 5xx), or answers
    with something else, is asked for that as well; if there is none, its refusal is raised.
    """
    what = f"list referrers of {subject.short} in {registry.name}/{name}"
    url = registry.url(f"{registry.hostname}/v2/{name}/referrers/{subject}")
    found: dict[Digest, Descriptor] = {}
    try:
        for page in pages(registry, url, what):
            found.update((entry.digest, entry) for entry in _entries(page, what))
    except (NotFound, ContentError, RegistryError) as error:
        unknown = isinstance(error, NotFound) or getattr(error, "status", 0) in (400, 405, 501)
        try:
            found = {entry.digest: entry for entry in _from_tag(manifests, subject, what)}
        except (ContentError, RegistryError):
            if unknown:
                raise
        if not unknown and not found:
            raise
    return [entry for entry in found.values() if artifact_type in ("", entry.artifact_type)]


def add_to_tag(place: str, manifests: Manifests, subject: Digest, referrer: Descriptor) -> None:
    """Put a referrer in the list under the subject's tag, for a registry that keeps none itself.

    The list is read again afterwards, since someone else may have written it in between. Raises RegistryError
    when it does not stay.
    """
    what = f"list {referrer.digest.short} as referrer in {place}"
    for _ in range(_TRIES):
        entries = _from_tag(manifests, subject, what)
        if any(entry.digest == referrer.digest for entry in entries):
            return
        manifests.put(tag_of(subject), _index([*entries, referrer]), IMAGE_INDEX)
    raise RegistryError(
        f"{what}: other processes are writing the list at the same time", hint="run it again", temporary=True
    )


def tag_of(subject: Digest) -> str:
    """The tag under which a registry without the API has the list."""
    return f"sha256-{subject.hex}"


def subject_of(manifest: bytes) -> tuple[Digest, Descriptor] | None:
    """What a manifest refers to, and how it is listed there; None when it refers to nothing."""
    try:
        found = json.loads(manifest)
    except (ValueError, RecursionError):
        return None
    subject = found.get("subject") if isinstance(found, dict) else None
    if not isinstance(subject, dict):
        return None
    config = found.get("config")
    kind = found.get("artifactType") or (config.get("mediaType") if isinstance(config, dict) else "")
    annotations = found.get("annotations")
    listed = Descriptor(
        found.get("mediaType") or "",
        Digest.of(manifest),
        len(manifest),
        annotations if isinstance(annotations, dict) else {},
        kind if isinstance(kind, str) else "",
    )
    return Descriptor.from_json(subject, where="subject").digest, listed


def _from_tag(manifests: Manifests, subject: Digest, what: str) -> list[Descriptor]:
    try:
        return _entries(json.loads(manifests.get(tag_of(subject))[1]), what)
    except NotFound:
        return []
    except (ValueError, RecursionError):
        raise ManifestInvalid(f"{what}: the list under the tag {tag_of(subject)[:30]}… is not JSON") from None


def _entries(index: Any, what: str) -> list[Descriptor]:
    entries = (index.get("manifests") or []) if isinstance(index, dict) else None
    if not isinstance(entries, list):
        raise ManifestInvalid(f"{what}: the response is not an image index")
    return [Descriptor.from_json(entry, where=what) for entry in entries]


def _index(entries: list[Descriptor]) -> bytes:
    listed = [entry.to_json() for entry in entries]
    return gojson.dumps({"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": listed}).encode()
