"""Ten thousand tags and a thousand repositories in the panel: open at once, and scroll smoothly.

Limits: the first row within 1 s of the data, and no long task (over 50 ms; W3C, Long Tasks API) while scrolling, in
Chromium on this machine.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.scale import IS_SMALL, hold, rounds
from tests.e2e.acts import row
from tests.e2e.conftest import browser, lab, page  # noqa: F401  (fixtures)
from tests.e2e.crowd import BIG, REPOSITORIES, TAGS
from tests.e2e.test_many import SCROLLER, crowd, load_all  # noqa: F401  (a fixture)
from tests.fakes.names_registry import Names

pytestmark = pytest.mark.bench

# Starts a clock that stops at the frame in which a row like this is drawn.
CLOCK = """selector => { const look = () => document.querySelector(selector)
    ? window.drawn = performance.now() : requestAnimationFrame(look); look(); }"""
SINCE_DATA = """route => window.drawn - Math.min(...performance.getEntriesByType('resource')
    .filter(each => each.name.includes(route)).map(each => each.responseEnd))"""
# One pass from top to end, a step a frame; the tasks over 50 ms meanwhile.
PASS = """async selector => {
    const node = document.querySelector(selector), long = [];
    const watch = new PerformanceObserver(list => long.push(...list.getEntries().map(each => each.duration)));
    const frame = () => new Promise(done => requestAnimationFrame(done));
    node.scrollTop = 0; await frame(); await frame();
    watch.observe({type: 'longtask'});
    for (let step = 1; step <= 120; step++) {
        node.scrollTop = step * (node.scrollHeight - node.clientHeight) / 120;
        await frame();
    }
    await frame(); watch.disconnect();
    return long;
}"""


def smooth(page: Any) -> list[float]:  # noqa: F811
    """The long tasks of the best of three passes, in ms: another program on the machine makes one long, ours all."""
    passes: list[list[float]] = []
    for _ in range(rounds(3)):
        passes.append(page.evaluate(PASS, SCROLLER))
        if not passes[-1]:
            break
    return min(passes, key=len)


def test_a_list_of_any_length_opens_at_once_and_scrolls_smoothly(crowd: Names, page: Any) -> None:  # noqa: F811
    page.evaluate("performance.setResourceTimingBufferSize(5000)")
    for kind, name, route, names in (
        ("registry", "crowd", "/kitops/api/repositories?", REPOSITORIES),
        ("repository", BIG, "/kitops/api/tags?", TAGS),
    ):
        below = "repository" if kind == "registry" else "tag"
        page.evaluate("selector => document.querySelector(selector).scrollTop = 0", SCROLLER)
        page.evaluate("window.drawn = 0")
        page.evaluate(CLOCK, f'[data-registry=crowd][data-kind="{below}"]')
        row(page, kind, name).click()
        page.wait_for_function("window.drawn")
        opened_ms = page.evaluate(SINCE_DATA, route)
        if not IS_SMALL:
            load_all(page, below, len(names))
        long = smooth(page)
        print(f"{len(names)} {below} names: the first drawn {opened_ms:.0f} ms after the data, long tasks {long}")
        assert opened_ms >= 0
        hold(opened_ms < 1000, "the first row within 1 s of the data")
        hold(not long, "no task over 50 ms while scrolling")
