"""What a manifest says that the registry has to know: what it refers to, and how a list of referrers describes it."""

from __future__ import annotations

import json
import re
from typing import Any

from kitops_jupyter.serve import refused
from kitops_jupyter.serve.refused import Refused

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
# Layers that are fetched from elsewhere: nobody has to push them.
# Source: OCI image-spec 1.1, "Non-Distributable Layers".
_ELSEWHERE = (
    "application/vnd.oci.image.layer.nondistributable.",
    "application/vnd.docker.image.rootfs.foreign.",
)


def media_type(text: str) -> str:
    """A media type without parameters; empty for what is none."""
    return text if len(text) <= 255 and _MEDIA_TYPE.fullmatch(text) else ""


def parse(data: bytes, said_type: str) -> dict[str, Any]:
    """The manifest, of the type that the header says. Raises Refused."""
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError):
        raise _invalid("the manifest is not JSON") from None
    if not isinstance(parsed, dict) or parsed.get("schemaVersion") != 2:
        raise _invalid("the manifest is not an object of schemaVersion 2")
    if parsed.get("mediaType") not in (None, said_type):
        raise _invalid(f"the manifest says {parsed['mediaType']!r:.100}, the header {said_type}")
    return parsed


def children(parsed: dict[str, Any]) -> list[str]:
    """The digests of config, layers and manifests that a registry must have. Raises Refused."""
    found = [parsed["config"]] if "config" in parsed else []
    for key in ("layers", "manifests"):
        listed = parsed.get(key) or []
        if not isinstance(listed, list):
            raise _invalid(f"{key} is not a list")
        found += listed
    return [digest for digest, kind in map(_digest_and_type, found) if not kind.startswith(_ELSEWHERE)]


def subject(parsed: object) -> str:
    """The digest of what it refers to; empty without one. Raises Refused."""
    found = parsed.get("subject") if isinstance(parsed, dict) else None
    return _digest_and_type(found)[0] if found else ""


def descriptor(parsed: dict[str, Any], digest: str, said_type: str, size_bytes: int) -> dict[str, Any]:
    """As the list of its subject's referrers has it."""
    config = parsed.get("config")
    kind = parsed.get("artifactType") or (config.get("mediaType") if isinstance(config, dict) else None)
    found: dict[str, Any] = {"mediaType": said_type, "digest": digest, "size": size_bytes}
    if isinstance(kind, str):
        found["artifactType"] = kind
    annotations = parsed.get("annotations")
    if isinstance(annotations, dict):
        found["annotations"] = {key: value for key, value in annotations.items() if isinstance(value, str)}
    return found


def _digest_and_type(described: object) -> tuple[str, str]:
    digest = described.get("digest") if isinstance(described, dict) else None
    if not isinstance(described, dict) or not isinstance(digest, str):
        raise _invalid("the manifest has a descriptor without a digest")
    kind = described.get("mediaType")
    return refused.digest(digest), kind if isinstance(kind, str) else ""


def _invalid(message: str) -> Refused:
    return Refused(400, "MANIFEST_INVALID", message)
