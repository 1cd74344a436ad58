"""The name of a kit: parsed as kit parses it, and shown as kit shows it.

    [registry/]repository[:tag|@digest][,tag...]

Source: kit's reference parser and oras-go's rules for each part, as `golden/references.json` shows them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kitops_jupyter.content import Digest
from kitops_jupyter.errors import InvalidReference
from kitops_jupyter.redaction import has_user_part, host_after_user_part

LOCAL_REGISTRY = "localhost"
UNTAGGED = "localhost/_"
CHAMPION, ROLLBACK = "champion", "rollback"
# A kit's life, in the words of KitOps' documentation; every other tag is as good.
LIFECYCLE_TAGS = (
    "tuning", "validating", "trained", "tuned", "challenger", CHAMPION, ROLLBACK, "retired",
)  # fmt: skip

_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:__|[._]|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_REFERRERS_TAG = re.compile(r"sha256-[0-9a-f]{64}(?:\.\w+)?")
_HEX_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
# What a host may not have. Source: RFC 3986, 3.2.2, as Go's net/url reads it.
_HOST = re.compile(r"""(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|[^\x00-\x20\x7f:/?#@%\\^`{|}\[\]]*)(?::[0-9]*)?""")

_DIGEST_HINT = "a digest is sha256: followed by 64 lower-case hex digits"


class _OtherDigest(Digest):
    """A sha384 or sha512 digest: kit takes it as a name, though nothing is ever stored under it."""

    __slots__ = ()

    def __new__(cls, text: str) -> _OtherDigest:
        return str.__new__(cls, text)


@dataclass(frozen=True, slots=True)
class Reference:
    """A kit's name; `tag` is empty and `digest` None where it names a repository only, never are both set.

    `extra_tags` are the further tags of `name:tag,tag2`, as written: kit does not check them when it parses.
    """

    registry: str
    repository: str
    tag: str = ""
    digest: Digest | None = None
    extra_tags: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str, *, default_tag: str = "latest") -> Reference:
        """Read a reference as kit does; without tag and digest it gets `default_tag`. Raises InvalidReference."""
        refuse_user_part(text)
        if digest := _find_digest(text):
            return cls(LOCAL_REGISTRY, "_", digest=digest)
        base, *extra_tags = text.split(",")
        registry, path = _split_registry(base)
        repository, _, name = path.partition("@")
        tag, digest = "", None
        if "@" in path:
            digest = _find_digest(name)
            if digest is None:
                raise _invalid(text, f"{name!r} is not a digest", _DIGEST_HINT)
            repository = repository.partition(":")[0]  # a tag before a digest is dropped
        else:
            repository, colon, tag = path.partition(":")
            if colon and not is_tag(tag):
                raise _invalid_tag(text, tag)
        _check_registry(text, registry)
        _check_repository(text, repository)
        return cls(registry, repository, tag if tag or digest else default_tag, digest, tuple(extra_tags))

    @classmethod
    def from_store_name(cls, store_name: str) -> Reference:
        """A repository's reference, without tag, from its name in the store; the name is not judged."""
        registry, _, repository = store_name.partition("/")
        return cls(registry, repository)

    @property
    def name(self) -> str:
        """What a Source resolves: the digest, or the tag."""
        return self.digest or self.tag

    @property
    def store_name(self) -> str:
        """What the store names its files after."""
        return f"{self.registry}/{self.repository}"

    @property
    def is_local(self) -> bool:
        """Whether no registry is named: the kit can only be in the local store."""
        return self.registry == LOCAL_REGISTRY

    @property
    def shown_name(self) -> str:
        """The repository as kit shows it: without `localhost/`; empty for untagged kits."""
        return _shown(self.store_name)

    @property
    def full_name(self) -> str:
        """The whole name with its registry, as kit's `tag` says it."""
        if self.digest:
            return f"{self.store_name}@{self.digest}"
        return f"{self.store_name}:{self.tag}" if self.tag else self.store_name

    def __str__(self) -> str:
        return _shown(self.full_name)

    def with_tag(self, tag: str) -> Reference:
        """The same repository, another tag. Raises InvalidReference."""
        if not is_tag(tag):
            raise _invalid_tag(f"{self.shown_name}:{tag}", tag)
        return replace(self, tag=tag, digest=None, extra_tags=())

    def with_digest(self, digest: Digest) -> Reference:
        """The same repository, pinned."""
        return replace(self, tag="", digest=digest, extra_tags=())


def is_repository_name(text: str) -> bool:
    """Whether a registry can have such a repository: parts that `/` divides, 255 characters in all, and so safe as a
    path. Source: OCI distribution-spec 1.1, "Pulling manifests".
    """
    return len(text) <= 255 and all(_COMPONENT.fullmatch(part) for part in text.split("/"))


def is_tag(text: str) -> bool:
    """Whether this may be a tag. Source: OCI distribution-spec 1.1, "Pulling manifests"."""
    return _TAG.fullmatch(text) is not None


def is_referrers_tag(text: str) -> bool:
    """Whether tools name signatures and the like of a manifest so: its digest, with or without `.sig`, `.att`, ...

    Source: OCI distribution-spec 1.1, "Referrers Tag Schema"; cosign, "Signature Spec", "Tag-based Discovery".
    """
    return _REFERRERS_TAG.fullmatch(text) is not None


def is_modelkit_reference(text: str) -> bool:
    """Whether a Kitfile's `model.path` names another kit: it has a `:` or an `@`, and parses."""
    if ":" not in text and "@" not in text:
        return False
    try:
        Reference.parse(text)
    except InvalidReference:
        return False
    return True


def _shown(name: str) -> str:
    return name.removeprefix(f"{LOCAL_REGISTRY}/").removeprefix("_").removeprefix("@")


def _find_digest(text: str) -> Digest | None:
    algorithm, _, digits = text.partition(":")
    if _HEX_DIGITS.get(algorithm) != len(digits) or not re.fullmatch("[0-9a-f]+", digits):
        return None
    return Digest(text) if algorithm == "sha256" else _OtherDigest(text)


def _split_registry(base: str) -> tuple[str, str]:
    """The first part is a registry only if it looks like a host: it has a dot or a colon."""
    first, slash, rest = base.partition("/")
    if slash and (":" in first or "." in first):
        return first, rest
    return LOCAL_REGISTRY, base


def _check_registry(text: str, registry: str) -> None:
    match = _HOST.fullmatch(registry)
    if match and (address := match["ipv6"]):
        import ipaddress  # rarely needed, and slow to load

        try:
            ipaddress.IPv6Address(address)
        except ValueError:
            match = None
    if match:
        return
    if registry in (".", ".."):
        raise _invalid(
            text, "it is a path", "kit copy FILE.tar NAME:TAG takes a kit from a file, kit pack FOLDER packs"
        )
    raise _invalid(text, f"{registry!r} is not a registry", "a registry is HOST or HOST:PORT, such as ghcr.io")


def refuse_user_part(text: str) -> None:
    """Raise InvalidReference, without repeating any of it, for a name or an address with a user or a password in it."""
    if not has_user_part(text):
        return
    before, _, after = text.rpartition("@")
    if before and after and not re.search(r"[/:\\.%]", after) and not re.search(r"[:\\%]", before):
        raise InvalidReference(f"{after[:200]!r} is not a digest", hint=_DIGEST_HINT)  # `NAME@TAG`
    host = host_after_user_part(text)
    raise InvalidReference(
        "a reference cannot contain a user name or a password, and @ only before a digest"
        + (f" (registry {host})" if host else ""),
        hint=f"kit login {host or 'REGISTRY'}, then {host or 'REGISTRY'}/NAME:TAG",
    )


def _check_repository(text: str, repository: str) -> None:
    if "://" in text:
        plain = text.partition("://")[2]
        raise _invalid(text, "it has a scheme", f"leave the scheme out: {plain}")
    if all(_COMPONENT.fullmatch(part) for part in repository.split("/")):
        return
    if repository != repository.lower():
        raise _invalid(text, f"repository {repository!r} is not in lower case", f"write {text.lower()}")
    raise _invalid(
        text,
        f"{repository!r} is not a repository name" if repository else "the repository name is missing",
        "a name has parts of a-z and 0-9, joined by single . _ - or __ and separated by /:  team/my-kit:v1",
    )


def _invalid_tag(text: str, tag: str) -> InvalidReference:
    return _invalid(
        text, f"{tag!r} is not a tag", "a tag has 1 to 128 of A-Z a-z 0-9 _ . - and does not start with . or -"
    )


def _invalid(text: str, reason: str, hint: str) -> InvalidReference:
    return InvalidReference(f"{text[:200]!r} is not a reference: {reason[:200]}", hint=hint[:200])
