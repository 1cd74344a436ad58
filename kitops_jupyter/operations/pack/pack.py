"""`kit pack`: a Kitfile and its files into the local store, as a ModelKit."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kitops_jupyter import layers, targets
from kitops_jupyter.archive import LayerFormatName
from kitops_jupyter.capture.log import LOG, Logged
from kitops_jupyter.codecs import Compression
from kitops_jupyter.content import Digest
from kitops_jupyter.disk import cache_folder, typed_path
from kitops_jupyter.ignore import read_patterns
from kitops_jupyter.kitfile import Kitfile
from kitops_jupyter.manifest import NO_FACTS, Facts, checked_message
from kitops_jupyter.media_types import Kind
from kitops_jupyter.operations.again import again_if_taken
from kitops_jupyter.operations.index_findings import IndexFindings
from kitops_jupyter.operations.opening import Opener, parents_of
from kitops_jupyter.operations.pack.environment import Recording
from kitops_jupyter.operations.pack.facts import Gathered, gathered
from kitops_jupyter.operations.pack.how import How, check_flags
from kitops_jupyter.operations.pack.large import large_warnings
from kitops_jupyter.operations.pack.layers import PackedLayer, pack_all
from kitops_jupyter.operations.pack.manifest import StoredKit, store_manifest
from kitops_jupyter.operations.pack.notebook import add, missing_notebook
from kitops_jupyter.operations.pack.noting import note_notebooks
from kitops_jupyter.operations.pack.own_writes import OwnWrites
from kitops_jupyter.operations.pack.patch import with_patch
from kitops_jupyter.operations.pack.source import PackSource, check_source, read_source
from kitops_jupyter.operations.pack.variables import KeptVariables, PackedVariable, Variables, logged_notes
from kitops_jupyter.operations.remote_data import check_remote_data
from kitops_jupyter.operations.transfer.extras import Extras
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import UNTAGGED, Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings


@dataclass(frozen=True, slots=True)
class PackResult(Result):
    """The kit that was packed; `digest` is None after a dry run, in which nothing was written.

    `message` and `facts` are those of the kit, also where an equal kit was kept. `variables` came out of memory.
    """

    reference: Reference
    digest: Digest | None
    size_bytes: int
    layers: tuple[PackedLayer, ...]
    warnings: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    kitfile: Kitfile
    kitfile_path: Path | None
    proposed: bool
    elapsed_s: float
    notes: tuple[str, ...] = ()
    message: str = ""
    variables: tuple[PackedVariable, ...] = ()
    facts: Facts = NO_FACTS

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag that now points at the kit."""
        return tuple(tag for tag in (self.reference.tag, *self.reference.extra_tags) if tag)

    @property
    def reference_text(self) -> str:
        """What names the kit from now on: its first tag, or its digest."""
        return str(self.reference.with_tag(self.tags[0]) if self.tags else self.digest or self.reference)

    @property
    def shown_reference(self) -> str:
        """The reference as a user would type it, the digest if there is no tag."""
        tags = ",".join(self.tags)
        if not tags:
            return self.digest or "an untagged kit"
        return f"{self.reference.shown_name}:{tags}"


def pack(
    directory: str | Path,
    *,
    file: str | Path | None = None,
    text: str | None = None,
    tag: str | None = None,
    message: str = "",
    models: Mapping[str, Any] | None = None,
    datasets: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    formats: Mapping[str, str] | None = None,
    allow_pickle: bool = False,
    log: bool = True,
    compression: Compression = "none",
    layer_format: LayerFormatName = "tar",
    use_model_pack: bool = False,
    use_cache: bool = True,
    propose: bool = False,
    notebook: Path | None = None,
    add_notebook: bool = False,
    leave_out: Path | None = None,
    record_environment: bool | None = False,
    record_facts: bool = True,
    record_patch: bool = False,
    python: str | Path | None = None,
    follow_links: bool = False,
    links_within: Path | None = None,
    told: Sequence[str] = (),
    dry_run: bool = False,
    push: bool = False,
    connection: targets.Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> PackResult:
    """Store the files under `directory` that the Kitfile names, as one kit; the tag moves last.

    The Kitfile is `text`, else `file`, else the one in `directory`; with `propose`, one is proposed if there is none,
    and written when the kit is there. Files that did not change since they were last packed are not read again,
    unless `use_cache` is off. `message` says why it is packed, in at most 4,096 characters, with line feeds. Packing
    the same content again gives the same digest, unless another message is given. With `push` the files are streamed to
    the tag's registry while they are hashed, and nothing is stored here.
    `models` and `datasets` are values in memory, by name: each is written below `directory` as a file of an open format
    (`models/NAME.skops`, `datasets/NAME.parquet`) with a sidecar, and gets an entry. `metrics` and `params` are numbers
    and texts, or dicts of them, kept with the model. Unless `log` is off, what was logged in this process goes along in
    the same way, less what they name, and as the files metrics.json, metrics.csv and params.json. `formats` chooses a
    format by a variable's name, `allow_pickle` allows those whose files run code when they are loaded.
    `record_environment` writes what is installed (here, or in the interpreter `python`) into the folder `environment`
    and puts that into the kit; None does so where the Kitfile is proposed, and refreshes what was recorded before.
    `record_facts` notes the folder's git commit, and in a kernel which cells of `notebook` ran and which kits came in:
    in the manifest, and in no layer. An equal kit of another commit is not kept then.
    `record_patch` writes how tracked files differ from that commit into environment/changes.patch, for the kit alone:
    without files and values that are known to be secret, but nobody can know them all.
    With `add_notebook` the folder's Kitfile gets an entry for `notebook`, where it has none.
    A proposal leaves the file `leave_out` out. Links are left out, and a layer of nothing but links is an error; with
    `follow_links` what they lead to is packed: inside the folder, or anywhere
    below `links_within` for a path that the Kitfile names itself.
    Files below the paths `told`, which the caller knows to be left out, are not warned of as in no layer.
    Raises KitfileMissing, KitfileInvalid, NotFound (a path that does not exist), SourceChanged, StorageFull, Cancelled,
    RegistryError, VariableRefused, Conflict (a file of the user's where a variable's belongs); then no tag has moved,
    and the entry and the files that were written into the folder are undone.
    Source: format.md, "A kit".
    """
    from kitops_jupyter.discover import stays_out

    started = time.monotonic()
    settings = settings or Settings.load()
    check_flags(compression, layer_format, use_model_pack)
    message = checked_message(message)
    reference = Reference.parse(tag) if tag else Reference.from_store_name(UNTAGGED)
    logged = LOG.logged() if log else Logged()
    numbers, chosen = {**logged.last(), **(metrics or {})}, {**logged.params, **(params or {})}
    live = Variables(models or {}, datasets or {}, numbers, chosen, formats or {}, allow_pickle)
    with observed(observe, str(directory)), OwnWrites(cache_folder(settings.cache, "undo")) as writes:
        root = check_source(typed_path(directory), file, text, propose)
        kept = live.keep(root, writes, observe) if not dry_run else KeptVariables()
        added = add(typed_path(directory), notebook, writes) if add_notebook and not dry_run else []
        source = read_source(
            typed_path(directory),
            file=file,
            text=text,
            propose=propose,
            notebook=notebook,
            leave_out=leave_out,
            recording=Recording(record_environment, python, writes),
            follow_links=follow_links,
            write=not dry_run,
        )
        kept = kept.with_log(source.root, logged, writes.write) if not dry_run else kept
        source = with_patch(source.with_variables(kept, writes), writes, asked=record_patch, write=not dry_run)
        with Opener(settings, connection) as opener:
            parents = parents_of(source.kitfile, opener.open, names=reference if tag else None)
        check_remote_data(source.kitfile, settings)
        plan = layers.plan(
            source.kitfile,
            source.root,
            patterns=read_patterns(source.root),
            parent_paths=[
                entry.path for parent in parents for entry in parent.described().entries() if entry.has_layer
            ],
            layout=layer_format,
            follow_links=follow_links,
            links_within=links_within,
            told=[*told, *(path for path, _ in source.left_out)],
            stays_out=stays_out,
        )
        kind: Kind = "modelpack" if use_model_pack else "modelkit"
        extras = Extras.of(settings)
        noted = gathered(source.root, notebook, has_patch=source.has_patch) if record_facts else Gathered()
        how = How(compression, kind, use_cache, IndexFindings(settings), extras, message, noted, observe)
        store_notes: Sequence[str] = ()
        if dry_run:
            packer = how.packer(targets.store(settings), source.root, None, None)
            packed: Sequence[PackedLayer] = [packer.preview(layer) for layer in plan.layers]
            stored = None
        elif push:
            with targets.remote(reference, settings, connection) as repository:
                packer = how.packer(repository, source.root, None, repository if settings.file_index else None)
                packed = pack_all(packer, plan.layers)
                stored = store_manifest(
                    repository,
                    repository,
                    reference,
                    settings,
                    source.kitfile,
                    packed,
                    kind=kind,
                    extras=extras,
                    message=message,
                    facts=how.noted.facts,
                    registry=repository.registry.name,
                )
        else:
            packed, stored, store_notes = again_if_taken(lambda: _pack_here(reference, source, plan, how, settings))
    notes = (
        *added,
        *kept.notes,
        *logged_notes(logged),
        *(live.told() if dry_run else ()),
        *source.notes,
        *extras.notes,
        *missing_notebook(source.root, notebook, plan),
        *store_notes,
    )
    result = _result(reference, stored, how, packed, plan, source, notes, time.monotonic() - started)
    if stored:
        if log:
            LOG.was_packed()
        result = replace(result, variables=kept.shown, warnings=(*result.warnings, *source.write_proposal()))
        named = reference.with_tag(result.tags[0]) if result.tags else reference.with_digest(stored.digest)
        note_notebooks(targets.store(settings).packed_notebooks, plan.layers, notebook, str(named), stored.digest)
    return result


def _pack_here(
    reference: Reference, source: PackSource, plan: layers.Plan, how: How, settings: Settings
) -> tuple[list[PackedLayer], StoredKit, Sequence[str]]:
    """Pack into the local store; also returns notes for the user."""
    store = targets.store(settings)
    with store.session() as session:  # no removal takes what is packed before the manifest is there
        place, referrers = store.repository(reference), store.repository(reference, kind="referrers")
        packer = how.packer(store, source.root, store.layer_cache, place if settings.file_index else None)
        packed = pack_all(packer, plan.layers)
        stored = store_manifest(
            place,
            referrers,
            reference,
            settings,
            source.kitfile,
            packed,
            kind=how.kind,
            extras=how.extras,
            message=how.message,
            facts=how.noted.facts,
        )
    return packed, stored, session.notes


def _result(
    reference: Reference,
    stored: StoredKit | None,
    how: How,
    packed: Sequence[PackedLayer],
    plan: layers.Plan,
    source: PackSource,
    notes: tuple[str, ...],
    elapsed_s: float,
) -> PackResult:
    return PackResult(
        reference=reference,
        digest=stored.digest if stored else None,
        size_bytes=sum(layer.size_bytes for layer in packed),
        layers=tuple(packed),
        warnings=(
            *source.warnings,
            *plan.warnings,
            *how.noted.warnings,
            *large_warnings(packed if source.proposed else ()),
        ),
        left_out=source.left_out,
        kitfile=source.kitfile,
        kitfile_path=source.path,
        proposed=source.proposed,
        elapsed_s=elapsed_s,
        notes=notes,
        message=stored.message if stored else how.message,
        facts=stored.facts if stored else how.noted.facts,
    )
