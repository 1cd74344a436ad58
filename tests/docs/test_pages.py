"""A file that a page names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
PATH = re.compile(r"`((?:docs|tests|notebooks|labextension)/[\w./-]*)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)")
NAMED = sorted(
    {(page.relative_to(ROOT).as_posix(), path) for page in PAGES for path in PATH.findall(page.read_text("utf-8"))}
)
LINKS = sorted(
    (page.name, target) for page in ROOT.glob("*.md") for target in LINK.findall(page.read_text("utf-8"))
)  # those inside docs/ are judged by the build


@pytest.mark.parametrize(("page", "path"), NAMED)
def test_a_path_that_a_page_names_exists(page: str, path: str) -> None:
    if path.startswith("docs/reference/") and path not in ("docs/reference/errors.md",):
        pytest.skip("written by a build")
    assert (ROOT / path).exists(), f"{page} names {path}, which does not exist"


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_a_link_beside_the_readme_leads_to_a_file(page: str, target: str) -> None:
    assert (ROOT / target).exists(), f"{page} links to {target}, which does not exist"
