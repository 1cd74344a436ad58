"""`kit lineage`: where a kit came from: the kits that it was made of, and those that they were made of, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from kitops_jupyter import gojson
from kitops_jupyter.content import Digest
from kitops_jupyter.disk import SIDECAR
from kitops_jupyter.errors import Cancelled, KitError, NotFound, Unreachable, Usage, printable
from kitops_jupyter.manifest import CREATED, NO_FACTS, Facts, facts_of, message_of
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.remote_data import is_kit
from kitops_jupyter.progress import Observer, beat, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

DEPTH_LIMIT = 50  # kits above each other
KITS_LIMIT = 500  # of one drawing: each is read, perhaps from a registry
DATASETS_LIMIT = 100  # of one kit

# How a kit is in another one: as its facts have it, or as its Kitfile refers to it (its model, a data set).
Link = Literal["", "loaded", "pulled", "unpacked", "model", "dataset"]


@dataclass(frozen=True, slots=True)
class LineageKit:
    """A kit of the chain, and the kits that it came from.

    `problem` says why a kit could not be read; then all but its name and perhaps its digest is unknown. Of one that
    `is_repeated` the parents are shown at its first place, of one that `is_cut` they were not looked for.
    """

    reference: str
    digest: Digest | None
    link: Link = ""
    created: str = ""
    message: str = ""
    facts: Facts = NO_FACTS
    datasets: tuple[str, ...] = ()
    problem: str = ""
    is_repeated: bool = False
    is_cut: bool = False
    parents: tuple[LineageKit, ...] = ()

    def walk(self) -> Iterator[LineageKit]:
        """This kit and all above it, each before its parents."""
        yield self
        for parent in self.parents:
            yield from parent.walk()

    def to_json(self) -> dict[str, Any]:
        """For programs; what is empty is left out."""
        said: dict[str, Any] = {
            "digest": str(self.digest or ""),
            "link": self.link,
            "created": self.created,
            "message": self.message,
            "facts": {name: value for name, value in self.facts.to_json().items() if name != "parents"},
            "datasets": list(self.datasets),
            "problem": self.problem,
            "repeated": self.is_repeated,
            "cut": self.is_cut,
        }
        kept = {name: value for name, value in said.items() if value}
        return {"reference": self.reference, **kept, "parents": [parent.to_json() for parent in self.parents]}


@dataclass(frozen=True, slots=True)
class LineageResult(Result):
    """The chain that ends in `kit`; `warnings` say what of it is not there."""

    kit: LineageKit
    warnings: tuple[str, ...] = ()

    def json(self) -> str:
        """What `kit lineage --format json` prints."""
        return gojson.indented(gojson.dumps(self.kit.to_json()))


def lineage(
    reference: str,
    *,
    depth: int = DEPTH_LIMIT,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> LineageResult:
    """The kits that a kit came from, `depth` generations of them: by its facts, its model and its data sets.

    Only manifests and Kitfiles are read, here or in the kits' registries. A parent that is not there, cannot be read
    or leads back to a kit below it ends its branch, with the reason; a registry that does not answer is asked once.
    Raises NotFound, NotAModelKit, Usage, RegistryError, Cancelled, for the kit itself alone.
    """
    if depth < 0:
        raise Usage(f"kit lineage: --depth {depth}: expected 0 or more", hint="--depth 1 shows the parents alone")
    with observed(observe, reference), Opener(settings or Settings.load(), connection, remote=remote) as opener:
        kit = opener.open(reference)
        chain = _Chain(opener, min(depth, DEPTH_LIMIT))
        drawn = chain.draw(kit, str(kit.reference), "", ())
    return LineageResult(drawn, tuple(_warnings(drawn, is_full=chain.is_full)))


class _Chain:
    """One drawing: each kit is read once, and no more than KITS_LIMIT."""

    def __init__(self, opener: Opener, depth: int) -> None:
        self._opener = opener
        self._depth = depth
        self._drawn: set[Digest] = set()
        self._silent: dict[str, str] = {}
        self.is_full = False

    def draw(self, kit: Kit, name: str, link: Link, below: tuple[Digest, ...]) -> LineageKit:
        """The kit with its parents; `below` are the kits that led here."""
        beat()
        digest, described = kit.descriptor.digest, kit.described()
        is_repeated = digest in self._drawn
        self._drawn.add(digest)
        links = _links(kit)
        is_cut = bool(links) and not is_repeated and len(below) >= self._depth
        parents = [] if is_cut or is_repeated else [self._parent(each, (*below, digest)) for each in links]
        names = [dataset.name or dataset.path for dataset in described.datasets if not dataset.path.endswith(SIDECAR)]
        return LineageKit(
            name,
            digest,
            link,
            kit.manifest.annotations.get(CREATED, ""),
            message_of(kit.manifest),
            facts_of(kit.manifest),
            tuple(names[:DATASETS_LIMIT]),
            is_repeated=is_repeated and bool(links),
            is_cut=is_cut,
            parents=tuple(parents),
        )

    def _parent(self, link: _Link, below: tuple[Digest, ...]) -> LineageKit:
        host, unread = "", LineageKit(printable(link.name), link.digest, link.way)
        try:
            reference = Reference.parse(link.name)
            host = reference.registry
            if host in self._silent:
                return replace(unread, problem=self._silent[host])
            if len(self._drawn) >= KITS_LIMIT:
                self.is_full = True
                return replace(unread, is_cut=True)
            # By its digest, wherever its tag is now.
            kit = self._opener.open_named(str(reference.with_digest(link.digest) if link.digest else reference))
            if kit.descriptor.digest in below:
                return replace(unread, digest=kit.descriptor.digest, problem="leads back to a kit that came from it")
            return self.draw(kit, unread.reference, link.way, below)
        except Cancelled:
            raise
        except NotFound:
            return replace(unread, problem="not found")
        except KitError as problem:
            if isinstance(problem, Unreachable):
                self._silent[host] = problem.message
            return replace(unread, problem=problem.message)


@dataclass(frozen=True, slots=True)
class _Link:
    """A kit that another one came from; the Kitfile's have no digest."""

    name: str
    digest: Digest | None
    way: Link


def _links(kit: Kit) -> list[_Link]:
    """The kits that a kit says that it came from, each once: its Kitfile's by name, its facts' by their digests."""
    described = kit.described()
    model = [described.parent_reference] if described.parent_reference is not None else []
    found = {name: _Link(name, None, "model") for name in model}
    for dataset in filter(is_kit, described.datasets):
        found.setdefault(dataset.remote_path, _Link(dataset.remote_path, None, "dataset"))
    known: dict[Digest, _Link] = {}
    for parent in facts_of(kit.manifest).parents:
        if parent.digest != kit.descriptor.digest:
            known.setdefault(parent.digest, _Link(parent.reference, parent.digest, parent.way))
    return [*found.values(), *known.values()]


def _warnings(drawn: LineageKit, *, is_full: bool) -> Iterator[str]:
    for kit in drawn.walk():
        if kit.problem:
            yield f"{kit.reference}: {kit.problem}"
    if is_full:
        yield f"only the first {KITS_LIMIT} kits are shown"
