"""Whether a notebook is in a kit as it is now: what packs from here noted, compared with the file."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kitops_jupyter import targets
from kitops_jupyter.content import Digest
from kitops_jupyter.disk import typed_path, why
from kitops_jupyter.errors import Cancelled, KitError, NotFound
from kitops_jupyter.operations.notebook_content import content_of
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import PackedNotebook, Stamp

State = Literal["unknown", "unchanged", "outputs", "changed", "saved"]


@dataclass(frozen=True, slots=True)
class NotebookState(Result):
    """What is known of a notebook's last pack from here.

    `state`: "unknown" if none is known; "unchanged" is the same file as was packed; "outputs" has the same cells, but
    other outputs or metadata, as after a run; "changed" has other cells; "saved" was written since and cannot be
    compared (64 MiB are the limit). `reference` names the kit: by its digest, where its
    tag names another one now. `is_here`: the local store has it. `packed` is the time (RFC 3339, UTC).
    """

    path: Path
    state: State
    reference: str = ""
    digest: Digest | None = None
    packed: str = ""
    is_here: bool = False


def notebook_state(path: str | Path, *, settings: Settings | None = None) -> NotebookState:
    """What is known of this notebook's last pack; it is read only where its size and times do not decide.

    A notebook that was renamed or moved since is found by its bytes. Raises NotFound.
    """
    settings = settings or Settings.load()
    place = typed_path(path).absolute()
    try:
        stamp = Stamp.of(place.stat())
    except OSError as problem:
        raise NotFound(f"{path}: {why(problem)}", hint="name an existing notebook") from None
    packed = targets.store(settings).packed_notebooks
    found = packed.find(place)
    if found is None:
        whole = content_of(place, stamp).whole
        found = packed.find_moved(whole) if whole else None
    if found is None:
        return NotebookState(place, "unknown")
    state = _compared(found, place, stamp)
    if state == "unchanged" and not found.has_stamp(stamp):
        packed.keep(found.with_stamp(stamp))  # so that it is not read again
    reference, is_here = _where(found, settings)
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(found.at_s))
    return NotebookState(place, state, reference, found.manifest, when, is_here)


def _compared(found: PackedNotebook, place: Path, stamp: Stamp) -> State:
    """How the file compares with what was packed."""
    if found.has_stamp(stamp):
        return "unchanged"
    now = content_of(place, stamp)
    if now.whole and now.whole == found.content:
        return "unchanged"
    if now.cells and found.cells:
        return "outputs" if now.cells == found.cells else "changed"
    is_other = bool(now.whole and found.content) or found.size_bytes != stamp.size_bytes
    return "changed" if is_other else "saved"


def _where(found: PackedNotebook, settings: Settings) -> tuple[str, bool]:
    """The kit's name, with its digest if the tag has moved, and whether the local store has the kit."""
    try:
        named = Reference.parse(found.reference)
        repository = targets.local(named, settings)
        if any(known.digest == found.manifest for known in repository.manifests()):
            try:
                is_named = repository.resolve(named.name).digest == found.manifest
            except NotFound:
                is_named = False
            return (found.reference if is_named else str(named.with_digest(found.manifest))), True
    except Cancelled:
        raise
    except KitError:
        pass
    return found.reference, False
