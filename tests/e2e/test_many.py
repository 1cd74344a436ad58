"""Lists without end: of ten thousand tags and a thousand repositories only what is seen is drawn and asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.acts import Camera, row
from tests.e2e.crowd import BIG, REPOSITORIES, TAGS, crowd_of
from tests.e2e.lab import Lab
from tests.fakes.names_registry import Names
from tests.fakes.registries import Real

pytestmark = pytest.mark.browser

SCROLLER = "#kitops-panel .kitops-Tree"
FAR_PX = 133_000  # between the ends of two pages, where no tag was in sight while they were loaded
IN_SIGHT = """selector => { const box = document.querySelector(selector).getBoundingClientRect();
    return [...document.querySelectorAll(selector + ' [data-kind=tag]')].filter(each => {
        const own = each.getBoundingClientRect(); return own.bottom > box.top + 2 && own.top < box.bottom - 2;
    }).map(each => each.dataset.reference.split(':').pop()); }"""
ALL_SAY = """selector => { const box = document.querySelector(selector).getBoundingClientRect();
    const seen = [...document.querySelectorAll(selector + ' [data-kind=tag]')].filter(each => {
        const own = each.getBoundingClientRect(); return own.bottom > box.top + 2 && own.top < box.bottom - 2; });
    return seen.length > 3 && seen.every(each => each.textContent.includes('MiB')); }"""


@pytest.fixture(scope="module")
def crowd(lab: Lab, plain: Real) -> Iterator[Names]:
    with crowd_of(plain.host, "app-model", "v1") as found:
        lab.change("POST", "registries", {"name": "crowd", "url": f"http://{found.host}", "plain_http": True})
        yield found
        lab.change("DELETE", "registries?name=crowd")


def load_all(page: Any, kind: str, count: int) -> None:
    """Scroll to where the list goes on, until it has all its pages."""
    loaded = page.evaluate(
        """async ([selector, kind, count]) => {
            const node = document.querySelector(selector), until = performance.now() + 30000;
            let size = 0;
            while (size < count && performance.now() < until) {
                const found = document.querySelector(`${selector} [data-kind=${kind}][data-registry=crowd]`);
                size = Number(found?.getAttribute('aria-setsize') ?? size);
                node.scrollTop = size * 24;
                await new Promise(done => setTimeout(done, 50));
            }
            return size;
        }""",
        [SCROLLER, kind, count],
    )
    assert loaded == count


def await_quiet(crowd: Names) -> None:
    """Wait until the registry has answered what was in sight while the pages were loaded: nothing new for a second."""
    asked = -1
    while asked != len(crowd.read):
        asked = len(crowd.read)
        time.sleep(1)


def test_a_list_of_any_length_is_scrolled_and_asks_for_what_is_seen(crowd: Names, page: Any, pictures: Camera) -> None:
    row(page, "registry", "crowd").click()
    row(page, "repository", BIG).wait_for()
    load_all(page, "repository", len(REPOSITORIES))
    page.evaluate("selector => document.querySelector(selector).scrollTop = 0", SCROLLER)
    row(page, "repository", BIG).click()
    page.locator(f'[data-reference^="crowd/{BIG}:"]').first.wait_for()
    load_all(page, "tag", len(TAGS))
    await_quiet(crowd)
    crowd.read.clear()
    page.evaluate("([selector, far]) => document.querySelector(selector).scrollTop = far", [SCROLLER, FAR_PX])
    page.wait_for_function(ALL_SAY, arg=SCROLLER)
    seen = sorted(page.evaluate(IN_SIGHT, SCROLLER))
    first, last = TAGS.index(seen[0]), TAGS.index(seen[-1])
    assert set(seen) <= crowd.read <= set(TAGS[first - 1 : last + 2])
    assert page.locator(f"{SCROLLER} .kitops-Row").count() < 100
    pictures.take(page, "many")
