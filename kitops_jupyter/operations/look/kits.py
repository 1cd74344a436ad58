"""`kit list`: what is in the local store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kitops_jupyter import gojson, targets
from kitops_jupyter.content import IMAGE_INDEX, Descriptor, Digest
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.filters import Filters, parse_filters
from kitops_jupyter.manifest import (
    CREATED,
    NO_FACTS,
    Facts,
    facts_of,
    kitfile_of,
    message_of,
    package_of,
    parse_manifest,
)
from kitops_jupyter.media_types import INDEX_ARTIFACT
from kitops_jupyter.operations.opening import Kit, read_kit
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference, is_referrers_tag
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.sizes import human_size
from kitops_jupyter.targets import Connection

NONE = "<none>"  # as kit shows what there is not


@dataclass(frozen=True, slots=True)
class ListedKit:
    """One kit of one repository with all its tags; sizes are the layers' stored bytes.

    Its message and facts are safe to show. `parameters` are its model's, as the Kitfile has them.
    """

    repository: str
    digest: Digest
    tags: tuple[str, ...]
    model_name: str
    author: str
    size_bytes: int
    created: str
    problem: str = ""
    layers: tuple[Descriptor, ...] = ()
    message: str = ""
    parameters: Any = None
    facts: Facts = NO_FACTS

    @property
    def size(self) -> str:
        """The size as kit shows it."""
        return human_size(self.size_bytes)


@dataclass(frozen=True, slots=True)
class ListResult(Result):
    """The kits, by repository; `problems` are repositories that could not be read.

    `size_bytes` counts a layer that several kits share once.
    """

    kits: tuple[ListedKit, ...]
    size_bytes: int
    problems: tuple[str, ...] = ()
    where: str = "the local store"
    indexes: int = 0

    def json(self) -> str:
        """The array that `kit list --format json` prints; sizes in bytes, as since kit 1.17."""
        listed = [
            {
                "repo": kit.repository,
                "digest": str(kit.digest),
                "tags": list(kit.tags) or None,
                "modelName": kit.model_name,
                "size": kit.size_bytes,
                "author": kit.author,
            }
            for kit in self.kits
        ]
        return gojson.indented(gojson.dumps(listed))


def change_stamp(settings: Settings) -> str:
    """What changes when a kit or a tag of the local store does; cheap, so that it can be polled."""
    return targets.store(settings).change_stamp()


def list_kits(
    repository: str | None = None,
    *,
    filters: Sequence[str] = (),
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> ListResult:
    """The kits of the local store, or of one `repository`: of the one in its registry, if the name leads to one.

    With `filters` only kits with a layer that matches. A kit that cannot be read is listed with its problem; it
    hides no other. Raises FilterInvalid, InvalidReference, RegistryError.
    """
    settings = settings or Settings.load()
    chosen = parse_filters(filters)
    reference = Reference.parse(repository) if repository else None
    if reference and (remote or targets.names_registry(reference, settings)):
        with observed(observe, str(reference)):
            return _listed_remote(reference, chosen, settings, connection)
    problems: list[str] = []
    found = targets.store(settings).kits(on_problem=lambda problem: problems.append(problem.message))
    listed, layers = [], {}
    for store_name, descriptor, tags in found:
        if reference and store_name != reference.store_name:
            continue
        stored = Reference.from_store_name(store_name)
        shown = stored.shown_name or NONE
        try:
            kit = read_kit(stored, targets.local(stored, settings), descriptor)
            if chosen.is_empty or any(chosen.selects(entry) for entry, _ in kit.layers()):
                listed.append(_row(shown, kit, tags))
                layers.update({layer.digest: layer.size_bytes for layer in kit.manifest.layers})
        except Cancelled:
            raise
        except KitError as problem:
            listed.append(ListedKit(shown, descriptor.digest, tuple(tags), NONE, NONE, 0, "", problem.message))
    indexes = targets.store(settings).kits(kind="indexes", on_problem=lambda problem: problems.append(problem.message))
    count = sum(not reference or name == reference.store_name for name, _, _ in indexes)
    return ListResult(tuple(listed), sum(layers.values()), tuple(problems), indexes=count)


def local_tags(repository: str, *, settings: Settings | None = None) -> tuple[str, ...]:
    """The tags of a repository of the local store; no manifest is read."""
    return tuple(_tagged_here(repository, settings or Settings.load()))


def describe_local(repository: str, tags: Sequence[str], *, settings: Settings | None = None) -> dict[str, ListedKit]:
    """What these tags name in the local store, those that are there. A kit that cannot be read has its `problem`."""
    settings = settings or Settings.load()
    there, stored = _tagged_here(repository, settings), Reference.parse(repository, default_tag="")
    found = {}
    for tag in tags:
        if (descriptor := there.get(tag)) is None:
            continue
        try:
            found[tag] = _row(repository, read_kit(stored, targets.local(stored, settings), descriptor), [tag])
        except Cancelled:
            raise
        except KitError as problem:
            found[tag] = ListedKit(repository, descriptor.digest, (tag,), NONE, NONE, 0, "", problem.message)
    return found


def _tagged_here(repository: str, settings: Settings) -> dict[str, Descriptor]:
    name = Reference.parse(repository, default_tag="").store_name
    kits = targets.store(settings).kits(on_problem=lambda _: None)
    return {tag: descriptor for store_name, descriptor, tags in kits if store_name == name for tag in tags}


def _listed_remote(
    reference: Reference, chosen: Filters, settings: Settings, connection: Connection | None
) -> ListResult:
    """Every tag of a repository in its registry; manifests and configs are read side by side."""
    with targets.remote(reference, settings, connection) as repository:
        kits: dict[Digest, Kit] = {}
        tags: dict[Digest, list[str]] = {}
        problems, indexes = [], 0
        for read in repository.read_many(tag for tag in repository.tags() if not is_referrers_tag(tag)):
            if read.error or read.descriptor is None:
                problems.append(f"{read.name}: {read.error.message if read.error else 'no manifest'}")
                continue
            if read.descriptor.media_type == IMAGE_INDEX and read.descriptor.artifact_type == INDEX_ARTIFACT:
                indexes += 1
                continue
            tags.setdefault(read.descriptor.digest, []).append(read.name)
            if read.descriptor.digest not in kits:
                try:
                    manifest = parse_manifest(read.manifest)
                    kitfile = kitfile_of(manifest, read.config)
                except KitError as problem:
                    problems.append(f"{read.name}: {problem.message}")
                    continue
                kits[read.descriptor.digest] = Kit(
                    reference, repository, read.descriptor, manifest, read.config, kitfile
                )
        shown = f"{repository.registry.name}/{repository.name}"
        chosen_kits = [
            kit for kit in kits.values() if chosen.is_empty or any(chosen.selects(entry) for entry, _ in kit.layers())
        ]
    rows = tuple(_row(shown, kit, tags[kit.descriptor.digest]) for kit in chosen_kits)
    layers = {layer.digest: layer.size_bytes for kit in chosen_kits for layer in kit.manifest.layers}
    return ListResult(rows, sum(layers.values()), tuple(problems), shown, indexes)


def _row(shown: str, kit: Kit, tags: Sequence[str]) -> ListedKit:
    package = kit.kitfile.package if kit.kitfile else package_of(kit.config)
    return ListedKit(
        repository=shown,
        digest=kit.descriptor.digest,
        tags=tuple(sorted(tags)),
        model_name=package.name or NONE,
        author=(package.authors[0] if package.authors else "") or NONE,
        size_bytes=kit.size_bytes,
        created=kit.manifest.annotations.get(CREATED, ""),
        message=message_of(kit.manifest),
        facts=facts_of(kit.manifest),
        parameters=kit.kitfile.model.parameters if kit.kitfile and kit.kitfile.model else None,
    )
