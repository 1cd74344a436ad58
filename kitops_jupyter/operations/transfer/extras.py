"""What goes along with a kit without being of it: file indexes, signatures and whatever else refers to it.

An extra never breaks the main path: where one is refused, a note says what stayed behind, and why. What ends the main
path as well is not hidden: a full disk here, and Cancelled, are raised; a connection that is lost is met again by the
main path's next request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kitops_jupyter.disk import cache_folder
from kitops_jupyter.errors import (
    Cancelled,
    InvalidReference,
    KitError,
    ManifestInvalid,
    RegistryError,
    StorageFull,
    StoreBusy,
)
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Notes

FILE_INDEX = "the file index, which makes single files readable,"
REMEMBERED_S = 30 * 24 * 3600.0  # a registry may be updated, and then takes it
_HINTS = {FILE_INDEX: "the kit is complete without it; KITOPS_FILE_INDEX=0 packs without one"}
_REFUSALS = {400, 405, 406, 415, 422, 501}  # this registry, now: not this content


@dataclass(slots=True)
class Extras:
    """Tries what is beside a kit; `notes` say what stayed behind. `refusals` are remembered for 30 days."""

    refusals: Notes | None = None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, settings: Settings) -> Extras:
        """With the refusals that are remembered in the home."""
        return cls(Notes(cache_folder(settings.cache, "refused")))

    def try_to(
        self,
        what: str,
        action: Callable[[], object],
        *,
        registry: str = "",
        hint: str = "",
        but: tuple[type[KitError], ...] = (),
    ) -> bool:
        """Do it; False, with a note, where it was refused. With a `registry` a refusal is remembered there.

        Raises Cancelled, StorageFull, StoreBusy, and what `but` names.
        """
        try:
            action()
        except KitError as problem:
            if isinstance(problem, (Cancelled, StorageFull, StoreBusy, *but)):
                raise
            self.note(what, problem.message, hint or _HINTS.get(what, ""))
            if registry and self.refusals and is_refusal(problem):
                self.refusals.keep(f"{registry}: {what}", problem.message)
            return False
        return True

    def is_refused(self, what: str, registry: str, *, hint: str = "") -> bool:
        """Whether this registry refused it lately; then that is noted."""
        why = self.refusals.find(f"{registry}: {what}", max_age_s=REMEMBERED_S) if self.refusals else None
        if why is not None:
            self.note(what, f"{registry} refused it before: {why}", hint or _HINTS.get(what, ""))
        return why is not None

    def note(self, what: str, why: str, hint: str = "") -> None:
        """Say, once, that it stayed behind."""
        text = f"{what} was not copied: {why}" + (f" ({hint})" if hint else "")
        if text not in self.notes:
            self.notes.append(text)


def is_refusal(problem: KitError) -> bool:
    """Whether a registry said no to this kind of content, so that asking again is of no use."""
    if isinstance(problem, RegistryError):
        return problem.status in _REFUSALS
    return isinstance(problem, (ManifestInvalid, InvalidReference))
