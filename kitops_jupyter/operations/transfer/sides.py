"""The places that `kit copy` knows: a registry, the local store, an OCI layout in a folder or a tar."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kitops_jupyter import targets
from kitops_jupyter.content import Descriptor, Digest, Readable
from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import NotFound, Usage
from kitops_jupyter.oci_layout import LayoutFolder, LayoutTar
from kitops_jupyter.operations.transfer.engine import Move
from kitops_jupyter.operations.transfer.graph import Node, Role
from kitops_jupyter.progress import Event, Observer
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository, Store
from kitops_jupyter.targets import Connection

if TYPE_CHECKING:
    from typing import TypeAlias

    from kitops_jupyter.registry import RemoteRepository

    WriteSide: TypeAlias = "RemoteRepository | StoreSide | LayoutFolder"
    ReadSide: TypeAlias = "WriteSide | LayoutTar"

_NAMED = re.compile(r"(?P<path>.+?)(?::(?P<tag>\w[\w.-]{0,127})|@(?P<digest>sha256:[0-9a-f]{64}))?", re.ASCII)
_TAR = re.compile(r".+\.tar(?::\w[\w.-]{0,127}|@sha256:[0-9a-f]{64})?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
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


def parse_place(text: str, settings: Settings, directory: Path) -> Place:
    """Read a side: `oci:DIR`, `FILE.tar` (both also with `:TAG` or `@DIGEST`), else a kit's name.

    A name that leads to a registry means that registry; `local://` in front means the local store, `remote://` the
    registry. Raises InvalidReference, Usage.
    """
    scheme, colon, rest = text.partition(":")
    if colon and scheme in ("oci", "oci-archive") and not rest.startswith("//"):
        return _file_place("folder" if scheme == "oci" else "tar", rest, directory)
    if "://" not in text and _TAR.fullmatch(text):
        return _file_place("tar", text, directory)
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
    return Place("registry" if is_remote else "store", reference.name, tags, reference)


def _refuse_path(text: str, directory: Path) -> None:
    """Raise Usage for what is written as a path, or names a file that is there: no kit has such a name."""
    path = directory / typed_path(text)
    is_there = path.is_file() and ":" not in text
    if not is_there and not text.startswith(("./", "../", "/", "~", ".\\", "..\\")):
        return
    kind = "a folder" if path.is_dir() else "a file" if path.is_file() else "a path, and nothing is there"
    hint = f"oci:{text} is that folder as an OCI layout" if path.is_dir() else "kit pack FOLDER -t NAME:TAG packs files"
    raise Usage(f"{text} is {kind}, kit copy reads .tar and oci:DIR", hint=hint)


def _file_place(kind: Literal["folder", "tar"], text: str, directory: Path) -> Place:
    found = _NAMED.fullmatch(text)
    if found is None:
        raise Usage("oci: names no folder", hint="kit copy SRC oci:DIR:TAG")
    path, tag, digest = found["path"], found["tag"] or "", found["digest"] or ""
    if os.name == "nt" and len(path) == 1 and tag:  # C:folder
        path, tag = text, ""
    place = Path(os.path.abspath(directory / typed_path(path)))  # noqa: PTH100 (resolve() would follow links)
    return Place(kind, tag or digest, (tag,) if tag else (), path=place)


class StoreSide:
    """The local store as one side: kits, indexes of kits, and what refers to them, each where it belongs."""

    def __init__(self, store: Store, reference: Reference) -> None:
        self.store = store
        self._reference = reference
        self._kits = store.repository(reference)

    def place(self, role: Role) -> Repository:
        """The repository for manifests of this role."""
        if role == "kit":
            return self._kits
        return self.store.repository(self._reference, kind="indexes" if role == "index" else "referrers")

    def resolve(self, name: str) -> Descriptor:
        """The kit of this name, else the index. Raises NotFound."""
        try:
            return self._kits.resolve(name)
        except NotFound as missing:
            try:
                return self.place("index").resolve(name)
            except NotFound:
                raise missing from None

    def open(self, descriptor: Descriptor) -> Readable:
        return self._kits.open(descriptor)

    def exists(self, descriptor: Descriptor) -> bool:
        return self._kits.exists(descriptor)

    def referrers(self, subject: Digest, *, artifact_type: str = "") -> list[Descriptor]:
        return self.place("referrer").referrers(subject, artifact_type=artifact_type)


@contextmanager
def opened(
    place: Place, settings: Settings, connection: Connection | None, *, writes: bool = False
) -> Iterator[WriteSide]:
    """A side that may be written, the store then with its blobs held; a tar is read by `LayoutTar(place.path)`."""
    if place.kind == "folder" and place.path is not None:
        yield LayoutFolder(place.path, targets.store(settings).known_blobs)
    elif place.reference is None:
        raise Usage(f"{place} is no place to write to")
    elif place.kind == "store":
        store = targets.store(settings)
        with store.session() if writes else nullcontext():
            yield StoreSide(store, place.reference)
    else:
        with targets.registry(place.reference.registry, settings, connection) as registry:
            yield registry.repository(place.reference.repository)


def mover(
    source: ReadSide,
    target: WriteSide,
    *,
    mount_from: Sequence[str] = (),
) -> Move:
    """How one blob gets from side to side: not at all if it is there, mounted, resumed or streamed; verified."""
    from kitops_jupyter.registry import RemoteRepository

    if isinstance(target, RemoteRepository):
        siblings = list(mount_from)
        if isinstance(source, RemoteRepository) and source.registry.origin == target.registry.origin:
            siblings.insert(0, source.name)

        def upload(blob: Descriptor, item: str, observe: Observer) -> None:
            target.upload(blob, lambda: source.open(blob), mount_from=siblings, observe=observe, item=item)

        return upload
    keeper = target.store if isinstance(target, StoreSide) else target
    if isinstance(source, RemoteRepository):

        def fetch(blob: Descriptor, item: str, observe: Observer) -> None:
            source.fetch(
                blob,
                keeper.partials,
                find=lambda: keeper.find_blob(blob, observe=observe, item=item),
                keep=lambda path: keeper.keep_file(path, blob),
                observe=observe,
                item=item,
            )

        return fetch
    sink = target.place("kit") if isinstance(target, StoreSide) else target

    def write(blob: Descriptor, item: str, observe: Observer) -> None:
        if keeper.find_blob(blob, observe=observe, item=item) is not None:
            observe(Event("skipped", item, blob.size_bytes, blob.size_bytes, "unchanged"))
        else:
            sink.write(blob, source.open(blob), observe=observe, item=item)

    return write


def put_manifest(target: WriteSide, node: Node) -> None:
    """Write a manifest where manifests of its role belong."""
    place = target.place(node.role) if isinstance(target, StoreSide) else target
    place.write(node.descriptor, io.BytesIO(node.data), item="manifest")


def put_tags(target: WriteSide, root: Node, tags: Sequence[str]) -> None:
    """Let the tags name it, each in one step."""
    place = target.place(root.role) if isinstance(target, StoreSide) else target
    for tag in tags:
        place.tag(root.descriptor, tag)
