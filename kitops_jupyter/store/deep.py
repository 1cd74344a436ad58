"""Every byte of every blob, hashed: what is damaged, which kits need it, and how it is put right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kitops_jupyter.content import Descriptor, Digest, verified
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.progress import Event, Observer
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import blobs
from kitops_jupyter.store.layout import Layout

What = Literal["file", "tag", "manifest", "blob"]
_BLOCK_BYTES = 1 << 20
_KITS_SHOWN = 5
ITEM = "the store"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the store that is not as it should be, and what to do about it."""

    what: What
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return self.message


def hash_all(
    layout: Layout, there: Mapping[Digest, int], needed: Mapping[Digest, Sequence[str]], observe: Observer
) -> Iterator[Problem]:
    """Read and hash every blob, whatever is known of it; `needed` says which kits need which. Raises Cancelled only."""
    total, done = sum(there.values()), 0
    observe(Event("started", ITEM, 0, total))
    for digest, size_bytes in there.items():
        try:
            _hash(layout, Descriptor("", digest, size_bytes), done, total, observe)
        except Cancelled:
            raise
        except KitError as problem:
            yield _problem(layout, digest, problem, needed.get(digest, ()))
        done += size_bytes
        observe(Event("advanced", ITEM, done, total))
    observe(Event("finished", ITEM, total, total))


def _hash(layout: Layout, descriptor: Descriptor, done: int, total: int, observe: Observer) -> None:
    buffer = memoryview(bytearray(_BLOCK_BYTES))
    with verified(blobs.open_blob(layout, descriptor), descriptor) as stream:
        while count := stream.readinto(buffer):
            done += count
            observe(Event("advanced", ITEM, done, total))


def _problem(layout: Layout, digest: Digest, problem: KitError, kits: Sequence[str]) -> Problem:
    what = f"blob {digest.short} is damaged: {problem.message}"
    if not kits:
        return Problem("blob", f"{what}; no kit needs it", f"remove {layout.blob(digest)}")
    shown = ", ".join(kits[:_KITS_SHOWN]) + (f" and {len(kits) - _KITS_SHOWN} more" if len(kits) > _KITS_SHOWN else "")
    return Problem("blob", f"{what}; needed by {shown}", _remedy(kits))


def _remedy(kits: Sequence[str]) -> str:
    """The next command: a pull where a registry may have the kit, else a pack."""
    from_registry = next((name for name in kits if not Reference.parse(name).is_local), "")
    if from_registry:
        return f"kit pull {from_registry} repairs it; or kit remove -f {from_registry}"
    name = kits[0]
    target = f" -t {name}" if "@" not in name else ""
    return f"kit pack FOLDER{target} with the same files repairs it; or kit remove -f {name}"
