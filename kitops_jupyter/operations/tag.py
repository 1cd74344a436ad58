"""`kit tag`: another name for a kit; no bytes move."""

from __future__ import annotations

from dataclasses import dataclass

from kitops_jupyter import targets
from kitops_jupyter.cards import Card
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import NotFound, Usage
from kitops_jupyter.operations.kits import open_kit
from kitops_jupyter.operations.result import Result
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings


@dataclass(frozen=True, slots=True)
class TagResult(Result):
    """`moved_from` is the digest that the tag named before, None for a new tag."""

    source: Reference
    target: Reference
    digest: Digest
    moved_from: Digest | None

    def __str__(self) -> str:
        return f"Modelkit {self.source.full_name} tagged as {self.target.full_name}" + self._moved()

    def _moved(self) -> str:
        moved = self.moved_from and self.moved_from != self.digest
        return f" (it was {self.moved_from.short})" if moved and self.moved_from else ""

    def card(self) -> Card:
        return Card(
            title=f"Tagged {self.target}",
            facts=(("digest", str(self.digest)), ("from", str(self.source))),
            notes=(f"{self.target} was {self.moved_from}",) if self._moved() else (),
        )


def tag(source: str, target: str, *, settings: Settings | None = None, observe: Observer = ignore) -> TagResult:
    """Let `target` name the kit that `source` names, in the same repository or another one. Raises NotFound, Usage."""
    settings = settings or Settings.load()
    kit = open_kit(source, settings)
    wanted = Reference.parse(target)
    if wanted.digest or not wanted.tag:
        raise Usage(f"{target}: a kit is tagged with a tag, not with a digest", hint=f"kit tag {source} NAME:TAG")
    place = targets.local(wanted, settings)
    try:
        before = place.resolve(wanted.tag).digest
    except NotFound:
        before = None
    place.adopt(kit.descriptor, kit.source)
    for name in (wanted.tag, *wanted.extra_tags):
        place.tag(kit.descriptor, name)
    return TagResult(kit.reference, wanted, kit.descriptor.digest, before)
