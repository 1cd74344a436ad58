"""`kit search`: the repositories and tags of a registry that have a text in their names, and how far was looked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from kitops_jupyter import targets
from kitops_jupyter.errors import (
    Cancelled,
    Forbidden,
    KitError,
    RegistryError,
    TooManyRequests,
    Unauthorized,
    Unreachable,
    Usage,
)
from kitops_jupyter.pipeline import Stoppable, run_all
from kitops_jupyter.progress import Observer, ignore, observed, watched
from kitops_jupyter.reference import is_referrers_tag
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

if TYPE_CHECKING:
    from kitops_jupyter.registry import Patience, Registry

LIMIT = 400  # repositories whose tags one search asks for: some seconds of a registry that is far away
CATALOG_LIMIT = 100_000
_TAGS_LIMIT = 20_000
_SIDE_BY_SIDE = 8
_ONE_LIST_S = 15.0  # the tags of one repository; who takes longer is passed over
# What is true of one repository and not of the next is passed over; these are not worth asking again and again.
_ENDS = (TooManyRequests, Unreachable, Unauthorized)


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """A repository with the text in its name, or in these of its tags; its name is without the registry's."""

    repository: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchResult(Result):
    """What was found in the names of all repositories, and in the tags of the `looked_at` ones behind `after`.

    `next` is the `after` that looks further, "" if nothing is left. `problems` are the repositories that could not be
    read, and why; `stopped` is why the registry was not asked for more.
    """

    registry: str
    text: str
    found: tuple[FoundRepository, ...]
    looked_at: int
    repository_count: int
    next: str = ""
    problems: tuple[str, ...] = ()
    stopped: str = ""


class Memory(Protocol):
    """Tags that were read before, by the address of a registry and a repository's name in it."""

    def find(self, base: str, name: str) -> Sequence[str] | None:
        """The tags, if they are known, and not old."""

    def keep(self, base: str, name: str, tags: Sequence[str]) -> None:
        """Remember them."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The first `count` of some repositories: those with the text in a tag, those that could not be read."""

    count: int
    found: tuple[FoundRepository, ...]
    problems: tuple[str, ...]
    stopped: KitError | None


def search(
    registry: str,
    text: str,
    *,
    after: str = "",
    limit: int = LIMIT,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> SearchResult:
    """The repositories and tags with this text in their names, capitals or not; no manifest moves.

    The tags of at most `limit` repositories behind the one named `after` are asked for. A repository that cannot be
    read is passed over. Raises Usage, NoCatalog, Unauthorized, RegistryError for a registry that lists nothing.
    """
    if not text or limit < 1:
        raise Usage("kit search needs a text, and a limit of at least 1", hint="kit search REGISTRY TEXT")
    with (
        observed(observe, registry),
        targets.registry(registry, settings or Settings.load(), connection, patience=_patience()) as place,
    ):
        names = tuple(dict.fromkeys(islice(place.catalog(), CATALOG_LIMIT)))
        start = begin_of(names, after)
        looked = _look_through(names[start : start + limit], text, partial(_tags_of, place))
    end = start + looked.count
    tagged = {each.repository: each for each in looked.found}
    named = [name for name in names if _is_in(text, name)] if not after else []
    found = {**{name: FoundRepository(name, ()) for name in named}, **tagged}
    going_on = names[end - 1] if 0 < end < len(names) else ""
    stopped = looked.stopped.message if looked.stopped else ""
    return SearchResult(
        registry, text, tuple(found.values()), looked.count, len(names), going_on, looked.problems, stopped
    )


def search_tags(
    registry: str, names: Sequence[str], text: str, *, memory: Memory, within_s: float, settings: Settings
) -> Looked:
    """Look for a text in the tags of these repositories of a registry, for so many seconds; see `_look_through`."""
    with targets.registry(registry, settings, None, patience=_patience()) as place:

        def ask(name: str) -> Sequence[str]:
            known = memory.find(place.base, name)
            if known is None:
                memory.keep(place.base, name, known := _tags_of(place, name))
            return known

        return _look_through(names, text, ask, within_s=within_s)


def _look_through(
    names: Sequence[str], text: str, ask: Callable[[str], Iterable[str]], *, within_s: float = float("inf")
) -> Looked:
    """Search the tags of these repositories, eight at a time, until the time is over.

    A repository that cannot be read is noted, and the search continues. It ends if the registry asks to wait or does
    not answer. Raises Cancelled.
    """
    until_s = time.monotonic() + within_s
    found: list[FoundRepository] = []
    problems: list[str] = []
    for start in range(0, len(names), _SIDE_BY_SIDE):
        batch = names[start : start + _SIDE_BY_SIDE]
        stoppable = Stoppable(ignore, "the search was cancelled")
        answers = run_all(
            [partial(_asked, ask, name) for name in batch], workers=len(batch), name="kit-search", observe=stoppable
        )
        for at, (name, answer) in enumerate(zip(batch, answers, strict=True), start):
            if isinstance(answer, _ENDS):
                return Looked(at, tuple(found), tuple(problems), answer)
            if isinstance(answer, KitError):
                problems.append(f"{name}: {answer.message}")
            elif tags := tuple(tag for tag in answer if _is_in(text, tag)):
                found.append(FoundRepository(name, tags))
        if time.monotonic() > until_s:
            return Looked(start + len(batch), tuple(found), tuple(problems), None)
    return Looked(len(names), tuple(found), tuple(problems), None)


def _asked(ask: Callable[[str], Iterable[str]], name: str) -> Sequence[str] | KitError:
    try:
        return tuple(ask(name))
    except Cancelled:
        raise
    except Forbidden as problem:
        return RegistryError(problem.message)
    except KitError as problem:
        return problem


def _tags_of(place: Registry, name: str) -> tuple[str, ...]:
    """The tags of a repository, without those that tools make. Raises NotFound, RegistryError, also after 15 s."""
    until_s = time.monotonic() + _ONE_LIST_S

    def check() -> None:
        if time.monotonic() > until_s:
            raise RegistryError(f"its tags were not listed within {_ONE_LIST_S:.0f} s")

    with watched(check):
        return tuple(islice((tag for tag in place.repository(name).tags() if not is_referrers_tag(tag)), _TAGS_LIMIT))


def _patience() -> Patience:
    """A search sends hundreds of requests: each is retried once at most, after a short pause."""
    from kitops_jupyter.registry import Patience

    return Patience(connect_s=5.0, stall_s=10.0, attempts=2, budget_s=2.0)


def _is_in(text: str, name: str) -> bool:
    """Whether the name has the text in it, capitals or not."""
    return text.lower() in name.lower()


def begin_of(names: Sequence[str], after: str) -> int:
    """Where the names behind this one begin: at the first if there is none of that name any more."""
    return names.index(after) + 1 if after and after in names else 0
