"""What the panel sent, read as the dataclass of its route; what does not fit is refused, and never repeated."""

from __future__ import annotations

import typing
from dataclasses import fields
from typing import Any

from kitops_jupyter.errors import Usage
from kitops_jupyter.server import bodies
from kitops_jupyter.server.judged import refuse_secrets
from kitops_jupyter.server.schemas import schema

T = typing.TypeVar("T")


def read(kind: type[T], body: object) -> T:
    """The body as a value of this dataclass.

    Raises Usage, which names the field and never repeats its value; InvalidReference for a password in a name.
    """
    import jsonschema

    errors = sorted(jsonschema.Draft7Validator(schema(kind)).iter_errors(body), key=lambda error: list(error.path))
    if errors:
        first = errors[0]
        if first.validator == "required" and isinstance(first.instance, dict):
            missing = (name for name in first.validator_value if name not in first.instance)
            raise Usage(f"{next(missing)} is missing")
        where = ".".join(str(part) for part in first.path) or "the request"
        raise Usage(f"{where} is not what was expected: {first.validator} {first.validator_value!r}"[:300])
    assert isinstance(body, dict)
    if kind is not bodies.References:  # of several kits each is judged on its own: one hides no other
        for name, value in body.items():
            refuse_secrets(name, value)
    return kind(**body)


def read_job(body: object) -> bodies.JobRequest:
    """A request that starts a job. Raises as `read` does."""
    kind = bodies.JOBS.get(body["kind"]) if isinstance(body, dict) and isinstance(body.get("kind"), str) else None
    if kind is None:
        raise Usage(f"kind is not one of {', '.join(bodies.JOBS)}")
    return read(kind, body)


def from_query(kind: type, arguments: dict[str, list[bytes]]) -> dict[str, Any]:
    """The fields of this dataclass that a query has, the last of each; other arguments are not ours. Raises Usage."""
    hints = typing.get_type_hints(kind)
    found: dict[str, Any] = {}
    for item in fields(kind):
        if given := arguments.get(item.name):
            found[item.name] = _parsed(item.name, hints[item.name], given[-1])
    return found


def _parsed(name: str, hint: type, given: bytes) -> str | int | bool:
    try:
        text = given.decode("utf-8")
    except UnicodeDecodeError:
        raise Usage(f"{name} is not UTF-8") from None
    refuse_secrets(name, text)
    if hint is bool:
        return text in ("1", "true")
    if hint is not int:
        return text
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Usage(f"{name} is not a number")
    return int(text)
