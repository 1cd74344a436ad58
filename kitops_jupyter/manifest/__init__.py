"""Manifests and configs: what a kit is made of, written to the byte as kit writes it, and read as hostile input."""

from __future__ import annotations

from kitops_jupyter.manifest.annotations import (
    CLI_VERSION,
    CREATED,
    FACTS,
    FILE_METADATA,
    FILE_PATH,
    KITFILE,
    MESSAGE,
    SUBTYPE,
)
from kitops_jupyter.manifest.facts import NO_FACTS, TEXT_LIMIT, CellsRan, CodeState, Facts, ParentKit, facts_of
from kitops_jupyter.manifest.matching import (
    Match,
    RawFile,
    UnnamedLayer,
    kitfile_from_layers,
    matched_layers,
    package_of,
    raw_file,
    raw_file_bytes,
    unnamed_layers,
)
from kitops_jupyter.manifest.message import MESSAGE_LIMIT, checked_message, message_of, subject_of
from kitops_jupyter.manifest.reading import Manifest, kitfile_of, load_object, parse_manifest
from kitops_jupyter.manifest.writing import build_config, build_manifest, file_metadata, layer_annotations

__all__ = [
    "CLI_VERSION",
    "CREATED",
    "FACTS",
    "FILE_METADATA",
    "FILE_PATH",
    "KITFILE",
    "MESSAGE",
    "MESSAGE_LIMIT",
    "NO_FACTS",
    "SUBTYPE",
    "TEXT_LIMIT",
    "CellsRan",
    "CodeState",
    "Facts",
    "Manifest",
    "Match",
    "ParentKit",
    "RawFile",
    "UnnamedLayer",
    "build_config",
    "build_manifest",
    "checked_message",
    "facts_of",
    "file_metadata",
    "kitfile_from_layers",
    "kitfile_of",
    "layer_annotations",
    "load_object",
    "matched_layers",
    "message_of",
    "package_of",
    "parse_manifest",
    "raw_file",
    "raw_file_bytes",
    "subject_of",
    "unnamed_layers",
]
