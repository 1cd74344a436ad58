"""Challenges as they are read, scopes as they are asked for, and token servers that may be told a secret."""

from __future__ import annotations

import pytest

from kitops_jupyter.registry.identity.auth import Challenge, merged, parse_challenges, realm_problem, scopes_of

HERE = ("https", "registry.example.org", 443)


@pytest.mark.parametrize(
    ("header", "challenges"),
    [
        ('Basic realm="here"', [Challenge("basic", {"realm": "here"})]),
        ("Basic realm=here", [Challenge("basic", {"realm": "here"})]),
        ("basic", [Challenge("basic", {})]),
        ('BEARER Realm="https://a/t",Service="s"', [Challenge("bearer", {"realm": "https://a/t", "service": "s"})]),
        (
            'Bearer realm="https://a/t", service="s", scope="repository:a/b:pull,push"',
            [Challenge("bearer", {"realm": "https://a/t", "service": "s", "scope": "repository:a/b:pull,push"})],
        ),
        ('Bearer realm="a\\"b"', [Challenge("bearer", {"realm": 'a"b'})]),
        (
            'Basic realm="a", Bearer realm="b",service="c"',
            [Challenge("basic", {"realm": "a"}), Challenge("bearer", {"realm": "b", "service": "c"})],
        ),
        ("", []),
        ("=,=,=", []),
        ('Bearer realm="never closed', [Challenge("bearer", {})]),
    ],
)
def test_a_challenge_is_read(header: str, challenges: list[Challenge]) -> None:
    assert parse_challenges(header) == challenges


def test_a_challenge_of_a_megabyte_is_read_in_no_time() -> None:
    parse_challenges('Bearer realm="' + '\\"' * 500_000)
    parse_challenges("Bearer " + "a=b," * 250_000)
    parse_challenges("a " * 500_000)


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("GET", "/v2/a/b/blobs/sha256:0", ("repository:a/b:pull",)),
        ("HEAD", "/v2/a/b/manifests/v1", ("repository:a/b:pull",)),
        ("PUT", "/v2/a/b/manifests/v1", ("repository:a/b:pull,push",)),
        ("GET", "/v2/a/b/blobs/uploads/1", ("repository:a/b:pull,push",)),
        ("DELETE", "/v2/a/b/manifests/v1", ("repository:a/b:delete,pull,push",)),
        ("POST", "/v2/a/b/blobs/uploads/?mount=x&from=c/d", ("repository:a/b:pull,push", "repository:c/d:pull")),
        ("GET", "/v2/_catalog?n=1", ("registry:catalog:*",)),
        ("GET", "/v2/", ()),
    ],
)
def test_a_request_needs_its_scopes_and_no_more(method: str, path: str, scopes: tuple[str, ...]) -> None:
    assert scopes_of(method, f"https://h{path}") == scopes


def test_what_is_asked_for_is_joined_with_what_is_wanted() -> None:
    assert merged(("repository:a:pull",), "repository:a:push repository:b:pull") == (
        "repository:a:pull,push",
        "repository:b:pull",
    )


@pytest.mark.parametrize(
    ("registry", "realm", "is_fine"),
    [
        ("registry.example.org", "https://registry.example.org/token", True),
        ("registry.example.org", "https://registry.example.org:8443/token", True),
        ("registry.example.org", "https://auth.example.org/token", True),
        ("registry.gitlab.com", "https://gitlab.com/jwt/auth", True),
        ("registry-1.docker.io", "https://auth.docker.io/token", True),
        ("registry.example.org", "http://registry.example.org/token", False),
        ("registry.example.org", "https://example.com/token", False),
        ("registry.example.org", "https://org/token", False),
        ("registry.example.org", "https://registry.example.org.evil.net/token", False),
        ("registry.example.org", "https://notexample.org/token", False),
        ("mine.azurecr.io", "https://yours.azurecr.io/token", False),
        ("shop.co.uk", "https://other.co.uk/token", False),
        ("10.0.0.1", "https://10.0.0.2/token", False),
        ("registry.example.org", "https://169.254.169.254/latest", False),
        ("registry.example.org", "file:///etc/passwd", False),
        ("registry.example.org", "", False),
        ("registry.example.org", "https://[", False),
    ],
)
def test_a_password_goes_to_a_token_server_of_the_same_people_only(registry: str, realm: str, is_fine: bool) -> None:
    assert (realm_problem(("https", registry, 443), realm, has_secret=True) == "") is is_fine


def test_a_token_server_may_be_allowed_by_name() -> None:
    assert realm_problem(HERE, "https://sso.example.com/token", has_secret=True, allowed=["sso.example.com"]) == ""


def test_without_a_secret_a_public_token_server_may_be_anywhere_but_not_inside() -> None:
    assert realm_problem(HERE, "https://sso.example.com/token", has_secret=False) == ""
    for inside in (
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://localhost/",
        "https://intranet/",
    ):
        assert realm_problem(HERE, inside, has_secret=False)
