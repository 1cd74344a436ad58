"""A store with kits in it, as kit leaves it on disk."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from kitops_jupyter.settings import Settings

AddKits = Callable[..., None]


@pytest.fixture
def add_kits(settings: Settings) -> AddKits:
    """Lists kits in the store; completion looks at the lists only, so there are no blobs."""

    def add(repository: str, *tags: str) -> None:
        settings.storage.mkdir(parents=True, exist_ok=True)
        descriptor = {
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": "sha256:" + "a" * 64,
            "size": 2,
        }
        name = base64.urlsafe_b64encode(repository.encode()).decode()
        index = {"schemaVersion": 2, "manifests": [descriptor]}
        (settings.storage / f"{name}-index.json").write_text(json.dumps(index))
        if tags:
            (settings.storage / f"{name}-tags.json").write_text(json.dumps(dict.fromkeys(tags, descriptor)))

    return add
