"""Kitfiles and configs that mean harm: each ends in a typed error or a value, within bounded time."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitops_jupyter import kitfile
from kitops_jupyter.errors import KitfileInvalid, ManifestInvalid

PARAMETERS = "manifestVersion: 1.0.0\nmodel:\n  parameters:\n"


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Fifteen seconds, on a machine that may be busy: all of these take a fraction of one when it is not."""
    begun = time.perf_counter()
    yield
    assert time.perf_counter() - begun < 15


def billion_laughs() -> str:
    levels = [f"    a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 30)]
    return PARAMETERS + "    a0: &a0 [lol]\n" + "\n".join(levels) + "\n"


def quadratic() -> str:
    return PARAMETERS + f"    a: &a [{'x, ' * 50_000}x]\n    b: [{', '.join(['*a'] * 50_000)}]\n"


def quadratic_merge() -> str:
    keys = ", ".join(f"k{at}: 1" for at in range(20_000))
    return PARAMETERS + f"    a: &a {{{keys}}}\n    b: {{<<: [{', '.join(['*a'] * 20_000)}]}}\n"


def merge_chain() -> str:
    links = "\n".join(f"    m{at}: &m{at} {{<<: [*m{at - 1}, *m{at - 1}], k{at}: 1}}" for at in range(1, 40))
    return PARAMETERS + "    m0: &m0 {k: 1}\n" + links + "\n"


REFUSED = {
    "billion laughs": (billion_laughs(), "aliases expand"),
    "quadratic aliases": (quadratic(), "aliases expand"),
    "quadratic merges": (quadratic_merge(), "aliases expand"),
    "chained merges": (merge_chain(), "aliases expand"),
    "deep lists": (PARAMETERS + "    a: " + "[" * 50_000 + "]" * 50_000, "nested deeper|not YAML"),
    "deep maps": (PARAMETERS + "    a: " + "{a: " * 50_000 + "1" + "}" * 50_000, "nested deeper|not YAML"),
    "deep dashes": (PARAMETERS + "    " + "- " * 50_000 + "1", "nested deeper|not YAML"),
    "deep blocks": (PARAMETERS + "".join(" " * (4 + at) + "a:\n" for at in range(500)), "nested deeper"),
    "a ring of anchors": (PARAMETERS + "    a: &a [*a]\n", "contains itself"),
    "a ring through a map": ("&a {model: *a}", "contains itself"),
    "an alias of nothing": (PARAMETERS + "    a: *b\n", "anchor"),
    "a python tag": ("!!python/object/apply:os.system ['true']", "expected a map|not YAML"),
    "a python map": ("!!python/dict {manifestVersion: 1.0.0}", "expected a map"),
    "duplicates": ("manifestVersion: 1.0.0\nmanifestVersion: 1.0.0\n", "twice, first on line 1"),
    "duplicates below": (PARAMETERS + "    a: 1\n    'a': 2\n", "twice"),
    "an unknown field": ("manifestVersion: 1.0.0\nmodle:\n  path: x\n", "did you mean model"),
    "a NUL": ("manifestVersion: 1.0.0\npackage:\n  name: a\0b\n", "not YAML"),
    "a control character": ("manifestVersion: 1.0.0\npackage:\n  name: a\x1bb\n", "not YAML"),
    "a tab": ("manifestVersion: 1.0.0\npackage:\n\tname: a\n", "tab"),
    "nothing": ("", "empty"),
    "a comment": ("# nothing\n", "empty"),
    "a list": ("- 1\n", "expected a map"),
    "text": ("just text\n", "expected a map"),
    "a key that is a list": ("? [a]\n: 1\n", "unknown field"),
    "a key that is a map": (PARAMETERS + "    ? {a: 1}\n    : 2\n", "cannot be a key"),
    "5 MB of text": ("manifestVersion: 1.0.0\npackage:\n  name: " + "x" * 5_000_000, "expected at most"),
    "lone surrogate": ("manifestVersion: 1.0.0\npackage:\n  name: a\ud800b\n", "not UTF-8"),
    "base64 that is none": (PARAMETERS + "    a: !!binary '%%%'\n", "base64"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_kitfile_is_refused_with_a_reason(name: str) -> None:
    text, reason = REFUSED[name]
    with pytest.raises(KitfileInvalid, match=reason) as caught:
        kitfile.read(text)
    assert all(finding.message for finding in caught.value.findings)
    assert max(map(len, caught.value.lines())) < 1000


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"manifestVersion: 1.0.0\npackage:\n  name: \xc3\x28\n",
        b"manifestVersion: \xed\xa0\x80\n",
        b"\xff\xfem\0a",
        b"\x00\x01\x02\x03",
        bytes(range(256)),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(KitfileInvalid):
        kitfile.read(data)


def test_invalid_utf8_is_told_with_its_line() -> None:
    with pytest.raises(KitfileInvalid) as caught:
        kitfile.read(b"manifestVersion: 1.0.0\npackage:\n  name: \xc3\x28\n")
    assert caught.value.findings[0].line == 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_byte_order_mark_and_utf16_are_read(encoding: str) -> None:
    found = kitfile.read("manifestVersion: 1.0.0\npackage:\n  name: é\n".encode(encoding))
    assert found.package.name == "é"


def test_only_the_first_document_counts() -> None:
    found = kitfile.read("manifestVersion: 1.0.0\n---\nthis: is not a Kitfile\n---\n[never closed")
    assert found.manifest_version == "1.0.0"


@pytest.mark.parametrize(
    "number", ["9" * 1_000_000, "0x" + "f" * 1_000_000, "-" + "1" * 1_000_000, "1e" + "9" * 100_000]
)
def test_a_number_of_a_million_digits_does_not_hang(number: str) -> None:
    found = kitfile.parse_yaml(PARAMETERS + f"    n: {number}\n")
    assert found.model
    assert found.model.parameters["n"] == number
    assert kitfile.parse_yaml(kitfile.to_yaml(found)) == found


def test_aliases_within_reason_are_read() -> None:
    found = kitfile.read(PARAMETERS + "    a: &a {x: 1, y: [2]}\n    b: *a\n    c: {<<: *a, x: 3}\n")
    assert found.model
    assert found.model.parameters == {"a": {"x": 1, "y": [2]}, "b": {"x": 1, "y": [2]}, "c": {"x": 3, "y": [2]}}


def test_ten_thousand_mistakes_are_all_told() -> None:
    with pytest.raises(KitfileInvalid) as caught:
        kitfile.read("manifestVersion: 1.0.0\ncode:\n" + "  - pth: x\n" * 10_000)
    assert len(caught.value.findings) == 10_000


def test_ten_thousand_entries_are_judged() -> None:
    text = "manifestVersion: 1.0.0\ncode:\n" + "".join(f"  - path: f{at}\n" for at in range(10_000))
    found = kitfile.read(text)
    assert kitfile.to_yaml(found) == text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"1",
        b"\xff",
        b"{}x",
        b"{'manifestVersion': 1}",
        b'{"manifestVersion": 1}',
        b'{"package": []}',
        b'{"package": {"authors": "Ada"}}',
        b'{"package": {"authors": [1]}}',
        b'{"model": "m"}',
        b'{"model": {"parts": {}}}',
        b'{"code": [1]}',
        b'{"code": [[]]}',
        b'{"code": [{"path": 1}]}',
        b'{"code": [{"path": "a", "digest": "sha256:short"}]}',
        b'{"code": [{"path": "a", "digest": 5}]}',
        b'{"code": [{"path": "a", "diffId": "../../etc"}]}',
        b'{"model": {"parameters": NaN}}',
        b'{"model": {"parameters": -Infinity}}',
        b'{"model": {"parameters": 1e999}}',
        b'{"model": {"parameters": ' + b"9" * 400 + b"}}",
        b'{"model": {"parameters": ' + b"[" * 1000 + b"]" * 1000 + b"}}",
        b'{"model": {"parameters": ' + b"[" * 200_000 + b"]" * 200_000 + b"}}",
        b'{"a": ' * 100_000,
    ],
    ids=lambda data: repr(data[:50]),
)
def test_a_hostile_config_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestInvalid) as caught:
        kitfile.from_json(data, where="config of evil:1")
    assert len(str(caught.value)) < 1000


def test_half_a_character_of_a_config_is_read_as_go_does() -> None:
    found = kitfile.from_json(b'{"package":{"name":"a\\ud800b"},"model":{"parameters":{"\\udc00":1}}}')
    assert found.package.name == "a\ufffdb"
    assert kitfile.parse_yaml(kitfile.to_yaml(found)).model == found.model
    assert b"\xef\xbf\xbd" in kitfile.to_json(found)


def test_fields_of_later_versions_are_passed_over() -> None:
    found = kitfile.from_json(b'{"manifestVersion":"2.0.0","later":{"x":[1]},"code":[{"path":"a","new":1},null]}')
    assert kitfile.to_json(found) == b'{"manifestVersion":"2.0.0","package":{},"code":[{"path":"a"}]}'


@settings(max_examples=300, deadline=None)
@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_end_in_a_value_or_a_typed_error(data: bytes) -> None:
    for read, error in ((kitfile.read, KitfileInvalid), (kitfile.from_json, ManifestInvalid)):
        try:
            read(data)
        except error:
            pass


@pytest.mark.parametrize("seed", range(20))
def test_damaged_kitfiles_end_in_a_value_or_a_typed_error(seed: int) -> None:
    chance = random.Random(seed)
    text = (
        "manifestVersion: 1.0.0\npackage: {name: a, authors: [x, 'y']}\nmodel:\n  path: m.pt\n  parameters: &p\n"
        "    a: !!float 1\n    b: [*q, ~]\ncode:\n- path: |\n    x\n  description: >-\n    y\ndatasets: []\n"
    )
    for _ in range(100):
        letters = list(text)
        for _ in range(chance.randrange(1, 6)):
            letters[chance.randrange(len(letters))] = chance.choice("\n :-[]{}&*!|>'\"#%@`?,~<\ta\\")
        try:
            found = kitfile.parse_yaml("".join(letters))
        except KitfileInvalid:
            continue
        assert kitfile.parse_yaml(kitfile.to_yaml(found)) == found


def many_references() -> str:
    return "datasets:\n" + "".join(f"- path: d{at}\n  remotePath: example.org/x:1\n" for at in range(10_000))


def nested_references() -> str:
    return "datasets:\n" + "".join(f"- path: {'a/' * at}b\n  remotePath: example.org/x:1\n" for at in range(700))


@pytest.mark.parametrize("text", [many_references(), nested_references()], ids=["many", "nested"])
def test_ten_thousand_references_are_judged_in_bounded_time(text: str) -> None:
    assert kitfile.read(text).datasets


def test_a_path_of_a_megabyte_is_told_in_a_line_that_can_be_read() -> None:
    with pytest.raises(KitfileInvalid) as caught:
        kitfile.read("code:\n- path: " + "../" * 300_000 + "\n")
    assert max(map(len, caught.value.lines())) < 500
