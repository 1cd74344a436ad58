"""`kit index`: one name for several builds of a model, each with labels by which one of them is chosen.

Source: format.md, "Index"; kit-2026.md 7.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kitops_jupyter import targets
from kitops_jupyter.content import IMAGE_INDEX, Descriptor, read_verified
from kitops_jupyter.errors import Conflict, NotFound, Usage
from kitops_jupyter.kit_index import ORIGINAL_TAG, KitIndex, labelled, parse_index
from kitops_jupyter.media_types import INDEX_ARTIFACT, MANIFEST_ARTIFACTS
from kitops_jupyter.operations.index.results import SIZE, IndexInfo, IndexList, IndexRow
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.transfer.remove import RemoveResult
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository
from kitops_jupyter.targets import Connection

_RESERVED = "ml.kitops."  # annotations that kit writes itself
_ANNOTATION = re.compile(r"[^\s=]+")


def index_create(
    reference: str,
    kits: Sequence[str] = (),
    *,
    labels: Sequence[str] = (),
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> IndexInfo:
    """Make an index in the local store, empty or of these kits, which all get the labels.

    Raises Conflict where there is one of that name, and what `index_add` raises.
    """
    settings = settings or Settings.load()
    index_name = _index_name(reference)
    if index_name.tag in _indexes(index_name, settings).tags():
        raise Conflict(f"the index {index_name} already exists", hint=f"kit index add {index_name} KIT adds to it")
    index = KitIndex()
    with observed(observe, reference), Opener(settings, connection) as opener:
        for kit in kits:
            index = _with_kit(index, _same_repository(index_name, kit, opener), kit, labels, ())
    return _write(index_name, index, settings)


def index_add(
    reference: str,
    kit: str,
    *,
    labels: Sequence[str] = (),
    annotations: Sequence[str] = (),
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> IndexInfo:
    """Add a kit of the same repository, or change its labels: `KEY=VALUE`, `KEY:=JSON`, `KEY-` takes one away.

    A kit that is there stays in its place. `remote` looks the kit up in its registry. Raises NotFound, Usage.
    """
    settings = settings or Settings.load()
    index_name = _index_name(reference)
    index = _read(index_name, settings)
    with observed(observe, kit), Opener(settings, connection, remote=remote) as opener:
        found = _same_repository(index_name, kit, opener)
    return _write(index_name, _with_kit(index, found, kit, labels, annotations), settings)


def index_remove(
    reference: str,
    kit: str,
    *,
    settings: Settings | None = None,
) -> IndexInfo:
    """Take a kit out of an index: by its digest, its tag now, or the tag that it had when it was added.

    The kit itself stays. Raises NotFound.
    """
    settings = settings or Settings.load()
    index_name, wanted = _index_name(reference), Reference.parse(kit)
    index = _read(index_name, settings)
    digest = wanted.digest
    if digest is None:
        try:
            digest = targets.local(wanted, settings).resolve(wanted.tag).digest
        except NotFound:
            digest = None
        if digest is None or all(entry.digest != digest for entry in index.entries):
            had = [entry.digest for entry in index.entries if entry.annotations.get(ORIGINAL_TAG) == wanted.tag]
            digest = had[0] if len(had) == 1 else digest
    if digest is None:
        raise NotFound(f"index {index_name} has no kit {kit}", hint=f"kit index list {index_name}")
    return _write(index_name, index.without(digest), settings)


def index_delete(reference: str, *, settings: Settings | None = None) -> RemoveResult:
    """Remove an index, or one of its tags; its kits stay. Raises NotFound."""
    settings = settings or Settings.load()
    gone = targets.store(settings).remove(Reference.parse(reference), kind="indexes")
    return RemoveResult(gone.references, gone.freed_bytes, gone.freed_blobs, gone.untagged, gone.kept)


def index_list(
    reference: str | None = None,
    *,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> IndexList | IndexInfo:
    """Every index of the local store; or the kits of one, with their labels. Raises NotFound, NotAModelKit."""
    settings = settings or Settings.load()
    if reference is not None:
        with observed(observe, reference):
            return _info(Reference.parse(reference), remote, connection, settings)
    store = targets.store(settings)
    rows = []
    for name, descriptor, tags in store.kits(kind="indexes"):
        repository = Reference.from_store_name(name)
        index = parse_index(read_verified(store.repository(name, kind="indexes"), descriptor))
        rows += [IndexRow(repository.shown_name, tag, len(index.entries), descriptor.digest) for tag in tags or ("",)]
    return IndexList(tuple(rows))


def _info(reference: Reference, remote: bool, connection: Connection | None, settings: Settings) -> IndexInfo:
    is_here = reference.name in _names(_indexes(reference, settings))
    if not remote and (is_here or not targets.names_registry(reference, settings)):
        source = _indexes(reference, settings)
        descriptor = source.resolve(reference.name)
        return _described(reference, descriptor, read_verified(source, descriptor))
    with targets.remote(reference, settings, connection) as repository:
        descriptor = repository.resolve(reference.name)
        return _described(reference, descriptor, read_verified(repository, descriptor))


def _described(reference: Reference, descriptor: Descriptor, data: bytes) -> IndexInfo:
    return IndexInfo(reference, descriptor.digest, parse_index(data), data)


def _index_name(text: str) -> Reference:
    """Where an index is written: one tag. Raises Usage."""
    index_name = Reference.parse(text)
    if index_name.digest or index_name.extra_tags:
        raise Usage(f"{text}: an index takes one tag, and no digest", hint="kit index create NAME:TAG")
    return index_name


def _indexes(index_name: Reference, settings: Settings) -> Repository:
    return targets.store(settings).repository(index_name, kind="indexes")


def _names(repository: Repository) -> set[str]:
    return {*repository.tags(), *(entry.digest for entry in repository.manifests())}


def _read(index_name: Reference, settings: Settings) -> KitIndex:
    source = _indexes(index_name, settings)
    try:
        descriptor = source.resolve(index_name.name)
    except NotFound:
        hint = f"kit index create {index_name}"
        if targets.names_registry(index_name, settings):
            hint += f", or kit copy {index_name} local://{index_name} brings the registry's"
        raise NotFound(f"no index {index_name} in the local store ({settings.home})", hint=hint) from None
    return parse_index(read_verified(source, descriptor))


def _same_repository(index_name: Reference, text: str, opener: Opener) -> Kit:
    kit = opener.open(text)
    if kit.reference.store_name != index_name.store_name:
        raise Usage(
            f"{text} is in another repository than the index {index_name}",
            hint=f"kit tag {text} {index_name.with_tag('TAG')}, then add that",
        )
    return kit


def _with_kit(index: KitIndex, kit: Kit, text: str, labels: Sequence[str], annotations: Sequence[str]) -> KitIndex:
    """The index with this kit, described as kit does it; an entry that was there keeps what is not changed."""
    known = next((entry for entry in index.entries if entry.digest == kit.descriptor.digest), None)
    recorded = {SIZE: str(kit.size_bytes)}
    if kit.reference.tag:
        recorded[ORIGINAL_TAG] = kit.reference.tag
    entry = Descriptor(
        kit.descriptor.media_type,
        kit.descriptor.digest,
        kit.descriptor.size_bytes,
        _annotated({**(known.annotations if known else {}), **recorded}, annotations),
        MANIFEST_ARTIFACTS[kit.manifest.kind],
        known.extra if known else {},
    )
    entry = labelled(entry, labels)
    if known is None:
        return KitIndex((*index.entries, entry))
    return KitIndex(tuple(entry if other.digest == entry.digest else other for other in index.entries))


def _annotated(annotations: Mapping[str, str], changes: Sequence[str]) -> dict[str, str]:
    changed, named = dict(annotations), set()
    for change in changes:
        key, equals, value = change.partition("=")
        key = key if equals else key.removesuffix("-")
        if not _ANNOTATION.fullmatch(key) or (not equals and key == change) or (equals and key.endswith(":")):
            raise Usage(f"annotation {change!r}: expected KEY=VALUE, or KEY- to remove it")
        if key.startswith(_RESERVED) or key in named:
            raise Usage(f"annotation {change!r}: {key} is reserved for kit, or given twice")
        named.add(key)
        if equals:
            changed[key] = value
        else:
            changed.pop(key, None)
    return changed


def _write(index_name: Reference, index: KitIndex, settings: Settings) -> IndexInfo:
    """Let the tag name the index, and remove the index that it named before if nothing else names that, as kit does."""
    store, target = targets.store(settings), _indexes(index_name, settings)
    data = index.to_bytes()
    descriptor = replace(Descriptor.of(IMAGE_INDEX, data), artifact_type=INDEX_ARTIFACT)
    before = target.tags().get(index_name.tag)
    with store.session():
        target.write(descriptor, io.BytesIO(data))
        target.tag(descriptor, index_name.tag)
    if before is not None and before.digest != descriptor.digest and not target.tags_of(before.digest):
        store.remove(index_name.with_digest(before.digest), kind="indexes")
    return IndexInfo(index_name, descriptor.digest, index, data)
