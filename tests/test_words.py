"""The text that users and contributors read is plain English: phrases of other languages stay out.

A phrase is listed once it was written here, and a native reader had to read it twice. CONTRIBUTING.md has the glossary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# The phrase, an example that it finds, and what to write.
BANNED: dict[str, tuple[str, str]] = {
    r"\b(is|are|was|were) told\b(?! apart)": ("a damaged file is told", "is reported"),
    r"\bwhere there (is|are) none\b": ("the text, where there is none", "if there is none"),
    r"\b(go|goes|going|gone|went) on with\b": ("a pull goes on with its bytes", "resume, continue"),
    r"\bis still going on\b": ("pull churn:v1 is still going on", "is still running"),
    r"\b(is|are) no valid\b": ("'x y' is no valid tag", "is not a valid tag"),
    r"\bis no error\b": ("a full disk is no error", "is not an error"),
    r"\bnobody knows\b": ("nobody knows what it needs", "is unknown"),
    r"\bnobody is here\b": ("nobody is here to be asked", "say what cannot be done"),
    r"\bthat nobody sees\b": ("characters that nobody sees", "invisible"),
    r"\bsomebody else\b": ("moved by somebody else", "someone else"),
    r"\bleads? (us )?nowhere\b": ("a link that leads nowhere", "a broken link, an unusable address"),
    r"\bin the way\b": ("2 files stand in the way", "conflict, in between"),
    r"\bin peace\b": ("it wants 5 s of peace, leave it in peace", "retry after 5 s"),
    r"\bcame into being\b": ("x came into being meanwhile", "appeared"),
    r"\b(comes|is there) twice\b": ("the folder comes twice", "appears twice"),
    r"\bputs? (it|that) right\b": ("a pull puts it right", "repairs"),
    r"\bmends? (it|what|that)\b": ("the command that mends it", "fixes"),
    r"\bgood for nothing\b": ("the rest is good for nothing", "is discarded"),
    r"\bwants? to know who\b": ("the registry wants to know who asks", "requires a login"),
    r"\bdoes not tell\b": ("it does not tell its repositories", "does not list, does not say"),
    r"\b(what|all that) lies (in|below)\b": ("what lies in the cache", "what is in"),
    r"\bcannot be looked at\b": ("a.txt cannot be looked at", "cannot be read"),
    r"\bis this the registry's address\?": ("is this the registry's address?", "check that this is ..."),
    r"\bspeaks no TLS\b": ("the registry speaks no TLS", "has no TLS"),
    r"\bsomething else than\b": ("answered with something else than a token", "other than, did not answer with"),
    r"\bbeyond all measure\b": ("a size beyond all measure", "too large"),
    r"\b(do|does) not go with it\b": ("depth does not go with it", "cannot be combined with"),
    r"(ly){2,}\b": ("nested too deeplyly", "a slip of a replacement"),
}
# The glossary names what not to write, and what was written in old versions stays.
NOT_JUDGED = {"CONTRIBUTING.md", "CHANGELOG.md"}


def _files() -> Iterator[Path]:
    yield from (ROOT / "kitops_jupyter").rglob("*.py")
    yield from (ROOT / "docs").rglob("*.md")
    yield from (path for path in ROOT.glob("*.md") if path.name not in NOT_JUDGED)
    for pattern in ("src/**/*.ts", "src/**/*.tsx", "schema/*.json"):
        yield from (ROOT / "labextension").glob(pattern)


def test_no_text_has_a_phrase_that_readers_stumble_over() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]!r}, write: {instead}"
        for path in _files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for phrase, (_, instead) in BANNED.items()
        if (match := re.search(phrase, line))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("phrase", BANNED)
def test_each_phrase_is_found_in_its_example_and_not_in_its_cure(phrase: str) -> None:
    example, instead = BANNED[phrase]
    assert re.search(phrase, example)
    assert not re.search(phrase, instead)
