"""`kit pull --as-tar`: layers as the archives that they are, byte for byte; all of them, verified, or none."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kitops_jupyter import codecs, targets
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import FilterInvalid, StoreError
from kitops_jupyter.filters import parse_filters
from kitops_jupyter.kitfile import to_yaml
from kitops_jupyter.manifest import Match, raw_file
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.tally import Tally
from kitops_jupyter.operations.unpack.choosing import chosen_layers
from kitops_jupyter.operations.unpack.destination import Destination
from kitops_jupyter.operations.unpack.layers import Part
from kitops_jupyter.operations.unpack.staging import Staging
from kitops_jupyter.operations.unpack.unpack import KITFILE, check_room, drop_same, write_text
from kitops_jupyter.pipeline import OpenFileSink, pump_verified, run_all
from kitops_jupyter.progress import Event, Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.sources import MayBeElsewhere
from kitops_jupyter.store.files import open_regular
from kitops_jupyter.targets import Connection

_MOST_NAME_CHARS, _MOST_ENDING_CHARS = 40, 16  # of up to four bytes each: 255 bytes is what a name may have
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.I)  # Windows' own


@dataclass(frozen=True, slots=True)
class TarFile:
    """One layer on disk; `name` is the file's, the digest is that of its bytes."""

    name: str
    section: str
    path: str
    digest: Digest
    size_bytes: int


@dataclass(frozen=True, slots=True)
class TarsResult(Result):
    """The archives that are now in `directory`; `kept` are files that were there and stay (`ignore_existing`)."""

    reference: Reference
    digest: Digest
    directory: Path
    files: tuple[TarFile, ...]
    kept: tuple[str, ...]
    moved_bytes: int
    skipped_bytes: int
    elapsed_s: float
    warnings: tuple[str, ...] = ()


def pull_tars(
    reference: str,
    directory: str | Path = ".",
    *,
    filters: Sequence[str] = (),
    labels: Sequence[str] = (),
    overwrite: bool = False,
    ignore_existing: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> TarsResult:
    """Leave each layer that the filters select as `NAME.tar` (`.tar.gz`, `.tar.zst`, a raw layer as its file).

    Files that already exist raise a Conflict that lists them all, before a byte travels. What broke off is resumed.
    Raises NotFound, FilterInvalid (a filter that means files inside a layer), Conflict, DigestMismatch, StorageFull,
    RegistryError, Cancelled.
    """
    started = time.monotonic()
    settings = settings or Settings.load()
    chosen = parse_filters(filters)
    destination = Destination(typed_path(directory).absolute(), overwrite=overwrite, ignore_existing=ignore_existing)
    tally = Tally(observe, stopped="the pull was stopped; no archive was written")
    store = targets.store(settings)
    with observed(observe, reference), Opener(settings, connection, remote=True) as opener, store.session():
        kit = opener.open(reference, labels=labels)
        parts = chosen_layers(kit, chosen, opener)
        if inner := next((part for part in parts if not part.choice.is_whole), None):
            raise FilterInvalid(
                f"--as-tar writes whole layers, but a filter selects files inside {inner.match.entry.label}",
                hint="leave --as-tar out to get just these files",
            )
        yaml = to_yaml(kit.kitfile) if kit.kitfile and chosen.selects_kitfile else None
        named = _named(parts)
        wanted = _judge(kit, named, yaml, destination)
        found = _fetch(wanted, settings, tally)
        _place(wanted, found, yaml, destination, kit, settings)
    files = tuple(
        TarFile(
            name, part.match.entry.section, part.match.entry.path, part.match.layer.digest, part.match.layer.size_bytes
        )
        for name, part in wanted.items()
    )
    return TarsResult(
        kit.reference,
        kit.descriptor.digest,
        destination.target,
        files,
        tuple(sorted(destination.kept)),
        tally.moved_bytes,
        tally.skipped_bytes,
        time.monotonic() - started,
        () if chosen.clauses else tuple(f"{found}: it was left out" for found in kit.unnamed()),
    )


def _judge(kit: Kit, named: dict[str, Part], yaml: str | None, destination: Destination) -> dict[str, Part]:
    """The archives to write. Raises all conflicts together."""
    if yaml is not None:
        destination.check(KITFILE, text=yaml)
    for name in named:
        destination.check(name)
    destination.raise_conflicts()
    wanted = {name: part for name, part in named.items() if not destination.keeps(name)}
    check_room(destination.target, list(wanted.values()))
    return wanted


def _named(parts: Sequence[Part]) -> dict[str, Part]:
    """A different name for each layer, even if case is ignored; no name leaves the folder."""
    named: dict[str, Part] = {}
    taken = {KITFILE.casefold()}
    for part in parts:
        stem, suffix = _stem(part.match)
        section = part.match.entry.section
        choices = [stem, f"{section}-{stem}", *(f"{section}-{stem}-{at}" for at in range(2, len(parts) + 3))]
        name = next(f"{text}{suffix}" for text in choices if f"{text}{suffix}".casefold() not in taken)
        taken.add(name.casefold())
        named[name] = part
    return named


def _stem(match: Match) -> tuple[str, str]:
    """A base name for the file, and its ending."""
    codec = codecs.find(match.type.compression)
    packed = codec.file_suffix if codec else ""
    if match.type.format.is_one_file:
        base = raw_file(match.layer).path.rpartition("/")[2]
        stem, dot, ending = base.rpartition(".")
        return _safe(stem if dot else base, match), (f".{_clean(ending)[:_MOST_ENDING_CHARS]}" if dot else "") + packed
    entry = match.entry
    return _safe(entry.name or entry.clean_path.rpartition("/")[2], match), f"{match.type.format.file_suffix}{packed}"


def _safe(text: str, match: Match) -> str:
    cleaned = _clean(text).strip(".-")
    return match.entry.section if not cleaned or _RESERVED.match(cleaned) else cleaned


def _clean(text: str) -> str:
    return re.sub(r"[^\w.+-]+", "-", text)[:_MOST_NAME_CHARS]


def _fetch(wanted: dict[str, Part], settings: Settings, tally: Tally) -> dict[Digest, Path]:
    """Make every layer available, whole: from the store if it is there, else as a finished download that waits."""
    store = targets.store(settings)

    def fetch(part: Part) -> Path:
        layer, item = part.match.layer, part.match.entry.path
        fetcher = part.source.fetcher() if isinstance(part.source, MayBeElsewhere) else None
        if fetcher is not None and store.find_blob(layer, observe=tally, item=item) is None:
            return fetcher.fetch(layer, store.partials, observe=tally, item=item)
        tally(Event("skipped", item, layer.size_bytes, layer.size_bytes, "unchanged"))
        return store.blob_path(layer.digest)

    layers = {part.match.layer.digest: part for part in wanted.values()}
    jobs = [partial(fetch, part) for part in layers.values()]
    return dict(zip(layers, run_all(jobs, workers=4, name="kit-pull", observe=tally), strict=True))


def _place(
    wanted: dict[str, Part],
    found: dict[Digest, Path],
    yaml: str | None,
    destination: Destination,
    kit: Kit,
    settings: Settings,
) -> None:
    """Give every archive its name, all in one step. What was downloaded goes back to wait if that fails."""
    partials = targets.store(settings).partials
    texts = {KITFILE: yaml} if yaml is not None else {}
    with (
        Staging(destination.target, settings.home, overwrite=destination.overwrites) as staging,
        ExitStack() as taken_back,
    ):
        for name, text in texts.items():
            write_text(staging.shared, name, text)
        last = {part.match.layer.digest: name for name, part in wanted.items()}
        for name, part in wanted.items():
            layer = part.match.layer
            path = found[layer.digest]
            descriptor = staging.shared.new_file(name)
            if descriptor is None:
                continue
            if path.parent == partials and last[layer.digest] == name and staging.take(path, name, descriptor):
                taken_back.callback(staging.give_back, path, name)
            else:
                _copy(path, descriptor, staging.shared.path_of(name), layer)
        staging.shared.raise_clash()
        drop_same(destination, staging, texts)
        destination.check_tree(staging.tree, texts, besides=staging.name)
        destination.raise_conflicts()
        staging.commit()
        taken_back.pop_all()
    for path in found.values():
        if path.parent == partials:
            with suppress(OSError):
                path.unlink()


def _copy(path: Path, descriptor: int, shown: str, layer: Descriptor) -> None:
    sink = OpenFileSink(descriptor, shown, layer.size_bytes)
    try:
        with io.FileIO(open_regular(path), "rb") as stream:
            pump_verified(stream, layer, [sink])
    except OSError as problem:
        sink.abort()
        raise StoreError(f"{path} cannot be read: {problem.strerror}", hint="kit doctor") from None
