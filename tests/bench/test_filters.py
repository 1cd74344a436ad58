"""Thousands of filters over twenty thousand names, against what Python itself needs for the same names; in one run.

The peers: a set, in which every name and the folders above it are looked up; and `fnmatch.filter`, which goes through
all names for each pattern. Bars: five thousand literal filters, read and matched, cost at most BY_SET times the set,
and five thousand patterns at most BY_FNMATCH times what `fnmatch` needs for fifty. A folder without one of its files is
planned in 1 s, and five thousand filters in 2 s, of one core.
"""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.filters import parse_filters
from kitops_jupyter.kitfile import Dataset, Kitfile
from kitops_jupyter.operations.layer_reader import members_of
from kitops_jupyter.operations.opening import Opener
from kitops_jupyter.operations.transfer.plan import plan_pull
from kitops_jupyter.settings import Settings
from tests.bench.scale import files, hold, rounds
from tests.operations.projects import write_files

pytestmark = pytest.mark.bench

BY_SET = 50.0
BY_FNMATCH = 12.0
FOLDERS = 10
FILES = files(20_000, FOLDERS)
NAMES = [f"many/part{at % FOLDERS}/file{at:05}.csv" for at in range(FILES)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("many")
    write_files(folder / "project", dict.fromkeys(NAMES, b"x,y\n"))
    settings = Settings.load({}, home=folder / "home")
    kit.pack(folder / "project", text="datasets: [{name: many, path: many}]", tag="many:v1", settings=settings)
    return settings


def cpu_s(work: Callable[[], object], times: int = 3) -> float:
    """The best of some runs: on a machine that others use, too."""
    found = []
    for _ in range(rounds(times)):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def alternating(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """The best CPU time of each, in turns."""
    found = [(cpu_s(ours, 1), cpu_s(peer, 1)) for _ in range(rounds(7))]
    return min(one for one, _ in found), min(other for _, other in found)


def matched(filters: Sequence[str]) -> list[str]:
    """The names that these filters take, read and matched as a pull does."""
    (choice,) = parse_filters(filters).choose(Kitfile(datasets=(Dataset("many", "many"),)).entries())
    return [name for name in NAMES if choice.takes(name)]


def test_literal_filters_cost_what_a_set_of_names_costs() -> None:
    half = NAMES[: FILES // 4]
    for what, filters in {
        "literals": [f"dataset:{name}" for name in half],
        "exclusions": [f"!dataset:{name}" for name in half],
    }.items():
        assert matched(filters) == (looked_up(half) if what == "literals" else NAMES[len(half) :])
        ours_s, peer_s = alternating(partial(matched, filters), partial(looked_up, half))
        print(
            f"{len(filters)} {what}: {ours_s * 1000:.1f} ms, {ours_s / peer_s:.1f} times a set ({peer_s * 1000:.1f} ms)"
        )
        hold(ours_s < BY_SET * peer_s, f"{what} in {BY_SET} times what a set needs")


def looked_up(names: Sequence[str]) -> list[str]:
    """The peer: a set is made, and every name looked up in it, with the folders above it."""
    wanted = set(names)

    def is_in(path: str) -> bool:
        return path in wanted or ("/" in path and is_in(path.rpartition("/")[0]))

    return [name for name in NAMES if is_in(name)]


def test_thousands_of_patterns_cost_what_fnmatch_needs_for_a_few() -> None:
    patterns = [f"{name[:-3]}*" for name in NAMES[: FILES // 4]]
    filters = [f"dataset:{pattern}" for pattern in patterns]
    assert len(matched(filters)) == len(patterns)
    ours_s, peer_s = alternating(
        partial(matched, filters), lambda: [fnmatch.filter(NAMES, pattern) for pattern in patterns[::100]]
    )
    few = len(patterns[::100])
    print(f"{len(filters)} patterns: {ours_s * 1000:.1f} ms, {ours_s / peer_s:.1f} times fnmatch for {few}")
    hold(ours_s < BY_FNMATCH * peer_s, f"{len(filters)} patterns in {BY_FNMATCH} times what fnmatch needs for {few}")


def listing_s(settings: Settings) -> float:
    with Opener(settings) as opener:
        opened = opener.open("many:v1")
        return cpu_s(lambda: members_of(opened.source, opened.matches()[0]))


def test_any_number_of_ticks_is_planned_at_once(settings: Settings, tmp_path: Path) -> None:
    listed_s = listing_s(settings)
    folder = [f"dataset:{name}" for name in NAMES if "/part3/" in name]
    cases: dict[str, tuple[Sequence[str], float]] = {
        "a folder without one file": (["dataset:many/part3", f"!{folder[0]}"], 1),
        "all files of a folder but one": (folder[1:], 1),
        "5,000 files": ([f"dataset:{name}" for name in NAMES[:5000]], 2),
        "5,000 exclusions": ([f"!dataset:{name}" for name in NAMES[:5000]], 2),
        "5,000 patterns": ([f"dataset:{name[:-3]}*" for name in NAMES[:5000]], 2),
    }
    for what, (filters, limit_s) in cases.items():
        planned_s = cpu_s(partial(plan_pull, "many:v1", tmp_path, filters=filters, settings=settings))
        print(f"{what}: {planned_s:.2f} s, {planned_s / listed_s:.1f} times the listing of {listed_s:.2f} s")
        hold(planned_s < limit_s, f"{what} in {limit_s} s")
