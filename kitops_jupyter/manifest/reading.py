"""Manifests read as hostile input: bounded, typed, and of a kit or refused.

Source: format.md, "A kit"; OCI image-spec 1.1, "Image Manifest".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import IMAGE_MANIFEST, MANIFEST_LIMIT_BYTES, Descriptor
from kitops_jupyter.errors import ManifestInvalid, NotAModelKit
from kitops_jupyter.kitfile import Kitfile, from_json
from kitops_jupyter.manifest.annotations import KITFILE
from kitops_jupyter.media_types import INDEX_ARTIFACT, Kind, kind_of

_LONGEST_INTEGER = 20  # digits and a sign: what fits 64 bits; reading a longer one takes time by the square


@dataclass(frozen=True, slots=True)
class Manifest:
    """A kit's manifest; `raw` is what its digest is of."""

    kind: Kind
    config: Descriptor
    layers: tuple[Descriptor, ...]
    annotations: Mapping[str, str]
    raw: bytes = field(repr=False)


def load_object(
    data: bytes, what: str, *, parse_float: Callable[[str], Any] = float, limit_bytes: int = MANIFEST_LIMIT_BYTES
) -> dict[str, Any]:
    """A JSON object of a stranger's: bounded in size and depth, each key once, all text writable.

    Raises ManifestInvalid.
    """
    if len(data) > limit_bytes:
        raise ManifestInvalid(f"{what}: {len(data)} bytes, expected at most {limit_bytes}")
    try:
        parsed = gojson.loads(data, parse_float=parse_float, parse_int=_integer, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as problem:
        raise ManifestInvalid(f"{what} is not JSON: {str(problem)[:200]}") from problem
    if not isinstance(parsed, dict):
        raise ManifestInvalid(f"{what}: expected an object, got {type(parsed).__name__}")
    return parsed


def _integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values counts depends on the reader: a kit must not be two kits."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = max(Counter(key for key, _ in pairs).items(), key=lambda item: item[1])
        raise ValueError(f"the key {twice[:80]!r} appears twice")
    return found


def parse_manifest(data: bytes) -> Manifest:
    """Read a kit's manifest, of any age. Raises ManifestInvalid, NotAModelKit (an image, an index)."""
    parsed = load_object(data, "manifest")
    media_type = parsed.get("mediaType") or IMAGE_MANIFEST
    if "manifests" in parsed or media_type != IMAGE_MANIFEST:
        what = "an index of several" if "manifests" in parsed else f"a {str(media_type)[:100]}"
        is_of_kits = parsed.get("artifactType") == INDEX_ARTIFACT
        hint = "-l KEY=VALUE chooses one of its kits" if is_of_kits else "kit works with ModelKits and ModelPacks"
        raise NotAModelKit(f"{what}, not one ModelKit", hint=hint)
    if parsed.get("schemaVersion") != 2:
        raise ManifestInvalid(f"manifest: schemaVersion is {parsed.get('schemaVersion')!r}, expected 2")
    config = Descriptor.from_json(parsed.get("config"), where="manifest: config")
    artifact_type = parsed.get("artifactType") or ""
    if not isinstance(artifact_type, str):
        raise ManifestInvalid(f"manifest: artifactType is {type(artifact_type).__name__}, expected text")
    kind = kind_of(artifact_type, config.media_type)
    if kind is None:
        made_of = artifact_type or config.media_type
        raise NotAModelKit(f"not a ModelKit, but {made_of[:100]!r}", hint="kit works with ModelKits and ModelPacks")
    return Manifest(kind, config, _layers(parsed), _annotations(parsed), data)


def _layers(parsed: Mapping[str, Any]) -> tuple[Descriptor, ...]:
    layers = parsed.get("layers")
    if layers is None:  # kits before 1.10 have null
        return ()
    if not isinstance(layers, list):
        raise ManifestInvalid(f"manifest: layers is {type(layers).__name__}, expected a list")
    return tuple(Descriptor.from_json(layer, where=f"manifest: layer {at}") for at, layer in enumerate(layers))


def _annotations(parsed: Mapping[str, Any]) -> dict[str, str]:
    annotations = parsed.get("annotations")
    if annotations is None:
        return {}
    if not isinstance(annotations, dict) or not all(isinstance(text, str) for text in annotations.values()):
        raise ManifestInvalid("manifest: annotations must be an object with text values")
    return annotations


def kitfile_of(manifest: Manifest, config: bytes) -> Kitfile | None:
    """The Kitfile that the kit was packed from; None for a ModelPack that came without one. Raises ManifestInvalid."""
    if manifest.kind == "modelkit":
        return from_json(config, where="config")
    if KITFILE in manifest.annotations:
        return from_json(manifest.annotations[KITFILE].encode("utf-8", "replace"), where=f"annotation {KITFILE}")
    return None
