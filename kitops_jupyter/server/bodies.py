"""The bodies that the panel sends, each checked against a JSON Schema made from its dataclass; unknown fields are
refused."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from typing import Any, Literal

from kitops_jupyter.codecs import Compression
from kitops_jupyter.errors import Usage
from kitops_jupyter.server.judged import refuse_secrets

TEXT_LIMIT = 1 << 20
LIST_LIMIT = 5000


@dataclass(frozen=True)
class AddRegistry:
    name: str
    url: str
    plain_http: bool = False


@dataclass(frozen=True)
class References:
    references: list[str]


@dataclass(frozen=True)
class CheckPull:
    reference: str
    filters: list[str] = field(default_factory=list)
    directory: str | None = None
    include_remote: bool = False


@dataclass(frozen=True)
class CheckPack:
    directory: str
    kitfile: str = ""
    notebook: str = ""
    follow_links: bool = False


@dataclass(frozen=True)
class Pull:
    kind: Literal["pull"]
    reference: str
    filters: list[str] = field(default_factory=list)
    directory: str | None = None
    include_remote: bool = False
    on_conflict: Literal["refuse", "keep", "overwrite", "beside"] = "refuse"


@dataclass(frozen=True)
class Push:
    kind: Literal["push"]
    reference: str
    destination: str = ""


@dataclass(frozen=True)
class Pack:
    kind: Literal["pack"]
    directory: str
    reference: str
    kitfile: str = ""
    notebook: str = ""
    record_environment: bool = False
    push: bool = False
    follow_links: bool = False
    compression: Literal[Compression, ""] = ""


@dataclass(frozen=True)
class Copy:
    kind: Literal["copy"]
    source: str
    destination: str


@dataclass(frozen=True)
class Login:
    registry: str
    username: str
    password: str = field(repr=False)
    plain_http: bool = False


@dataclass(frozen=True)
class Logout:
    registry: str


@dataclass(frozen=True)
class Tag:
    source: str
    target: str


@dataclass(frozen=True)
class Promote:
    reference: str
    to: str
    undo: bool = False


@dataclass(frozen=True)
class Remove:
    references: list[str]
    remote: bool = False
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Validate:
    text: str


@dataclass(frozen=True)
class Limits:
    transfers_at_once: int


@dataclass(frozen=True)
class Nothing:
    """A body without fields."""


JOBS: dict[str, type] = {"pull": Pull, "push": Push, "pack": Pack, "copy": Copy}
T = typing.TypeVar("T")


def read(kind: type[T], body: object) -> T:
    """The body as a value of this dataclass.

    Raises Usage, which names the field and never repeats its value; InvalidReference for a password in a name.
    """
    import jsonschema

    errors = sorted(jsonschema.Draft7Validator(schema(kind)).iter_errors(body), key=lambda error: list(error.path))
    if errors:
        first = errors[0]
        where = ".".join(str(part) for part in first.path) or "the body"
        raise Usage(f"{where} is not what was expected: {first.validator} {first.validator_value!r}"[:300])
    assert isinstance(body, dict)
    if kind is not References:  # of several kits each is judged on its own: one hides no other
        for name, value in body.items():
            refuse_secrets(name, value)
    return kind(**body)


def read_job(body: object) -> Any:
    """What starts a job. Raises as `read` does."""
    kind = JOBS.get(body["kind"]) if isinstance(body, dict) and isinstance(body.get("kind"), str) else None
    if kind is None:
        raise Usage(f"kind is not one of {', '.join(JOBS)}")
    return read(kind, body)


def schema(kind: type) -> dict[str, Any]:
    """The JSON Schema of a dataclass."""
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    required = [
        item.name
        for item in fields
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    ]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {item.name: _of(hints[item.name]) for item in fields},
    }


def _of(hint: Any) -> dict[str, Any]:
    if hint is str:
        return {"type": "string", "maxLength": TEXT_LIMIT}
    if hint is int:
        return {"type": "integer", "minimum": 1, "maximum": LIST_LIMIT}
    if hint is bool:
        return {"type": "boolean"}
    if hint is type(None):
        return {"type": "null"}
    if typing.get_origin(hint) is Literal:
        return {"enum": list(typing.get_args(hint))}
    if typing.get_origin(hint) is list:
        return {"type": "array", "maxItems": LIST_LIMIT, "items": _of(typing.get_args(hint)[0])}
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return {"anyOf": [_of(part) for part in typing.get_args(hint)]}
    raise AssertionError(f"no schema for {hint}")
