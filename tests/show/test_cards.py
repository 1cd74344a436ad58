"""Cards: what people see, and that a stranger's kit cannot draw on the screen."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kitops_jupyter.errors import printable
from kitops_jupyter.show.cards import Card, Code, Lines, Size, Table
from kitops_jupyter.show.html import ROW_LIMIT, to_html
from kitops_jupyter.show.text import kit_table, to_text
from kitops_jupyter.sizes import compared_sizes, counted, human_size

GOLDEN = Path(__file__).parent.parent / "golden"

HOSTILE = "<script>alert(1)</script>\"'&\x1b[31m\u202eexe.pdf"


class Structure(HTMLParser):
    """The tags that are open, every tag and attribute seen, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def full_card(word: str = "plain") -> Card:
    return Card(
        title=f"Packed {word}",
        facts=(("digest", Code("sha256:" + "a" * 64)), (word, word), ("lines", Lines(f"{word}\n{word}"))),
        tables=(Table(("layer", "path", "bytes"), (("model", word, Size(2048)), ("docs", "b", Size(1024))), word),),
        text=f"name: {word}\n",
        notes=(word,),
        warnings=(word,),
    )


def test_the_name_of_a_table_is_not_broken_into_the_width_of_a_narrow_one() -> None:
    page = to_html(Card("t", tables=(Table(("file",), (("a",),), "code train.py · 2.0 KiB"),)))
    assert "<caption" not in page and page.index("code train.py") < page.index("<table")


def test_a_count_of_one_is_singular() -> None:
    assert [counted(count, "kit") for count in (0, 1, 2)] == ["0 kits", "1 kit", "2 kits"]
    assert counted(2, "index", "indexes") == "2 indexes"


def golden_steps() -> list[dict[str, object]]:
    steps: list[dict[str, object]] = json.loads((GOLDEN / "outputs.json").read_text("utf-8"))
    return steps


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (0, "0 B"),
        (600, "600 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (103_936, "101.5 KiB"),
        (1024**2 - 1, "1023.9 KiB"),
        (1024**2, "1.0 MiB"),
        (2 << 30, "2.0 GiB"),
        (5 << 40, "5.0 TiB"),
        (3000 << 50, "3000.0 PiB"),
    ],
)
def test_a_size_is_rounded_down_as_kit_does(size_bytes: int, shown: str) -> None:
    assert human_size(size_bytes) == shown


def test_every_size_that_kit_listed_is_shown_the_same() -> None:
    listed = {step["digest"]: step["size"] for step in json.loads(str(golden_steps()[1]["stdout"]))}
    checked = 0
    for path in sorted((GOLDEN / "cases").glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        if case.get("manifest_digest") in listed:
            layers = json.loads(case["manifest"])["layers"] or []
            assert human_size(sum(layer["size"] for layer in layers)) == listed[case["manifest_digest"]]
            checked += 1
    assert checked > 20


def test_a_table_has_the_columns_that_kit_prints() -> None:
    printed = str(golden_steps()[0]["stdout"])
    rows = [re.split(r" {3,}", line) for line in printed.splitlines()]
    assert kit_table(rows[0], rows[1:]) == printed.rstrip("\n")


def test_a_wide_character_takes_two_columns() -> None:
    lines = kit_table(("NAME", "TAG"), [("模型", "v1"), ("abcd", "v2")]).splitlines()
    assert lines[1:] == ["模型   v1", "abcd   v2"]


def test_text_has_title_facts_table_block_warnings_and_notes_in_this_order() -> None:
    text = to_text(full_card())
    places = [text.index(part) for part in ("Packed", "digest", "LAYER", "name: plain", "warning: ", "note: ")]
    assert places == sorted(places)


def test_a_long_fact_is_wrapped_under_its_own_column() -> None:
    lines = to_text(Card("title", facts=(("files", "word " * 40),)), width=60).splitlines()
    assert len(lines) > 3
    assert all(len(line) <= 60 for line in lines)
    assert all(line.startswith(" " * 9) for line in lines[2:])


def test_a_card_of_a_title_alone_is_one_line() -> None:
    assert to_text(Card("done")) == "done"


def test_text_cannot_steer_a_terminal() -> None:
    text = to_text(full_card(HOSTILE))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[31m" in text


def test_printable_leaves_letters_of_any_language_alone() -> None:
    assert printable("Modell für 模型 – می\u200cخواهم 👩\u200d🔬") == "Modell für 模型 – می\u200cخواهم 👩\u200d🔬"


def test_a_short_cell_is_never_broken_however_long_the_one_beside_it_is() -> None:
    page = to_html(Card("t", tables=(Table(("", "finding"), (("ok", "a" * 300),)),)))
    assert re.search(r'<td style="[^"]*white-space: nowrap">ok</td>', page)
    assert re.search(r'<td style="[^"]*overflow-wrap: anywhere">a{300}</td>', page)


@pytest.mark.parametrize(("rows", "is_long"), [(48, False), (49, True)])
def test_a_table_that_scrolls_is_reached_by_keys_and_no_other_is(rows: int, is_long: bool) -> None:
    page = to_html(Card("t", tables=(Table(("verb",), (("a",),) * rows),)))
    assert ("max-height" in page, 'tabindex="0" role="group" aria-label="table"' in page) == (is_long, is_long)


def test_html_is_well_formed_and_shows_everything() -> None:
    structure = Structure(to_html(full_card("churn")))
    text = "".join(structure.text)
    assert text.count("churn") == 10
    assert structure.tags.count("table") == 2


def test_html_takes_no_markup_from_what_it_shows() -> None:
    page = to_html(full_card(HOSTILE))
    structure = Structure(page)
    assert "script" not in structure.tags
    assert structure.attributes <= {"style", "class", "scope", "aria-hidden"}
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "<script>alert(1)</script>" in "".join(structure.text)


def test_html_draws_a_bar_for_each_layer_by_its_share_of_the_largest() -> None:
    page = to_html(full_card())
    assert "width: 100.0%" in page
    assert "width: 50.0%" in page


def test_what_a_cell_is_decides_its_look_and_not_what_its_text_looks_like() -> None:
    typed = Table(("grösse", "id"), ((Size(2048), Code("a" * 12)), (Size(1024), Code("b" * 12))))
    said = Table(("size", "id"), (("2.0 KiB", "sha256:" + "a" * 64), ("1.0 KiB", "sha256:" + "b" * 64)))
    drawn, plain = (to_html(Card("x", tables=(table,))) for table in (typed, said))
    assert [drawn.count("<code"), drawn.count("width: 50.0%"), drawn.count("text-align: right")] == [2, 1, 3]
    assert [plain.count("<code"), plain.count("50.0%"), plain.count("text-align: right")] == [0, 0, 0]
    assert kit_table(typed.columns, typed.rows).splitlines()[1] == "2.0 KiB   aaaaaaaaaaaa"


def test_html_draws_no_bars_where_all_is_empty() -> None:
    page = to_html(Card("x", tables=(Table(("path", "size"), (("a", Size(0)), ("b", Size(0)))),)))
    assert "width: " not in page.replace("max-width: ", "").replace("min-width: ", "")


def test_html_of_a_very_long_table_is_cut_and_says_so() -> None:
    rows = [(f"file-{at}", Size(1)) for at in range(ROW_LIMIT + 7)]
    page = to_html(Card("files", tables=(Table(("file", "size"), rows),)))
    assert page.count("<tr") == ROW_LIMIT + 1
    assert "and 7 more rows" in page


def test_every_colour_of_the_card_is_the_themes_with_a_fallback() -> None:
    page = to_html(full_card())
    assert "var(--jp-" in page
    for variable in re.findall(r"var\((--jp-[a-z0-9-]+)(.)", page):
        assert variable[1] == ",", f"{variable[0]} has no fallback"


@pytest.mark.parametrize(
    ("one_bytes", "other_bytes", "shown"),
    [
        (3 << 30, 1 << 30, ("3.0 GiB", "1.0 GiB")),
        ((1 << 30) + (20 << 20), 1 << 30, ("1.01 GiB", "1.00 GiB")),
        ((1 << 30) + (2 << 20), 1 << 30, ("1.001 GiB", "1.000 GiB")),
        ((1 << 30) + 1, 1 << 30, ("1,073,741,825 B", "1,073,741,824 B")),
        (1 << 30, (1 << 30) - 1, ("1.0 GiB", "1023.9 MiB")),
        (600, 601, ("600 B", "601 B")),
        (1 << 30, 1 << 30, ("1.0 GiB", "1.0 GiB")),
    ],
)
def test_two_sizes_that_are_compared_never_look_the_same(
    one_bytes: int, other_bytes: int, shown: tuple[str, str]
) -> None:
    assert compared_sizes(one_bytes, other_bytes) == shown
    assert compared_sizes(other_bytes, one_bytes) == shown[::-1]
