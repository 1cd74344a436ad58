"""A registry of very many names: a thousand repositories, one with ten thousand tags, and each tag a kit."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from urllib.request import Request, urlopen

from tests.fakes.names_registry import MANIFEST, Names, names_registry

BIG = "a-model"  # sorts before the others
TAGS = [f"v{number:05}" for number in range(10_000)]
REPOSITORIES = [BIG, *(f"model-{number:03}" for number in range(999))]


def crowd_of(host: str, name: str, tag: str) -> AbstractContextManager[Names]:
    """A registry in which every tag is this kit of another registry."""
    manifest = _fetch(host, f"/v2/{name}/manifests/{tag}")
    config = json.loads(manifest)["config"]["digest"]
    blobs = {config: _fetch(host, f"/v2/{name}/blobs/{config}")}
    return names_registry(Names(REPOSITORIES, {BIG: TAGS}, manifest=manifest, blobs=blobs))


def _fetch(host: str, path: str) -> bytes:
    with urlopen(Request(f"http://{host}{path}", headers={"Accept": MANIFEST}), timeout=20) as answer:
        found: bytes = answer.read()
        return found
