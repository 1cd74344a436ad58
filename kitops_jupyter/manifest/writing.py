"""Manifests and configs written to the byte as kit writes them.

Source: format.md, "A kit" and "Raw layers"; OCI image-spec 1.1, "Image Manifest"; CNCF model-spec, "Config".
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor
from kitops_jupyter.errors import PathInvalid
from kitops_jupyter.kitfile import Kitfile, to_json
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
from kitops_jupyter.media_types import MANIFEST_ARTIFACTS, Kind

_REGULAR_FILE = 48  # the tar type "0", as a number


def layer_annotations(path: str, *, subtype: str = "", metadata: str = "") -> dict[str, str]:
    """A layer's annotations, sorted as kit has them."""
    found = {SUBTYPE: subtype, FILE_METADATA: metadata, FILE_PATH: path}
    return {name: found[name] for name in sorted(found) if found[name]}


def file_metadata(name: str, mode: int, size_bytes: int, mtime_ns: int) -> str:
    """What a raw layer tells of its file; the time in UTC, so that one file gives one digest wherever it is packed.

    kit writes the time in the machine's zone. Raises PathInvalid for a time that has no such form.
    """
    seconds, fraction = divmod(mtime_ns, 1_000_000_000)
    try:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    except OverflowError:
        raise PathInvalid(
            f"{name}: its modification time is {seconds} s since 1970, expected a year from 1 to 9999",
            hint=f"touch {name} sets it to the current time",
        ) from None
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
        return to_json(kitfile)
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


def build_manifest(
    config: Descriptor,
    layers: Sequence[Descriptor],
    *,
    cli_version: str,
    created: str,
    kind: Kind = "modelkit",
    kitfile_json: str | None = None,
    message: str = "",
    facts: str = "",
) -> bytes:
    """The manifest's bytes; without a message and facts they are kit's."""
    noted = {CLI_VERSION: cli_version, CREATED: created}
    if kitfile_json is not None:
        noted[KITFILE] = kitfile_json
    if message:
        noted[MESSAGE] = message
    if facts:
        noted[FACTS] = facts
    manifest = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "artifactType": MANIFEST_ARTIFACTS[kind],
        "config": config.to_json(),
        "layers": [layer.to_json() for layer in layers],
        "annotations": dict(sorted(noted.items())),
    }
    return gojson.dumps(manifest).encode("utf-8")
