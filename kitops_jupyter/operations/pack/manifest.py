"""The last steps of a pack: config, manifest, tags, in that order."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass

from kitops_jupyter import file_index
from kitops_jupyter.content import (
    IMAGE_MANIFEST,
    Descriptor,
    Digest,
    ListsManifests,
    OpensChecked,
    Target,
    read_verified,
)
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.kitfile import Kitfile, to_json
from kitops_jupyter.manifest import (
    KITFILE,
    MESSAGE,
    NO_FACTS,
    Facts,
    build_config,
    build_manifest,
    facts_of,
    message_of,
    parse_manifest,
)
from kitops_jupyter.media_types import CONFIG_TYPES, Kind
from kitops_jupyter.operations.pack.layers import PackedLayer
from kitops_jupyter.operations.transfer.extras import FILE_INDEX, Extras
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings


@dataclass(frozen=True, slots=True)
class StoredKit:
    """The kit that the tags now name, its message and its facts."""

    digest: Digest
    message: str
    facts: Facts


def store_manifest(
    target: Target,
    referrers: Target,
    reference: Reference,
    settings: Settings,
    kitfile: Kitfile,
    packed: Sequence[PackedLayer],
    *,
    kind: Kind,
    extras: Extras,
    message: str = "",
    facts: Facts = NO_FACTS,
    registry: str = "",
) -> StoredKit:
    """Store config and manifest and move the tags; the manifest that is there already is kept when it says the same.

    The same includes the `message` and the code of the `facts`; without one, a kit is kept with what it has.
    What keeps the layers' file indexes goes to `referrers`, before any tag moves; it is an extra that `registry`, where
    the kit goes to one, may refuse.
    Source: format.md, "A kit": packing the same content twice gives one digest.
    """
    described = kitfile.with_layers(
        {(layer.section, layer.index): (str(layer.digest), str(layer.diff_id)) for layer in packed}
    )
    layers = [layer.descriptor for layer in packed]
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(settings.created_epoch_s))
    config = build_config(described, kind=kind, created=created)
    config_descriptor = Descriptor.of(CONFIG_TYPES[kind], config)
    same = _find_same(target, _known(target, reference), described, layers, kind, message, facts)
    descriptor, kept = same or (None, (message, facts))
    if descriptor is None or (kind == "modelkit" and isinstance(target, OpensChecked)):  # what is there may be damaged
        target.write(config_descriptor, io.BytesIO(config), item="config")
    if descriptor is None:
        data = build_manifest(
            config_descriptor,
            layers,
            cli_version=settings.cli_version,
            created=created,
            kind=kind,
            kitfile_json=to_json(described).decode() if kind == "modelpack" else None,
            message=message,
            facts=facts.to_text(),
        )
        descriptor = Descriptor.of(IMAGE_MANIFEST, data)
        target.write(descriptor, io.BytesIO(data), item="manifest")
    if not extras.notes and not (registry and extras.is_refused(FILE_INDEX, registry)):
        manifest = descriptor
        extras.try_to(FILE_INDEX, lambda: file_index.keep(referrers, manifest, layers), registry=registry)
    for tag in (reference.tag, *reference.extra_tags):
        if tag:
            target.tag(descriptor, tag)
    return StoredKit(descriptor.digest, *kept)


def _known(target: Target, reference: Reference) -> Sequence[Descriptor]:
    """The manifests that could be equal: all of them if they are cheap to list, else those that the tags name."""
    if isinstance(target, ListsManifests):
        return target.manifests()
    found = []
    for tag in filter(None, (reference.tag, *reference.extra_tags)):
        try:
            found.append(target.resolve(tag))
        except Cancelled:
            raise
        except KitError:
            continue
    return found


def _find_same(
    target: Target,
    candidates: Sequence[Descriptor],
    described: Kitfile,
    layers: Sequence[Descriptor],
    kind: Kind,
    message: str,
    facts: Facts,
) -> tuple[Descriptor, tuple[str, Facts]] | None:
    """The newest of these manifests with these layers, this Kitfile, message and code, or None; and what it says.

    Any message is the same as none, and any code as no git.
    """
    config = Digest.of(build_config(described)) if kind == "modelkit" else None
    text = to_json(described).decode()
    for descriptor in reversed(candidates):
        try:
            known = parse_manifest(read_verified(target, descriptor))
        except Cancelled:
            raise
        except KitError:
            continue  # another kit that cannot be read is no reason not to pack this one
        same = known.config.digest == config if config else known.annotations.get(KITFILE) == text
        same = same and message in ("", known.annotations.get(MESSAGE, ""))
        same = same and facts.code in (None, facts_of(known).code)
        is_whole = kind == "modelkit" or target.exists(known.config)
        if same and is_whole and known.kind == kind and list(known.layers) == list(layers):
            return descriptor, (message_of(known), facts_of(known))
    return None
