"""One kit as the kit tab shows it: its Kitfile and its layers."""

from __future__ import annotations

from kitops_jupyter.operations.look.here import Here
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.views.facts import facts_of
from kitops_jupyter.server.views.layers import rows_of
from kitops_jupyter.server.views.usable import usable_settings


def kit(asked: bodies.ShowKit) -> wire.KitView:
    """A kit's Kitfile and layers; of a kit in a registry, manifest and config are moved, no layer."""
    from kitops_jupyter.kitfile import to_yaml
    from kitops_jupyter.manifest import CREATED, message_of
    from kitops_jupyter.operations.layer_reader import ranges_of

    settings, reference = usable_settings(), asked.reference
    with Opener(settings, remote=asked.remote) as opener:
        opened = opener.open(reference)
        described, package = opened.described(), opened.described().package
        is_local = all(ranges_of(opened.source, match.layer) is None for match in opened.matches())
        annotations = {name: str(text) for name, text in opened.manifest.annotations.items()}
        return wire.KitView(
            reference=reference,
            digest=opened.descriptor.digest,
            size_bytes=opened.size_bytes,
            created=opened.manifest.annotations.get(CREATED, ""),
            kit_name=package.name,
            kit_version=package.version,
            description=package.description,
            authors=list(package.authors),
            license=package.license,
            is_local=is_local,
            kitfile_yaml=to_yaml(described),
            entries=[facts_of(entry) for entry in described.entries()],
            layers=rows_of(opened, opener, settings),
            annotations=annotations,
            message=message_of(opened.manifest),
            tags=_tags_of(opened, Here(settings)),
        )


def _tags_of(kit: Kit, here: Here) -> list[str]:
    """The tags that are known to name this kit: the one that was asked for, and those of the store."""
    asked = [kit.reference.tag] if kit.reference.tag else []
    here_tags = here.tags_of(kit)
    return [*asked, *(tag for tag in here_tags if tag not in asked)]
