"""Which layer belongs to which Kitfile entry, in kits of every age, and in ModelPacks that have no Kitfile.

Source: format.md, "ModelPack" and "Unpacking"; kit-2026.md 3.4 and 3.5.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kitops_jupyter.content import Descriptor
from kitops_jupyter.disk import clean_path
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.kitfile import Code, Dataset, Docs, Entry, Kitfile, Model, ModelPart, Package, Section
from kitops_jupyter.manifest.annotations import FILE_METADATA, FILE_PATH
from kitops_jupyter.manifest.reading import Manifest, load_object
from kitops_jupyter.media_types import LayerType

_LISTS: dict[Section, tuple[str, Callable[..., Any]]] = {
    "code": ("code", Code),
    "dataset": ("datasets", Dataset),
    "docs": ("docs", Docs),
}


@dataclass(frozen=True, slots=True)
class Match:
    """A Kitfile entry and its layer; in kits whose configs have no digests, names in it are relative to `base`."""

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


def matched_layers(manifest: Manifest, kitfile: Kitfile) -> list[Match]:
    """Each Kitfile entry with its layer: by digest, in old kits by kind and position. Raises ManifestInvalid."""
    entries = [entry for entry in kitfile.entries() if entry.has_layer]
    for what in ("digest", "diff_id"):
        missing = [entry for entry in entries if not getattr(entry, what)]
        if len(missing) not in (0, len(entries)):
            shown = "diffId" if what == "diff_id" else what
            raise ManifestInvalid(f"config: {missing[0].label} has no {shown}, but other entries do")
    named = [entry for entry in entries if entry.digest]
    if not named:
        return _matched_by_position(manifest, entries)
    by_digest: dict[str, list[Descriptor]] = {}
    for layer in manifest.layers:
        by_digest.setdefault(layer.digest, []).append(layer)
    return [_matched_by_digest(entry, by_digest.get(entry.digest or "", [])) for entry in entries]


@dataclass(frozen=True, slots=True)
class UnnamedLayer:
    """A layer that no entry of the Kitfile names: part of the kit, and it travels with it, but nothing unpacks it."""

    layer: Descriptor

    @property
    def section(self) -> str:
        """What its media type says that it is."""
        try:
            return LayerType.parse(self.layer.media_type).section
        except ManifestInvalid:
            return "unknown"

    @property
    def path(self) -> str:
        """Where its annotation says that it belongs; "" where it does not say."""
        return self.layer.annotations.get(FILE_PATH, "")

    def __str__(self) -> str:
        where = f", {self.path[:120]}" if self.path else ""
        size = f"{self.layer.size_bytes:,} bytes"
        return f"layer {self.layer.digest.short} ({self.section}{where}, {size}) is in the kit, but not in its Kitfile"


def unnamed_layers(manifest: Manifest, matches: Sequence[Match]) -> list[UnnamedLayer]:
    """The layers that belong to no entry, each content once."""
    seen = {_identity(match.layer) for match in matches}
    found = []
    for layer in manifest.layers:
        if _identity(layer) not in seen:
            seen.add(_identity(layer))
            found.append(UnnamedLayer(layer))
    return found


def _identity(layer: Descriptor) -> tuple[str, str]:
    """Raw layers of equal bytes are told apart by their paths."""
    return layer.digest, layer.annotations.get(FILE_PATH, "")


def _matched_by_digest(entry: Entry, layers: list[Descriptor]) -> Match:
    if not layers:
        raise ManifestInvalid(f"config: {entry.label} has the digest {entry.digest}, not a layer of the manifest")
    # Files with equal contents have equal raw layers: the path tells them apart.
    placed = (layer for layer in layers if layer.annotations.get(FILE_PATH) == entry.clean_path)
    layer = next(placed, layers[0])
    return Match(entry, layer, LayerType.parse(layer.media_type))


def _matched_by_position(manifest: Manifest, entries: Sequence[Entry]) -> list[Match]:
    """Kits from before digests were kept (v0.5, of 2024): the first dataset is the first dataset layer, and so on."""
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


def kitfile_from_layers(manifest: Manifest, config: bytes) -> Kitfile:
    """What can be said of a ModelPack without a Kitfile: its name by the config, paths and digests by the layers.

    Raises ManifestInvalid.
    """
    modelfs = load_object(config, "config").get("modelfs")
    diff_ids = modelfs.get("diffIds") if isinstance(modelfs, dict) else None
    diff_ids = diff_ids or []
    if not isinstance(diff_ids, list) or len(diff_ids) != len(manifest.layers):
        raise ManifestInvalid(f"config: {len(manifest.layers)} layers need the same number of diffIds in modelfs")
    found: dict[str, list[Any]] = {name: [] for name in ("model", "parts", "code", "datasets", "docs")}
    for layer, diff_id in zip(manifest.layers, diff_ids, strict=True):
        path, section = _file_path(layer), LayerType.parse(layer.media_type).section
        if not isinstance(diff_id, str):
            raise ManifestInvalid(f"config: a diffId is {type(diff_id).__name__}, expected text")
        placed: dict[str, Any] = {"path": path, "digest": str(layer.digest), "diff_id": diff_id}
        if section == "model" and not found["model"]:
            found["model"].append(Model(**placed))
        elif section in ("model", "part"):
            found["parts"].append(ModelPart(**placed))
        elif section in _LISTS:
            name, kind = _LISTS[section]
            found[name].append(kind(**placed))
        else:
            raise ManifestInvalid(f"layer {layer.digest.short}: {layer.media_type!r} has no place in a ModelPack")
    (model,) = found["model"] or [Model()]
    return Kitfile(
        package=package_of(config),
        model=Model(path=model.path, digest=model.digest, diff_id=model.diff_id, parts=tuple(found["parts"])),
        code=tuple(found["code"]),
        datasets=tuple(found["datasets"]),
        docs=tuple(found["docs"]),
    )


def package_of(config: bytes) -> Package:
    """What the config of a ModelPack says of the whole: name, version, authors; what is not a text is left out.

    Source: CNCF model-spec, config, "descriptor". Raises ManifestInvalid.
    """
    descriptor = load_object(config, "config").get("descriptor")
    said = descriptor if isinstance(descriptor, dict) else {}

    def texts(name: str) -> list[str]:
        value = said.get(name)
        return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []

    def text(name: str) -> str:
        value = said.get(name)
        return value if isinstance(value, str) else ""

    return Package(
        name=text("name") or text("title"),
        version=text("version"),
        description=text("description"),
        license=", ".join(texts("licenses")),
        authors=tuple(texts("authors")),
    )


def _file_path(layer: Descriptor) -> str:
    path = layer.annotations.get(FILE_PATH, "")
    if not path:
        raise ManifestInvalid(f"layer {layer.digest.short}: the annotation {FILE_PATH} is missing")
    if "\0" in path:
        raise ManifestInvalid(f"layer {layer.digest.short}: {FILE_PATH} is {path[:80]!r}, which is not a valid path")
    return path


def raw_file(layer: Descriptor) -> RawFile:
    """Where a raw layer's file belongs, and its mode. Raises ManifestInvalid for what it says wrongly."""
    path = clean_path(_file_path(layer))
    if FILE_METADATA not in layer.annotations:
        return RawFile(path, 0o644, None)
    metadata = load_object(layer.annotations[FILE_METADATA].encode("utf-8", "replace"), f"annotation {FILE_METADATA}")
    mode, size_bytes = metadata.get("mode"), metadata.get("size")
    if type(mode) is not int or type(size_bytes) is not int or size_bytes < 0:
        raise ManifestInvalid(f"layer {layer.digest.short}: {FILE_METADATA} needs mode and size as numbers")
    return RawFile(path, mode & 0o777, size_bytes)


def raw_file_bytes(match: Match) -> int | None:
    """The size of a raw layer's file; None where only reading a compressed layer would tell. Raises as `raw_file`."""
    told = raw_file(match.layer).size_bytes
    return match.layer.size_bytes if told is None and not match.type.compression else told
