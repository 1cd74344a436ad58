"""What is inside one kit, for who completes a filter: its layers and files, from what is here. Nothing is contacted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice

from kitops_jupyter import file_index, targets
from kitops_jupyter.archive import NameRules, TarMember
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.disk import SIDECAR, cache_folder
from kitops_jupyter.errors import Cancelled, KitError, NotFound
from kitops_jupyter.filters import text_for, text_for_file
from kitops_jupyter.kitfile import Entry
from kitops_jupyter.manifest import Match, kitfile_of, matched_layers, parse_manifest
from kitops_jupyter.operations.index_findings import IndexFindings
from kitops_jupyter.operations.layer_reader import checked_names, indexed_members, open_here, read_listing
from kitops_jupyter.operations.opening import Kit, open_kit
from kitops_jupyter.reference import Reference
from kitops_jupyter.remembered import KnownNames, Remembered
from kitops_jupyter.settings import Settings
from kitops_jupyter.sizes import human_size

_FILES_LIMIT = 20_000  # of a layer: who looks for one of more types more of its name
_LISTING_BYTES = 1 << 20  # a larger listing takes longer than anybody waits for Tab
_WITHOUT_INDEX_BYTES = 64 << 20  # a larger layer is not hashed and searched for its headers


def layer_filters(reference: str, settings: Settings) -> dict[str, str]:
    """What `--filter` takes of the layers of a kit, with a few words on each.

    The kit is in the local store, or its manifest was read in its registry before. Raises NotFound, InvalidReference,
    ContentError.
    """
    found = {}
    for entry, layer in _layers(reference, settings):
        about = " ".join(filter(None, (entry.section, entry.name, human_size(layer.size_bytes))))
        found[text_for(entry.section, entry.clean_path)] = about
    return found


def layer_names(reference: str, settings: Settings) -> list[str]:
    """The paths and names of the layers of a kit, as `layer_filters` finds it. Raises as that does."""
    found = [entry for entry, _ in _layers(reference, settings)]
    return [*(entry.clean_path for entry in found), *(entry.name for entry in found if entry.name)]


def variable_names(reference: str, settings: Settings) -> list[str]:
    """The variables of a kit that have entries, as `layer_filters` finds it. Raises as that does."""
    paths = (entry.clean_path for entry, _ in _layers(reference, settings))
    names = (path.rpartition("/")[2].removesuffix(SIDECAR) for path in paths if path.endswith(SIDECAR) and "/" in path)
    return sorted(names)


def file_filters(reference: str, typed: str, settings: Settings) -> list[str]:
    """What `--filter` takes of the files and folders of a kit of the local store, one step behind what is typed.

    A folder has a slash at its end. Layers whose files are not quickly listed are left out. Raises NotFound,
    InvalidReference, ContentError.
    """
    kit = open_kit(reference, settings)
    kind, _, name = typed.partition(":")
    as_text = text_for_file if name.startswith("./") else text_for
    steps: dict[str, None] = {}
    for match in kit.matches():
        if text_for(match.entry.section, "").partition(":")[0] == kind:
            for path in _paths(kit, match, settings):
                text = as_text(match.entry.section, path)
                if text.startswith(typed):
                    folder, slash, _ = text[len(typed) :].partition("/")
                    steps[typed + folder + slash] = None
    return list(steps)


def _layers(reference: str, settings: Settings) -> Iterable[tuple[Entry, Descriptor]]:
    try:
        return open_kit(reference, settings).layers()
    except NotFound:
        return _seen_layers(Reference.parse(reference), settings)


def _seen_layers(reference: Reference, settings: Settings) -> list[tuple[Entry, Descriptor]]:
    """The layers of a kit in a registry, as its name was last resolved; none if they are not remembered."""
    if not targets.names_registry(reference, settings):
        return []
    place = targets.at_registry(reference)
    digest = place.digest or KnownNames(place.registry, settings).tags(place.repository).get(place.tag)
    contents = Remembered(cache_folder(settings.cache, "manifests"))
    data = contents.get(digest) if isinstance(digest, Digest) else None
    if data is None:
        return []
    manifest = parse_manifest(data)
    config = contents.get(manifest.config.digest)
    kitfile = kitfile_of(manifest, config) if config is not None else None
    return [(match.entry, match.layer) for match in matched_layers(manifest, kitfile)] if kitfile else []


def _paths(kit: Kit, match: Match, settings: Settings) -> Iterator[str]:
    """The paths of the files of a layer, as far as they are quickly found."""
    if match.type.format.is_one_file:
        return
    try:
        for member in islice(_members(kit, match, settings), _FILES_LIMIT):
            path = match.placed(member.name)
            if not member.is_dir and path != match.entry.clean_path:  # that one is offered as the layer
                yield path
    except Cancelled:
        raise
    except KitError:  # a damaged layer has nothing to offer, and hides no other
        return


def _members(kit: Kit, match: Match, settings: Settings) -> Iterable[TarMember]:
    """The members of a layer that is here: from its file index, else from the headers of a plain and small one."""
    rules, layer = NameRules(), IndexFindings(settings).indexed(match.layer)
    address = file_index.address_of(layer)
    if address is not None and address.listing_bytes <= _LISTING_BYTES and not IndexFindings(settings).why_wrong(layer):
        try:
            listing = read_listing(kit.source, address)
        except NotFound:  # kit removes what it does not know
            pass
        else:
            where = f"layer {layer.digest.short}"
            index = file_index.read_listing(listing, address, layer_bytes=layer.size_bytes, where=where)
            return indexed_members(index, layer, rules)
    if match.type.compression or layer.size_bytes > _WITHOUT_INDEX_BYTES:
        return ()
    with closing(open_here(kit.source, layer)) as stream:
        members = islice(match.type.format.inside.list_members(stream, rules=rules), _FILES_LIMIT)
        return checked_names(list(members), layer, rules)
