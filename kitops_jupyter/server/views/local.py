"""The local store's kits."""

from __future__ import annotations

from kitops_jupyter.server import wire
from kitops_jupyter.server.views.usable import usable_settings


def local() -> wire.LocalList:
    """The local store's kits by repository."""
    from kitops_jupyter.operations.look.kits import NONE, change_stamp, list_kits

    settings = usable_settings()
    stamp = change_stamp(settings)
    found = list_kits(settings=settings)
    repositories: dict[str, list[wire.LocalTag]] = {}
    for kit in found.kits:
        name = "" if kit.repository == NONE else kit.repository
        for tag in kit.tags or ("",):
            reference = f"{name}:{tag}" if tag else f"{name or 'localhost/_'}@{kit.digest}"
            title = "" if kit.model_name == NONE else kit.model_name
            row = wire.LocalTag(tag, reference, kit.digest, kit.size_bytes, kit.created, title, kit.problem)
            repositories.setdefault(name, []).append(row)
    listed = [wire.LocalRepository(name, tags) for name, tags in sorted(repositories.items())]
    return wire.LocalList(stamp, found.size_bytes, listed, list(found.problems))
