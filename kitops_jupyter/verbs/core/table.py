"""The verbs by name; each one's module is imported when it is used."""

from __future__ import annotations

import importlib

from kitops_jupyter.errors import Usage
from kitops_jupyter.redaction import may_have_password
from kitops_jupyter.verbs.core.parser import suggest
from kitops_jupyter.verbs.core.verb import Verb

# In the order in which a newcomer meets them.
NAMES = (
    "init",
    "validate",
    "log",
    "pack",
    "list",
    "search",
    "browse",
    "info",
    "inspect",
    "files",
    "diff",
    "compare",
    "lineage",
    "tag",
    "unpack",
    "load",
    "push",
    "pull",
    "copy",
    "login",
    "logout",
    "registry",
    "promote",
    "index",
    "index-files",
    "remove",
    "clean",
    "cache",
    "version",
    "doctor",
    "help",
)
# Names that other tools use for these verbs.
_ELSEWHERE = {
    "ls": "list",
    "rm": "remove",
    "delete": "remove",
    "show": "info",
    "describe": "info",
    "build": "pack",
    "extract": "unpack",
    "check": "validate",
    "lint": "validate",
    "cp": "copy",
    "mirror": "copy",
    "prune": "clean",
    "gc": "clean",
    "cleanup": "clean",
    "du": "clean",
}


def find(name: str) -> Verb:
    """The verb of this name. Raises Usage, with the one that was probably meant."""
    if name in NAMES:
        verb: Verb = importlib.import_module(f"kitops_jupyter.verbs.{name.replace('-', '_')}").VERB
        return verb
    if name in ("serve", "server"):  # a cell would wait for it without end
        raise Usage(
            "kit serve runs until it is stopped, so it cannot run in a cell",
            hint="on a terminal: jupyter kit serve ./registry --port 5000",
        )
    meant = _ELSEWHERE.get(name.lower()) or suggest(name.lower(), NAMES) or _begun(name.lower())
    hint = f"did you mean kit {meant}? kit help {meant} has an example" if meant else "kit help shows all verbs"
    shown = "of this name" if may_have_password(name) else f"{name[:40]!r}"
    raise Usage(f"kit has no verb {shown} here", hint=hint)


def _begun(name: str) -> str:
    """The only verb that begins so, or an empty text."""
    found = [verb for verb in NAMES if len(name) > 1 and verb.startswith(name)]
    return found[0] if len(found) == 1 else ""
