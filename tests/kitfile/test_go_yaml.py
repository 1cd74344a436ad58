"""Corners of YAML where kit has ways of its own; the answers are those of go-yaml v3.0.6."""

from __future__ import annotations

import pytest

from kitops_jupyter import kitfile
from kitops_jupyter.errors import KitfileInvalid
from kitops_jupyter.kitfile import Kitfile, Model, Package


@pytest.mark.parametrize(
    ("text", "json", "yaml"),
    [
        (".5_0", "0.5", "0.5"),
        ("._5", '"._5"', "._5"),
        (".5e1_0", "5000000000", "5e+09"),
        ("1__0", "10", "10"),
        ("1_000.5", "1000.5", "1000.5"),
        ("08", "8", "8"),
        ("0o8", '"0o8"', "0o8"),
        ("18446744073709551615", "18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709552000", "1.8446744073709552e+19"),
        ("+18446744073709551615", "18446744073709552000", "1.8446744073709552e+19"),
        ("-9223372036854775808", "-9223372036854775808", "-9223372036854775808"),
        ("-9223372036854775809", "-9223372036854776000", "-9.223372036854776e+18"),
        ("0x8000000000000000", "9223372036854775808", "9223372036854775808"),
        ("-0x8000000000000001", '"-0x8000000000000001"', "-0x8000000000000001"),
        ("1e400", '"1e400"', "1e400"),
        ("1e-400", "0", "0"),
        ("-0", "0", "0"),
        ("-0.0", "-0", "-0"),
        ("0000-01-01", '"0000-01-01T00:00:00Z"', "0000-01-01T00:00:00Z"),
        ("2024-1-2", '"2024-01-02T00:00:00Z"', "2024-01-02T00:00:00Z"),
        ("2024-02-30", '"2024-02-30"', "2024-02-30"),
        ("2024-01-02T03:04:05-00:00", '"2024-01-02T03:04:05Z"', "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05-03:60", '"2024-01-02T03:04:05-04:00"', "2024-01-02T03:04:05-04:00"),
        ("2024-01-02  03:04:05,50", '"2024-01-02T03:04:05.5Z"', "2024-01-02T03:04:05.5Z"),
        ("2024-01-02T03:04:60Z", '"2024-01-02T03:04:60Z"', "2024-01-02T03:04:60Z"),
        ("2024-01-02T3:4:5.123456789123Z", '"2024-01-02T03:04:05.123456789Z"', "2024-01-02T03:04:05.123456789Z"),
        ("٢024-01-02", '"٢024-01-02"', "٢024-01-02"),
    ],
)
def test_a_plain_scalar_means_what_it_means_to_kit(text: str, json: str, yaml: str) -> None:
    read = kitfile.read(f"model:\n  parameters:\n  - {text}\n")
    assert (
        kitfile.to_json(read).decode() == f'{{"manifestVersion":"","package":{{}},"model":{{"parameters":[{json}]}}}}'
    )
    assert kitfile.to_yaml(read) == f'manifestVersion: ""\nmodel:\n  parameters:\n    - {yaml}\n'


@pytest.mark.parametrize(
    ("text", "yaml"),
    [
        ("a\u2028b", "'a\u2028    b'"),
        ("\u2028", "'\u2028'"),
        ("a \u2028b", '"a \\Lb"'),
        ("a\u2028 b", '"a\\L b"'),
        ("it's\u2029so", "'it''s\u2029    so'"),
        ("\ufeffa é", '"\\uFEFF\\x61\\x20\\xE9"'),
        ("a\ufeffb", '"a\\uFEFFb"'),
        ("a\nb\u2028c\n", "|\n    a\n    b\u2028    c"),
        (" a\nb", "|2-\n     a\n    b"),
        ("a\n b", "|-\n    a\n     b"),
        ("a \nb", '"a \\nb"'),
        ("a\tb\nc", "|-\n    a\tb\n    c"),
        ("\n", "|2+\n"),
        ("\n\n", "|2+\n\n"),
        ("a\n\n", "|+\n    a\n"),
        ("\x85a\nb", '"\\Na\\nb"'),
        ("\U0001f389", '"\\U0001F389"'),
        ("a:b", "a:b"),
        ("a:", "'a:'"),
        ("-a", "-a"),
        ("?a", "?a"),
        ("? a", "'? a'"),
        ("a#b", "a#b"),
        ("a #b", "'a #b'"),
        ("=", "="),
        ("<<", '"<<"'),
        ("y", '"y"'),
        ("12:30:45", '"12:30:45"'),
        (".5_0", '".5_0"'),
        ("word " * 60 + "end", "word " * 60 + "end"),
    ],
)
def test_a_text_is_written_as_kit_writes_it(text: str, yaml: str) -> None:
    assert kitfile.to_yaml(Kitfile(package=Package(description=text))) == (
        f"manifestVersion: 1.0.0\npackage:\n  description: {yaml}\n"
    )


@pytest.mark.parametrize(
    ("key", "yaml"),
    [
        ("x" * 128, "    " + "x" * 128 + ":\n      - 1\n"),
        ("x" * 129, "    ? " + "x" * 129 + "\n    : - 1\n"),
        ("é" * 65, "    ? " + "é" * 65 + "\n    : - 1\n"),
        ("a\nb", "    ? |-\n      a\n      b\n    : - 1\n"),
        ("a\u2028b", "    ? 'a\u2028      b'\n    : - 1\n"),
        ("a\x85", '    ? "a\\N"\n    : - 1\n'),
        ("a\nb ", '    ? "a\\nb "\n    : - 1\n'),
    ],
    ids=ascii,
)
def test_a_key_is_written_as_kit_writes_it(key: str, yaml: str) -> None:
    written = kitfile.to_yaml(Kitfile(model=Model(parameters={key: [1]})))
    assert written == f"manifestVersion: 1.0.0\nmodel:\n  parameters:\n{yaml}"


@pytest.mark.parametrize(
    ("author", "yaml"),
    [
        ("a,b", "'a,b'"),
        ("a?", "'a?'"),
        ("a:b", "'a:b'"),
        ("?a", "'?a'"),
        ("a\nb", '"a\\nb"'),
        ("a\u2028b", "'a\u2028      b'"),
        ("", '""'),
        ("Ada L.", "Ada L."),
    ],
)
def test_an_author_is_written_in_a_flow_list_as_kit_writes_it(author: str, yaml: str) -> None:
    written = kitfile.to_yaml(Kitfile(package=Package(authors=(author, "z"))))
    assert written == f"manifestVersion: 1.0.0\npackage:\n  authors: [{yaml}, z]\n"


def test_the_time_that_go_takes_for_empty_is_left_out_of_yaml_alone() -> None:
    read = kitfile.read("datasets:\n- parameters: 0001-01-01\n")
    assert kitfile.to_yaml(read) == 'manifestVersion: ""\ndatasets:\n  - {}\n'
    assert b"0001-01-01T00:00:00Z" in kitfile.to_json(read)


def test_keys_are_in_the_order_of_yaml_v3() -> None:
    keys = ["b", "a10", "a2", "a02", "10", "9", "_", "B", "é", "a", ""]
    written = kitfile.to_yaml(Kitfile(model=Model(parameters=dict.fromkeys(keys, 1))))
    found = [line.strip()[:-3].strip("\"'") for line in written.splitlines()[3:]]
    assert found == ["", "_", "9", "10", "B", "a", "a2", "a02", "a10", "b", "é"]


@pytest.mark.parametrize("parameters", [".nan", "{1: a}", "{true: a}", "{2024-01-02: a}", "[{~: a}]"])
def test_what_a_config_cannot_hold_is_told_with_its_line(parameters: str) -> None:
    with pytest.raises(KitfileInvalid) as caught:
        kitfile.read(f"model:\n  parameters: {parameters}\ndatasets:\n- path: d\n")
    (finding,) = caught.value.findings
    assert (finding.field, finding.line) == ("model.parameters", 2)


@pytest.mark.parametrize(
    "text",
    ["!!null text", "{!!int name: x}", "package: {name: !!int x}", "package: {authors: [!!null x]}", "code: !!null x"],
)
def test_a_tag_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(KitfileInvalid):
        kitfile.parse_yaml(text)


def test_a_null_key_is_passed_over_as_kit_does() -> None:
    assert kitfile.read("? \nmodel:\n  ~:\n  path: a\n").model == Model(path="a")
