"""The places that `kit copy` knows: a registry, the local store, an OCI layout in a folder or a tar."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kitops_jupyter import targets
from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import Usage
from kitops_jupyter.oci_layout import LayoutFolder
from kitops_jupyter.operations.opening import Opener
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import AllKinds

if TYPE_CHECKING:
    from kitops_jupyter.registry import RemoteRepository

_NAMED = re.compile(r"(?P<path>.+?)(?::(?P<tag>\w[\w.-]{0,127})|@(?P<digest>sha256:[0-9a-f]{64}))?", re.ASCII)
_TAR = re.compile(r".+\.tar(?::\w[\w.-]{0,127}|@sha256:[0-9a-f]{64})?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Side:
    """A side of a copy as it was named; `name` is a tag, a digest, or "" for none."""

    kind: Literal["registry", "store", "folder", "tar"]
    name: str
    tags: tuple[str, ...]
    reference: Reference | None = None
    path: Path | None = None

    def __str__(self) -> str:
        if self.reference is not None:
            prefix = "local://" if self.kind == "store" and not self.reference.is_local else ""
            return f"{prefix}{self.reference}"
        suffix = f"{'@' if ':' in self.name else ':'}{self.name}" if self.name else ""
        return f"{'oci:' if self.kind == 'folder' else ''}{self.path}{suffix}"


def parse_side(text: str, settings: Settings, directory: Path) -> Side:
    """Read a side: `oci:DIR`, `FILE.tar` (both also with `:TAG` or `@DIGEST`), else a kit's name.

    A name that leads to a registry means that registry; `local://` in front means the local store, `remote://` the
    registry. Raises InvalidReference, Usage.
    """
    scheme, colon, rest = text.partition(":")
    if colon and scheme in ("oci", "oci-archive") and not rest.startswith("//"):
        return _file_side("folder" if scheme == "oci" else "tar", rest, directory)
    if "://" not in text and _TAR.fullmatch(text):
        return _file_side("tar", text, directory)
    prefix, slashes, rest = text.partition("://")
    if not slashes or prefix not in ("local", "remote", "docker"):
        prefix, rest = "", text
        if not slashes:
            _refuse_path(text, directory)
    reference = Reference.parse(rest, default_tag="")
    is_remote = prefix in ("remote", "docker") or (not prefix and targets.names_registry(reference, settings))
    if is_remote:
        reference = targets.at_registry(reference)
    tags = tuple(tag for tag in (reference.tag, *reference.extra_tags) if tag)
    return Side("registry" if is_remote else "store", reference.name, tags, reference)


def _refuse_path(text: str, directory: Path) -> None:
    """Raise Usage for a text that looks like a path, or names a file that exists: a kit cannot have such a name."""
    path = directory / typed_path(text)
    is_there = path.is_file() and ":" not in text
    if not is_there and not text.startswith(("./", "../", "/", "~", ".\\", "..\\")):
        return
    kind = "a folder" if path.is_dir() else "a file" if path.is_file() else "a path that does not exist"
    hint = f"oci:{text} is that folder as an OCI layout" if path.is_dir() else "kit pack FOLDER -t NAME:TAG packs files"
    raise Usage(f"{text} is {kind}, but kit copy reads .tar and oci:DIR", hint=hint)


def _file_side(kind: Literal["folder", "tar"], text: str, directory: Path) -> Side:
    found = _NAMED.fullmatch(text)
    if found is None:
        raise Usage("oci: needs a folder", hint="kit copy SRC oci:DIR:TAG")
    path, tag, digest = found["path"], found["tag"] or "", found["digest"] or ""
    if os.name == "nt" and len(path) == 1 and tag:  # C:folder
        path, tag = text, ""
    target = Path(os.path.abspath(directory / typed_path(path)))  # noqa: PTH100 (resolve() would follow links)
    return Side(kind, tag or digest, (tag,) if tag else (), path=target)


@contextmanager
def opened(
    side: Side, settings: Settings, opener: Opener, *, writes: bool = False
) -> Iterator[RemoteRepository | AllKinds | LayoutFolder]:
    """A side that may be written, the store then with its blobs held; a tar is read by `LayoutTar(side.path)`."""
    if side.kind == "folder" and side.path is not None:
        yield LayoutFolder(side.path, targets.store(settings).known_blobs)
    elif side.reference is None:
        raise Usage(f"{side} cannot be written to")
    elif side.kind == "store":
        store = targets.store(settings)
        with store.session() if writes else nullcontext():
            yield store.all_kinds(side.reference)
    else:
        yield opener.repository(side.reference)
