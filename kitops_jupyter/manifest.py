"""Manifests and configs: what a kit is made of, written to the byte as kit writes it, and read as hostile input.

Source: format.md, "A kit"; OCI image-spec 1.1, "Image Manifest"; CNCF model-spec, "Config".
"""

from __future__ import annotations

import datetime
import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from kitops_jupyter import gojson
from kitops_jupyter import kitfile as kitfiles
from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import ManifestInvalid, NotAModelKit
from kitops_jupyter.kitfile import Code, Dataset, Docs, Entry, Kitfile, Model, ModelPart, Section
from kitops_jupyter.media_types import IMAGE_MANIFEST, MANIFEST_ARTIFACTS, Kind, LayerType, kind_of

CLI_VERSION = "ml.kitops.modelkit.cli-version"
CREATED = "org.opencontainers.image.created"
KITFILE = "ml.kitops.modelkit.kitfile"
SUBTYPE = "ml.kitops.modelkit.layer-subtype"
FILE_PATH = "org.cncf.model.filepath"
FILE_METADATA = "org.cncf.model.file.metadata+json"
LIMIT_BYTES = 4 << 20  # OCI's, for a manifest
_REGULAR_FILE = 48  # the tar type "0", as a number


@dataclass(frozen=True, slots=True)
class Manifest:
    """A kit's manifest; `raw` is what its digest is of."""

    kind: Kind
    config: Descriptor
    layers: tuple[Descriptor, ...]
    annotations: Mapping[str, str]
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """A Kitfile entry and its layer; in kits from before 2024 names in the layer are relative to `base`."""

    entry: Entry
    layer: Descriptor
    type: LayerType
    base: str = ""

    def placed(self, name: str) -> str:
        """Where a member of the layer belongs, from the kit's top."""
        return f"{self.base}/{name}" if self.base else name


@dataclass(frozen=True, slots=True)
class RawFile:
    """What a raw layer says of its one file; `size_bytes` is None where it does not say."""

    path: str
    mode: int
    size_bytes: int | None


# Writing


def layer_annotations(path: str, *, subtype: str = "", metadata: str = "") -> dict[str, str]:
    """A layer's annotations, sorted as kit has them."""
    found = {SUBTYPE: subtype, FILE_METADATA: metadata, FILE_PATH: path}
    return {name: found[name] for name in sorted(found) if found[name]}


def file_metadata(name: str, mode: int, size_bytes: int, mtime_ns: int) -> str:
    """What a raw layer tells of its file; the time in UTC, so that one file gives one digest wherever it is packed."""
    seconds, fraction = divmod(mtime_ns, 1_000_000_000)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    digits = f".{fraction:09d}".rstrip("0").rstrip(".")
    return gojson.dumps(
        {
            "name": name,
            "mode": mode & 0o777,
            "uid": 0,
            "gid": 0,
            "size": size_bytes,
            "mtime": f"{moment.isoformat()}{digits}Z",
            "typeflag": _REGULAR_FILE,
        }
    )


def build_config(kitfile: Kitfile, *, kind: Kind = "modelkit", created: str = "") -> bytes:
    """The config of a packed Kitfile; of a ModelPack it is model-spec's, `created` (RFC 3339) included."""
    if kind == "modelkit":
        return kitfiles.to_json(kitfile)
    package, model = kitfile.package, kitfile.model
    licensed: list[Any] = [package, *([model, *model.parts] if model else []), *kitfile.datasets, *kitfile.code]
    descriptor = {
        "createdAt": created,
        "authors": list(package.authors),
        "name": package.name,
        "version": package.version,
        "licenses": sorted({item.license for item in licensed if item.license}, key=str.encode),
        "title": package.name,
        "description": package.description,
    }
    layers = [entry.diff_id for entry in kitfile.entries() if entry.has_layer]
    config = {
        "descriptor": {name: value for name, value in descriptor.items() if value},
        "modelfs": {"type": "layers", "diffIds": layers},
        "config": {"format": model.format} if model and model.format else {},
    }
    return gojson.dumps(config).encode("utf-8")


def build(
    config: Descriptor,
    layers: Sequence[Descriptor],
    *,
    cli_version: str,
    created: str,
    kind: Kind = "modelkit",
    kitfile_json: str | None = None,
    annotations: Mapping[str, str] | None = None,
) -> bytes:
    """The manifest's bytes; further `annotations` are sorted in."""
    noted = {**(annotations or {}), CLI_VERSION: cli_version, CREATED: created}
    if kitfile_json is not None:
        noted[KITFILE] = kitfile_json
    manifest = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "artifactType": MANIFEST_ARTIFACTS[kind],
        "config": config.to_json(),
        "layers": [layer.to_json() for layer in layers],
        "annotations": dict(sorted(noted.items())),
    }
    return gojson.dumps(manifest).encode("utf-8")


# Reading


def load_object(data: bytes, what: str) -> dict[str, Any]:
    """A JSON object of a stranger's, bounded in size and depth. Raises ManifestInvalid."""
    if len(data) > LIMIT_BYTES:
        raise ManifestInvalid(f"{what}: {len(data)} bytes, expected at most {LIMIT_BYTES}")
    try:
        parsed = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise ManifestInvalid(f"{what} is not JSON: {str(problem)[:200]}") from problem
    if not isinstance(parsed, dict):
        raise ManifestInvalid(f"{what}: expected an object, got {type(parsed).__name__}")
    return parsed


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def parse(data: bytes) -> Manifest:
    """Read a kit's manifest, of any age. Raises ManifestInvalid, NotAModelKit (an image, an index)."""
    parsed = load_object(data, "manifest")
    media_type = parsed.get("mediaType") or IMAGE_MANIFEST
    if "manifests" in parsed or media_type != IMAGE_MANIFEST:
        what = "an index of several" if "manifests" in parsed else f"a {str(media_type)[:100]}"
        raise NotAModelKit(f"{what}, not one ModelKit", hint="-l KEY=VALUE chooses one of an index of kits")
    if parsed.get("schemaVersion") != 2:
        raise ManifestInvalid(f"manifest: schemaVersion is {parsed.get('schemaVersion')!r}, expected 2")
    config = Descriptor.from_json(parsed.get("config"), where="manifest: config")
    artifact_type = parsed.get("artifactType") or ""
    kind = kind_of(artifact_type if isinstance(artifact_type, str) else "", config.media_type)
    if kind is None:
        made_of = artifact_type or config.media_type
        raise NotAModelKit(
            f"not a ModelKit, but {str(made_of)[:100]!r}", hint="kit works with ModelKits and ModelPacks"
        )
    return Manifest(kind, config, _layers(parsed), _annotations(parsed), data)


def _layers(parsed: Mapping[str, Any]) -> tuple[Descriptor, ...]:
    layers = parsed.get("layers") or []  # kits before 1.10 have null
    if not isinstance(layers, list):
        raise ManifestInvalid(f"manifest: layers is {type(layers).__name__}, expected a list")
    return tuple(Descriptor.from_json(layer, where=f"manifest: layer {at}") for at, layer in enumerate(layers))


def _annotations(parsed: Mapping[str, Any]) -> dict[str, str]:
    annotations = parsed.get("annotations") or {}
    if not isinstance(annotations, dict) or not all(isinstance(text, str) for text in annotations.values()):
        raise ManifestInvalid("manifest: annotations must be an object of text")
    return annotations


def kitfile_of(manifest: Manifest, config: bytes) -> Kitfile | None:
    """The Kitfile that the kit was packed from; None for a ModelPack that came without one. Raises ManifestInvalid."""
    if manifest.kind == "modelkit":
        return kitfiles.from_json(config, where="config")
    if KITFILE in manifest.annotations:
        return kitfiles.from_json(
            manifest.annotations[KITFILE].encode("utf-8", "replace"), where=f"annotation {KITFILE}"
        )
    return None


def kitfile_from_layers(manifest: Manifest, config: bytes) -> Kitfile:
    """What can be said of a ModelPack without a Kitfile: paths and digests, by the layers. Raises ManifestInvalid."""
    modelfs = load_object(config, "config").get("modelfs")
    diff_ids = modelfs.get("diffIds") if isinstance(modelfs, dict) else None
    diff_ids = diff_ids or []
    if not isinstance(diff_ids, list) or len(diff_ids) != len(manifest.layers):
        raise ManifestInvalid(f"config: {len(manifest.layers)} layers need as many diffIds in modelfs")
    found: dict[str, list[Any]] = {name: [] for name in ("model", "parts", "code", "datasets", "docs")}
    for layer, diff_id in zip(manifest.layers, diff_ids, strict=True):
        path, section = _file_path(layer), LayerType.parse(layer.media_type).section
        placed: dict[str, Any] = {"path": path, "digest": str(layer.digest), "diff_id": str(diff_id)}
        if section == "model" and not found["model"]:
            found["model"].append(Model(**placed))
        elif section in ("model", "part"):
            found["parts"].append(ModelPart(**placed))
        else:
            name, kind = {"code": ("code", Code), "dataset": ("datasets", Dataset), "docs": ("docs", Docs)}[section]
            found[name].append(kind(**placed))
    (model,) = found["model"] or [Model()]
    return Kitfile(
        model=Model(path=model.path, digest=model.digest, diff_id=model.diff_id, parts=tuple(found["parts"])),
        code=tuple(found["code"]),
        datasets=tuple(found["datasets"]),
        docs=tuple(found["docs"]),
    )


def _file_path(layer: Descriptor) -> str:
    path = layer.annotations.get(FILE_PATH, "")
    if not path:
        raise ManifestInvalid(f"layer {layer.digest.short}: the annotation {FILE_PATH} is missing")
    return path


def matched_layers(manifest: Manifest, kitfile: Kitfile) -> list[Match]:
    """Each Kitfile entry with its layer: by digest, in old kits by kind and position. Raises ManifestInvalid."""
    entries = [entry for entry in kitfile.entries() if entry.has_layer]
    named = [entry for entry in entries if entry.digest]
    if len(named) not in (0, len(entries)):
        missing = next(entry for entry in entries if not entry.digest)
        raise ManifestInvalid(f"config: {missing.label} has no digest, others have")
    if not named:
        return _matched_by_position(manifest, entries)
    by_digest: dict[str, list[Descriptor]] = {}
    for layer in manifest.layers:
        by_digest.setdefault(layer.digest, []).append(layer)
    return [_matched_by_digest(entry, by_digest.get(entry.digest or "", [])) for entry in entries]


def _matched_by_digest(entry: Entry, layers: list[Descriptor]) -> Match:
    if not layers:
        raise ManifestInvalid(f"config: {entry.label} has the digest {entry.digest}, which is no layer of the manifest")
    # Files with equal contents have equal raw layers: the path tells them apart.
    placed = (layer for layer in layers if layer.annotations.get(FILE_PATH) == entry.clean_path)
    layer = next(placed, layers[0])
    base = "" if entry.diff_id else posixpath.dirname(entry.clean_path)
    return Match(entry, layer, LayerType.parse(layer.media_type), base)


def _matched_by_position(manifest: Manifest, entries: Sequence[Entry]) -> list[Match]:
    """Kits from before digests were kept: the first dataset is the first dataset layer, and so on."""
    layers: dict[Section, list[tuple[Descriptor, LayerType]]] = {}
    for layer in manifest.layers:
        kind = LayerType.parse(layer.media_type)
        layers.setdefault(kind.section, []).append((layer, kind))
    found = []
    for entry in entries:
        waiting = layers.get("code" if entry.section == "prompt" else entry.section)
        if not waiting:
            raise ManifestInvalid(f"the manifest has no layer for {entry.label}")
        layer, kind = waiting.pop(0)
        found.append(Match(entry, layer, kind, posixpath.dirname(entry.clean_path)))
    return found


def raw_file(layer: Descriptor) -> RawFile:
    """Where a raw layer's file belongs, and its mode. Raises ManifestInvalid for what it says wrongly."""
    path = kitfiles.clean_path(_file_path(layer))
    if FILE_METADATA not in layer.annotations:
        return RawFile(path, 0o644, None)
    metadata = load_object(layer.annotations[FILE_METADATA].encode("utf-8", "replace"), f"annotation {FILE_METADATA}")
    mode, size_bytes = metadata.get("mode"), metadata.get("size")
    if type(mode) is not int or type(size_bytes) is not int or size_bytes < 0:
        raise ManifestInvalid(f"layer {layer.digest.short}: {FILE_METADATA} needs mode and size as numbers")
    return RawFile(path, mode & 0o777, size_bytes)
