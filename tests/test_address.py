"""An address is read in one way, or refused; what is written of it, every parser reads alike."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.util import parse_url

from kitops_jupyter.address import Address, parse_proxy
from kitops_jupyter.errors import Unreachable, Usage

REFUSED = [
    "", "h", "h/x", "/x", "http:", "http:/h", "http:///h", "http://", "http://:80/", "ftp://h/", "file:///etc/passwd",
    "http://evil\\@reg/", "http:\\\\evil", "//evil\\reg", "http://reg\t@evil", "http://re\ng/", "http://reg\r\n/", " http://h/",
    "http://u@h/", "http://u:p@h/", "http://@h/", "http://evil%2f@reg", "http://h%00/", "http://%zz/", "http://h h/",
    "http://\u2100vil/", "http://\uff45vil/", "http://b\u00fccher.example/", "http://h\u3002evil/", "http://h\u00adx/",
    "http://a..b/", "http://.h/", "http://h../", "http://*h/", "http://" + "a" * 64, "http://" + "a." * 127 + "b/",
    "http://h:0/", "http://h:65536/", "http://h:+80/", "http://h:-1/", "http://h:8 0/", "http://h:80:80/", "http://h:\u0661/",
    "http://0x7f.1/", "http://2130706433/", "http://127.1/", "http://0177.0.0.1/", "http://1.2.3.4.5/", "http://256.1.1.1/",
    "http://[::1/", "http://[::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[evil/", "http://a]b/", "http://[1.2.3.4]/",
    "http://[::1]x/", "http://h\x00/", "http://h/\x7f", "http://h/\x85x", "http://h/a\\b",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_two_parsers_could_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(Unreachable):
        Address.parse(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("HTTP://REG.Example:080/X?Y#z", "http://reg.example/X?Y"),
        ("https://reg.:443", "https://reg/"),
        ("https://reg:", "https://reg/"),
        ("http://reg:443/", "http://reg:443/"),
        ("http://reg#@evil/", "http://reg/"),
        ("http://reg?@evil", "http://reg/?@evil"),
        ("http://reg/@evil", "http://reg/@evil"),
        ("http://[0:0::1]:5000/a", "http://[::1]:5000/a"),
        ("http://my_registry/a b\u00e9?x=a+b%2Fc%", "http://my_registry/a%20b%E9?x=a+b%2Fc%25"),
        ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"),
    ],
)
def test_an_address_is_written_from_what_was_read(text: str, written: str) -> None:
    assert str(Address.parse(text)) == written


HOSTS = st.sampled_from(["reg", "EVIL", "127.0.0.1", "[::1]", "2130706433", "reg.", "a..b", "\u2100vil", ""])
BETWEEN = st.sampled_from(
    ["@", "\\@", "\\", "/", "//", "#", "?", ":", ":80", ":0x50", "\t", " ", "%2f", "%40", "\r\n", ";"]
)
PIECES = st.lists(st.one_of(HOSTS, BETWEEN, st.text(max_size=2)), max_size=6).map("".join)


@given(st.one_of(PIECES.map("http://".__add__), PIECES.map("https:/".__add__), st.text(max_size=30), PIECES))
@example("http://evil\\@reg/")
def test_every_parser_reads_the_same_server_in_what_is_written(text: str) -> None:
    try:
        address = Address.parse(text)
    except Unreachable:
        return
    written, theirs = urlsplit(str(address)), parse_url(str(address))
    assert (written.hostname, written.port or 0) == (address.host, theirs.port or 0)
    assert (theirs.host or "").strip("[]") == address.host and theirs.auth is None and written.username is None
    assert theirs.scheme == written.scheme == address.scheme
    assert Address.parse(str(address)) == address


@given(PIECES)
@example("//evil")
@example("///evil")
@example("/..//evil")
@example("\\\\evil")
@example("?x=//evil")
def test_a_link_leads_where_it_says_or_stays_here(location: str) -> None:
    page = Address.parse("https://reg:5000/v2/a/blobs/uploads/u?x=1")
    try:
        found = page.joined(location)
    except Unreachable:
        return
    assert found.origin == page.origin or location.startswith("//") or ":" in location


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("u2", "/v2/a/blobs/uploads/u2"),
        ("./u2", "/v2/a/blobs/uploads/u2"),
        ("/odd/u2?s=a b", "/odd/u2?s=a%20b"),
        ("?y=2", "/v2/a/blobs/uploads/u?y=2"),
        ("//reg:5000/z", "/z"),
        ("https://reg:5000/z#f", "/z"),
    ],
)
def test_a_location_is_resolved_against_its_page(location: str, path: str) -> None:
    assert str(Address.parse("https://reg:5000/v2/a/blobs/uploads/u?x=1").joined(location)) == f"https://reg:5000{path}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("proxy", "http://proxy:80"),
        ("proxy:3128", "http://proxy:3128"),
        ("HTTPS://Proxy", "https://proxy:443"),
        ("http://ada:p%40w@proxy:1/", "http://ada:p%40w@proxy:1"),
        ("socks5h://[::1]", "socks5h://[::1]:1080"),
    ],
)
def test_a_proxy_is_written_from_what_was_read(text: str, written: str) -> None:
    assert parse_proxy(text) == written


@pytest.mark.parametrize("rest", ["@[::", "@h:99999", "@*", "@", "\\@h", "@h/x", "@h\n", "@a@ h", "/@h", "#@h"])
@pytest.mark.parametrize("scheme", ["", "http://", "ftp://", "socks5://"])
def test_a_proxy_that_cannot_be_is_refused_without_its_password(scheme: str, rest: str) -> None:
    with pytest.raises(Usage) as caught:
        parse_proxy(f"{scheme}ada:CANARY{rest}")
    assert "CANARY" not in str(caught.value)
