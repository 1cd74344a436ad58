"""What a browser sends is judged before any of it is repeated, logged or kept: no password may be in a name."""

from __future__ import annotations

from kitops_jupyter.errors import InvalidReference
from kitops_jupyter.redaction import redacted
from kitops_jupyter.reference import refuse_user_part

# Fields and arguments that name a kit, a tag, a registry or its address: an @ there is a digest's or a mistake.
_NAMES = frozenset(
    [
        "reference",
        "references",
        "destination",
        "source",
        "target",
        "registry",
        "repository",
        "url",
        "name",
        "to",
        "a",
        "b",
    ]
)
# What a person writes at length, or the sign-in itself.
_FREE = frozenset(["kitfile", "text", "username", "password"])


def refuse_secrets(name: str, value: object) -> None:
    """Raise InvalidReference for a field that holds the user part of an address. The message repeats none of it."""
    for text in value if isinstance(value, list) else [value]:
        if not isinstance(text, str) or name in _FREE:
            continue
        if name in _NAMES:
            refuse_user_part(text)
        elif redacted(text) != text:
            raise InvalidReference(
                f"{name} cannot contain a user name or a password", hint="sign in to the registry instead"
            )
