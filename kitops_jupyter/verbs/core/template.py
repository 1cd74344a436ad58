"""`kit list --format`: the small part of Go's templates that people write: fields, and the tags one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kitops_jupyter.errors import Usage

if TYPE_CHECKING:
    from kitops_jupyter.operations.look.kits import ListedKit

FIELDS = (".Repo", ".Tags", ".Digest", ".ModelName", ".Size", ".Author")
_INDEX = re.compile(r"index\s+\.Tags\s+(\d+)")
_OPEN, _CLOSE = r"\{\{-?\s*", r"\s*-?\}\}"
_RANGE = rf"{_OPEN}range\s+\.Tags{_CLOSE}(?P<each>.*?){_OPEN}end{_CLOSE}"
# In a cell {{ in double quotes is one brace before the verb sees it.
_IN_CELL = r"\{\s*(?P<cell>\.\w+|index\s+\.Tags\s+\d+)\s*\}"
_ACTION = re.compile(rf"{_RANGE}|{_OPEN}(?P<go>.*?){_CLOSE}|{_IN_CELL}", re.DOTALL)
_DOT = re.compile(rf"{_OPEN}\.{_CLOSE}")
_HINT = (
    f"the fields are {' '.join(FIELDS)}; {{{{ index .Tags 0 }}}} is the first tag,"
    " {{ range .Tags }}{{ . }} {{ end }} all of them"
)
_ESCAPES = {"\\n": "\n", "\\t": "\t"}


def check(template: str) -> None:
    """Raise Usage for a template without a field, or with an action that is not read here."""
    found = list(_ACTION.finditer(template))
    for match in found:
        if match["each"] is not None:
            if "{{" in _DOT.sub("", match["each"]):
                raise Usage("--format: only {{ . }}, the tag, can stand between range and end", hint=_HINT)
        elif (action := _action(match)) not in FIELDS and not _INDEX.fullmatch(action):
            raise Usage(f"--format: unknown action {action[:60]!r}", hint=_HINT)
    if not found:
        raise Usage(
            f"--format {template[:60]!r} is neither table nor json, and names no field",
            hint="kit list --format '{{ .Repo }} {{ .Tags }}'",
        )


def fill(template: str, kit: ListedKit) -> str:
    """The template with one kit's fields, lists as Go prints them (`[v1 v2]`); `<none>` for a missing tag."""
    values = {
        ".Repo": kit.repository,
        ".Tags": f"[{' '.join(kit.tags)}]",
        ".Digest": str(kit.digest),
        ".ModelName": kit.model_name,
        ".Size": kit.size,
        ".Author": kit.author,
    }

    def value(match: re.Match[str]) -> str:
        if (each := match["each"]) is not None:
            return "".join(_DOT.sub(lambda dot, tag=tag: tag, each) for tag in kit.tags)
        if at := _INDEX.fullmatch(action := _action(match)):
            return kit.tags[int(at[1])] if int(at[1]) < len(kit.tags) else "<none>"
        return values[action]

    text = re.sub(r"\\[nt]", lambda match: _ESCAPES[match[0]], template)
    return _ACTION.sub(value, text)


def _action(match: re.Match[str]) -> str:
    return match["go"] if match["go"] is not None else match["cell"]
