"""Where a `kit://` address ends to be a kit and begins to be a path in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from kitops_jupyter.errors import Usage

_HOST_WITH_PORT = re.compile(r"[^:@]+:\d{1,5}")
# The last part of a reference: repository:tag, repository@sha256:..., repository:tag@sha256:...
_REFERENCE_END = re.compile(r"[a-z0-9._-]+(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]{64})?")


class KitPath(NamedTuple):
    """A kit's reference as text, and a path in it, "" for its top."""

    reference: str
    path: str

    def __str__(self) -> str:
        return f"{self.reference}/{self.path}" if self.path else self.reference


def split(text: str, *, is_kit: Callable[[str], bool] = lambda name: False) -> KitPath:
    """The two halves: the kit ends with the first part that has a tag or a digest. Raises Usage where none has.

    `name:123` as the first part is a host if a later part ends a reference, as in `registry:5000/churn:v1/data`,
    unless `is_kit` knows it: then it is a kit, and what follows a path in it, whatever colons that has.
    """
    parts = text.removeprefix("kit://").strip("/").split("/")
    ends = [at for at, part in enumerate(parts) if (":" in part or "@" in part) and _REFERENCE_END.fullmatch(part)]
    if ends and ends[0] == 0 and len(ends) > 1 and _HOST_WITH_PORT.fullmatch(parts[0]) and not is_kit(parts[0]):
        del ends[0]
    if not ends:
        raise Usage(
            f"kit://{text.removeprefix('kit://')[:200]} does not name a kit: the name must end in a tag or a digest",
            hint="kit://registry.example.com/team/churn:v1/data/train.csv",
        )
    end = ends[0] + 1
    return KitPath("/".join(parts[:end]), "/".join(part for part in parts[end:] if part not in ("", ".")))
