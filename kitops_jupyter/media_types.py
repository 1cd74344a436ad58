"""The media types of kits and their layers, ModelKit and ModelPack, read as strictly as kit reads them.

Source: format.md, "A kit" and "ModelPack"; CNCF model-spec.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from kitops_jupyter import codecs
from kitops_jupyter.archive import LayerFormat, LayerFormatName, formats
from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.kitfile import Section

Kind = Literal["modelkit", "modelpack"]

INDEX_ARTIFACT = "application/vnd.kitops.modelkit.index.v1+json"
MANIFEST_ARTIFACTS: dict[Kind, str] = {
    "modelkit": "application/vnd.kitops.modelkit.manifest.v1+json",
    "modelpack": "application/vnd.cncf.model.manifest.v1+json",
}
CONFIG_TYPES: dict[Kind, str] = {
    "modelkit": "application/vnd.kitops.modelkit.config.v1+json",
    "modelpack": "application/vnd.cncf.model.config.v1+json",
}
_BASES: dict[Kind, dict[Section, str]] = {
    "modelkit": {
        "model": "model",
        "part": "modelpart",
        "code": "code",
        "dataset": "dataset",
        "docs": "docs",
        "prompt": "code",
        "mcpserver": "mcpb",
    },
    "modelpack": {
        "model": "weight",
        "part": "weight.config",
        "code": "code",
        "dataset": "dataset",
        "docs": "doc",
        "prompt": "code",
    },
}
_PREFIXES: dict[Kind, str] = {
    "modelkit": "application/vnd.kitops.modelkit.",
    "modelpack": "application/vnd.cncf.model.",
}
_REST = re.compile(r"(\w+(?:\.config)?)\.v1\.(\w+)(?:\+(\w+))?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class LayerType:
    """A layer's media type, taken apart; `section` is where it belongs in a Kitfile (a prompt is `code` here).

    `compression` is the media suffix of a codec, "" for none.
    """

    kind: Kind
    section: Section
    layout: LayerFormatName
    compression: str = ""

    @property
    def format(self) -> LayerFormat:
        """How the layer holds its files."""
        return formats.named(self.layout)

    @classmethod
    def for_section(cls, section: Section, kind: Kind, layout: LayerFormatName, compression: str) -> LayerType:
        """The type of a packed layer. Raises ManifestInvalid for what the format has no type for."""
        if section not in _BASES[kind]:
            raise ManifestInvalid(f"a ModelPack has no {section} layers", hint="pack it as a ModelKit")
        return cls(kind, section, layout, codecs.named(compression).media_suffix)

    @classmethod
    def parse(cls, text: str) -> LayerType:
        """Read a layer's media type. Raises ManifestInvalid."""
        for kind, prefix in _PREFIXES.items():
            match = _REST.match(text.removeprefix(prefix)) if text.startswith(prefix) else None
            if not match:
                continue
            base, layout, compression = match.groups()
            section = next((section for section, known in _BASES[kind].items() if known == base), None)
            compression = "" if compression in (None, "none") else compression
            if section is None or layout not in formats.NAMES or codecs.find(compression) is None:
                break
            if kind == "modelpack" and compression and formats.named(layout).is_one_file:
                break
            return cls(kind, section, cast(LayerFormatName, layout), compression)
        raise ManifestInvalid(f"{text[:100]!r} is not a known type of layer", hint="a newer version may know it")

    def __str__(self) -> str:
        suffix = f"+{self.compression}" if self.compression else ""
        return f"{_PREFIXES[self.kind]}{_BASES[self.kind][self.section]}.v1.{self.layout}{suffix}"


def kind_of(artifact_type: str, config_type: str) -> Kind | None:
    """What a manifest is, by its artifact type or its config's type; None for another artifact."""
    kinds: tuple[Kind, ...] = ("modelkit", "modelpack")
    for kind in kinds:
        if artifact_type == MANIFEST_ARTIFACTS[kind] or config_type == CONFIG_TYPES[kind]:
            return kind
    return None
