"""Nothing that may be a password is repeated."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitops_jupyter import verbs
from kitops_jupyter.__main__ import main
from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import InvalidReference, KitError, PathInvalid, RegistryError, Usage
from kitops_jupyter.redaction import has_user_part, redacted
from kitops_jupyter.reference import Reference

DIGEST = "sha256:" + "0" * 64
SECRET = "CANARYpw"
PASTED = [
    f"https://ada:{SECRET}@h.example/t/k:v1",
    f"HTTPS://ada:{SECRET}@h.example",
    f"https://{SECRET}@h.example/t/k",
    f"https:\\\\ada:{SECRET}@h.example/t",
    f"https:/ada:{SECRET}@h.example/t",
    f"ada:{SECRET}@h.example/t/k:v1",
    f"ada:{SECRET}@h.example",
    f"{SECRET}@h.example/t/k:v1",
    f"ada:{SECRET}@h.example/t/k@{DIGEST}",
    f"https://ada:{SECRET}@h.example/t/k@{DIGEST}",
    f"ada:p@{SECRET}@h.example/t/k:v1",
    f"https://ada:p/{SECRET}@h.example/t/k:v1",
    f"https://ada:{SECRET}?x#y@h.example/t/k:v1",
    f"ada:{SECRET}%40h.example/t/k:v1",
    f"ada:{SECRET}\uff20h.example/t/k:v1",
    f"oci://ada:{SECRET}@h.example/t",
    f" https://ada:{SECRET}@h.example/t",
    f"https://ada:{SECRET}@[::1]:5000/t",
    f"https://ada:{SECRET}@",
]


@pytest.mark.parametrize("text", PASTED)
def test_a_pasted_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        Reference.parse(text)
    assert SECRET not in str(caught.value) and "ada" not in str(caught.value)
    assert caught.value.hint.startswith("kit login")
    assert caught.value.__context__ is None and caught.value.__cause__ is None


def test_a_tag_after_an_at_is_told_from_a_password() -> None:
    with pytest.raises(InvalidReference, match="'latest' is not a digest"):
        Reference.parse("team/kit@latest")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET https://ada:pw@h.example:5000/v2/ failed", "GET https://***@h.example:5000/v2/ failed"),
        ("no answer from ada:pw@h.example", "no answer from ***@h.example"),
        ("'http://ada:p@w@h/x' is wrong", "'http://***@h/x' is wrong"),
        ("http://ada:p/w@h/x", "http://***@h/x"),
        ("socks5h://:pw@h:1080", "socks5h://***@h:1080"),
        ("index ':pw@h.example/t/k' is none", "index '***@h.example/t/k' is none"),
        ("proxy=ada:pw@h", "proxy=***@h"),
        ("https://h/x?token=s&y=1#z end", "https://h/x?*** end"),
        (f"h.example/k:v1@{DIGEST}", f"h.example/k:v1@{DIGEST}"),
        (f"https://h.example/k:v1@{DIGEST}", f"https://h.example/k:v1@{DIGEST}"),
        ("ada@example.org wrote it", "ada@example.org wrote it"),
        ("node_modules/@types/x:1", "node_modules/@types/x:1"),
        ("C:\\Users\\ada@corp\\kit", "C:\\Users\\ada@corp\\kit"),
        ("127.0.0.1:5000/a/b:1 is at https://h:5000/a", "127.0.0.1:5000/a/b:1 is at https://h:5000/a"),
        ("is it there? a=b", "is it there? a=b"),
    ],
)
def test_a_sentence_loses_only_what_may_be_secret(text: str, shown: str) -> None:
    assert redacted(text) == shown


@given(
    st.sampled_from(["https", "http", "socks5", "oci"]),
    st.text(st.characters(exclude_characters="'\"<>` \t\n\r", exclude_categories=("Z", "C")), max_size=8),
    st.text(st.characters(exclude_characters="'\"<>`", exclude_categories=("Z", "C")), max_size=8),
)
def test_no_password_passes_an_error(scheme: str, name: str, rest: str) -> None:
    url = f"{scheme}://{name}:{rest}{SECRET}@h.example/t/k"
    error = RegistryError(f"cannot read '{url}': no", hint=f"try {url}", details=[url])
    assert SECRET not in str(error) and SECRET not in repr(error) and has_user_part(url)


def test_an_error_without_an_address_is_told_as_it_is() -> None:
    assert KitError("a@b: a ? b", hint="x").lines() == ["a@b: a ? b", "Hint: x"]


@pytest.mark.parametrize(
    "text", [f"ada:{SECRET}@h.example/t", f"https://ada:/{SECRET}@h/t", f":a/'{SECRET}@h", f"a:{SECRET} %40h"]
)
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("index",),
        ("index", "list", "x"),
        ("version",),
        ("list", "--progress"),
        ("pull", "--concurrency"),
        ("tag", "a:1", "b"),
    ],
)
def test_a_line_that_cannot_be_understood_is_not_repeated_with_a_password(words: tuple[str, ...], text: str) -> None:
    for line in ((*words, text), (*words[:-1], f"{words[-1]}={text}") if words else (f"--{text}", "list")):
        with pytest.raises(Usage) as caught:
            verbs.parse(line)
            raise Usage("understood")
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize("text", [f"https://ada:p/{SECRET}@h/t", f"HTTPS:/ada:{SECRET}@h", f"//ada:{SECRET}@h/t"])
@pytest.mark.parametrize(
    "words", ["pack {} -t a:1", "pack . -t a:1 -f {}", "init {}", "validate {}", "unpack a:1 -d {}"]
)
def test_an_address_with_a_password_is_not_taken_for_a_path(
    words: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = [word.replace("{}", text) for word in words.split()]
    assert main([*line, "--config", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "is not a path" in said.err and SECRET not in said.err + said.out


@pytest.mark.parametrize(
    "path", ["C:\\Users\\ada@corp\\kit", "\\\\server\\ada@corp\\a", "data/10:30@home", "ada@h/x", "//a/b@c"]
)
def test_a_path_with_an_at_in_it_is_a_path(path: str) -> None:
    assert os.fspath(typed_path(path))


@pytest.mark.parametrize("text", [f"ada:{SECRET}\0@h/t", f"ada:{SECRET}\ud800@h/t", f"ada:{SECRET}{'z' * 5000}@h/t"])
def test_a_path_that_is_refused_is_not_repeated_with_a_password(text: str) -> None:
    with pytest.raises(PathInvalid) as caught:
        typed_path(text)
    assert SECRET not in str(caught.value)
