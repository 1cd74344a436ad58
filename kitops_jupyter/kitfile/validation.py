"""Whether kit takes a Kitfile: every problem at once, with its place. Source: format.md, "Validation"."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from kitops_jupyter.errors import Finding
from kitops_jupyter.kitfile.values import MANIFEST_VERSION, Entry, Kitfile
from kitops_jupyter.reference import is_modelkit_reference

_PART_TYPE = re.compile(r"[\w][\w.-]*\Z", re.ASCII)
_PART_TYPE_LIMIT = 64
_SHOWN_LIMIT = 200  # letters of a text in a message
# What Go's url.Parse finds a scheme or a host in; it takes no text with control characters for a URL.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):|//[^/?#]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_FIELDS = {"code": "code", "dataset": "datasets", "docs": "docs", "prompt": "prompts", "mcpserver": "mcpServers"}
PathKind = Literal["reference", "local", "s3", "http", "url"]


def warnings(kitfile: Kitfile) -> list[Finding]:
    """What kit accepts with a warning."""
    found = []
    if kitfile.manifest_version != MANIFEST_VERSION:
        said = _shown(kitfile.manifest_version) if kitfile.manifest_version else "none"
        message = f"{said} is treated as {MANIFEST_VERSION}"
        found.append(_finding(kitfile, message, "manifestVersion", f"manifestVersion: {MANIFEST_VERSION}"))
    for index, dataset in enumerate(kitfile.datasets):
        if dataset.remote_hash and path_kind(dataset.remote_path) == "reference":
            found.append(_finding(kitfile, "is ignored for a kit reference", f"datasets[{index}].remoteHash", ""))
    return found


def validate(kitfile: Kitfile) -> list[Finding]:
    """Every reason why kit would refuse it; none means that it is valid."""
    entries = kitfile.entries()
    return [
        *(finding for entry in entries for finding in _path_findings(kitfile, entry)),
        *_part_types(kitfile),
        *_remote_data(kitfile),
        *_mcp_servers(kitfile),
        *_duplicates(kitfile, entries),
        *_below_references(kitfile, entries),
    ]


def path_kind(path: str) -> PathKind:
    """What a path is: a kit, a file here, an object in S3, or a URL, which no program accepts."""
    if is_modelkit_reference(path):
        return "reference"
    if _CONTROL.search(path):
        return "local"
    match = _URL.match(path)
    if not match:
        return "local"
    scheme = (match.group(1) or "").lower()
    return "s3" if scheme == "s3" else "http" if scheme in ("http", "https") else "url"


def field_of(entry: Entry) -> str:
    """Where the entry stands: `model`, `model.parts[0]`, `datasets[1]`."""
    if entry.section == "model":
        return "model"
    return f"model.parts[{entry.index}]" if entry.section == "part" else f"{_FIELDS[entry.section]}[{entry.index}]"


def _shown(text: str) -> str:
    """The text in quotes, cut where it is longer than a person reads."""
    return repr(text if len(text) <= _SHOWN_LIMIT else f"{text[:_SHOWN_LIMIT]}...")


def _finding(kitfile: Kitfile, message: str, field: str, hint: str) -> Finding:
    line, column = kitfile.marks.get(field) or kitfile.marks.get(field.rpartition(".")[0]) or (0, 0)
    return Finding(message, field, line, column, hint)


def _path_findings(kitfile: Kitfile, entry: Entry) -> Iterator[Finding]:
    field, path, kind = f"{field_of(entry)}.path", entry.path, path_kind(entry.path)
    if kind == "http":
        yield _finding(
            kitfile, f"{_shown(path)}: files are not fetched from the web", field, "download it, and name the file"
        )
    elif kind == "url" or kind == "s3" or (kind == "reference" and entry.section != "model"):
        hint = "a data set in S3 has remotePath and remoteHash" if kind == "s3" else "paths have / between their parts"
        yield _finding(kitfile, f"{_shown(path)}: only a path in the kit's folder is allowed here", field, hint)
    elif kind == "local" and (posixpath.isabs(path) or Path(path).is_absolute()):
        yield _finding(kitfile, f"{_shown(path)} is absolute", field, "paths are relative to the kit's folder")
    elif kind == "local" and (entry.clean_path == ".." or entry.clean_path.startswith("../")):
        yield _finding(
            kitfile, f"{_shown(path)} leaves the kit's folder", field, "pack the parent folder, or copy the files"
        )


def _part_types(kitfile: Kitfile) -> Iterator[Finding]:
    for index, part in enumerate(kitfile.model.parts if kitfile.model else ()):
        field = f"model.parts[{index}].type"
        if part.type and not _PART_TYPE.match(part.type):
            yield _finding(
                kitfile,
                f"{_shown(part.type)} is not a type",
                field,
                "use letters, digits, _ . and -, with a letter or digit first",
            )
        if len(part.type.encode()) > _PART_TYPE_LIMIT:
            yield _finding(kitfile, f"is longer than {_PART_TYPE_LIMIT} characters", field, "")


def _remote_data(kitfile: Kitfile) -> Iterator[Finding]:
    for index, dataset in enumerate(kitfile.datasets):
        at = f"datasets[{index}]"
        if not dataset.remote_path:
            if dataset.remote_hash:
                yield _finding(kitfile, "is set without remotePath", f"{at}.remoteHash", "add remotePath, or drop it")
            continue
        kind = path_kind(dataset.remote_path)
        if kind == "s3" and not dataset.remote_hash:
            yield _finding(kitfile, "S3 needs remoteHash, the object's ETag", f"{at}.remotePath", "remoteHash: ETAG")
        elif kind not in ("s3", "reference"):
            message = f"{_shown(dataset.remote_path)} is neither s3://BUCKET/KEY nor a kit"
            yield _finding(kitfile, message, f"{at}.remotePath", "REGISTRY/REPOSITORY:TAG names a kit")


def _mcp_servers(kitfile: Kitfile) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, server in enumerate(kitfile.mcp_servers):
        at = f"mcpServers[{index}]"
        if not server.name:
            yield _finding(kitfile, "has no name", f"{at}.name", "each MCP server needs its own name")
        elif seen.setdefault(server.name, index) != index:
            first = f"mcpServers[{seen[server.name]}]"
            yield _finding(
                kitfile, f"{_shown(server.name)} is also the name of {first}", f"{at}.name", "choose another name"
            )
        if path_kind(server.path) == "local" and not server.path.endswith(".mcpb"):
            yield _finding(
                kitfile, f"{_shown(server.path)} does not end in .mcpb", f"{at}.path", "pack the server with mcpb"
            )


def _duplicates(kitfile: Kitfile, entries: tuple[Entry, ...]) -> Iterator[Finding]:
    seen: dict[str, Entry] = {}
    for entry in entries:
        first = seen.setdefault(entry.clean_path, entry)
        if first is not entry:
            message = f"{field_of(first)} has the same path {_shown(entry.clean_path)}"
            yield _finding(kitfile, message, f"{field_of(entry)}.path", "each layer needs its own path")


def _below_references(kitfile: Kitfile, entries: tuple[Entry, ...]) -> Iterator[Finding]:
    """Nothing of this kit may be inside a data set that is another kit's data."""
    references = {
        entry.clean_path: entry
        for entry in reversed(entries)
        if entry.remote_path and path_kind(entry.remote_path) == "reference"
    }
    if not references:
        return
    ordered = sorted(entries, key=lambda entry: entry.clean_path)
    paths = [entry.clean_path for entry in ordered]
    told: set[int] = set()
    for place, dataset in references.items():
        # In this order, all that is below a folder stands together: "0" follows on "/".
        start, end = (bisect_left(paths, place + edge) for edge in "/0") if place != "." else (0, len(paths))
        for at in range(start, end):
            if at in told or ordered[at] is dataset:
                continue
            told.add(at)
            message = f"{_shown(paths[at])} is in {field_of(dataset)}, which holds another kit's data"
            yield _finding(kitfile, message, f"{field_of(ordered[at])}.path", "choose a path outside it")
