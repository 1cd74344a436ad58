"""`kit info` and `kit inspect`: a kit's Kitfile, and all that its manifest says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from kitops_jupyter import kitfile
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import NotFound, Usage
from kitops_jupyter.kitfile import Kitfile
from kitops_jupyter.manifest import CLI_VERSION, NO_FACTS, Facts, facts_of, message_of
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class InfoResult(Result):
    """The Kitfile of a kit; `selected` is what `--filter` asked for, as YAML.

    `message` and `facts` are safe to show.
    """

    reference: Reference
    digest: Digest
    kitfile: Kitfile
    yaml: str
    selected: str | None
    layers: tuple[tuple[str, str, int, Digest], ...] = field(repr=False)
    warnings: tuple[str, ...] = ()
    message: str = ""
    facts: Facts = NO_FACTS


@dataclass(frozen=True, slots=True)
class InspectResult(Result):
    """All that a kit says of itself, as JSON."""

    reference: Reference
    digest: Digest
    cli_version: str
    kitfile: Kitfile | None
    manifest: dict[str, Any]
    message: str = ""
    facts: Facts = NO_FACTS

    def to_json(self) -> dict[str, Any]:
        """The object that `kit inspect` prints; `message` and `facts` only if it has any, safe to show."""
        described = {"kitfile": json.loads(kitfile.to_json(self.kitfile))} if self.kitfile else {}
        said: dict[str, Any] = {"message": self.message} if self.message else {}
        said |= {"facts": self.facts.to_json()} if self.facts else {}
        return {
            "digest": str(self.digest),
            "cliVersion": self.cli_version,
            **said,
            **described,
            "manifest": self.manifest,
        }


def info(
    reference: str,
    *,
    select: str | None = None,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> InfoResult:
    """The Kitfile of a kit, or one node of it (`.model.name`, `datasets[0].path`). Raises NotFound, Usage."""
    with observed(observe, reference), Opener(settings or Settings.load(), connection, remote=remote) as opener:
        kit = opener.open(reference)
    described = kit.described()
    selected = _select(described, select) if select else None
    layers = tuple((entry.section, entry.path, layer.size_bytes, layer.digest) for entry, layer in kit.layers())
    warnings = tuple(str(found) for found in kit.unnamed())
    yaml = kitfile.to_yaml(described)
    said = message_of(kit.manifest), facts_of(kit.manifest)
    return InfoResult(kit.reference, kit.descriptor.digest, described, yaml, selected, layers, warnings, *said)


def inspect(
    reference: str,
    *,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> InspectResult:
    """Digest, Kitfile and manifest of a kit. Raises NotFound, ManifestInvalid."""
    with observed(observe, reference), Opener(settings or Settings.load(), connection, remote=remote) as opener:
        kit = opener.open(reference)
    version = kit.manifest.annotations.get(CLI_VERSION, "unknown")
    said = message_of(kit.manifest), facts_of(kit.manifest)
    return InspectResult(kit.reference, kit.descriptor.digest, version, kit.kitfile, _raw_manifest(kit), *said)


def _raw_manifest(kit: Kit) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(kit.manifest.raw)
    return parsed


def _select(described: Kitfile, path: str) -> str:
    """One node of the Kitfile, as YAML; text without quotes."""
    node: Any = json.loads(kitfile.to_json(described))
    for step in path.removeprefix(".").replace("[", ".").replace("]", "").split("."):
        if isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        elif isinstance(node, dict) and (found := {name.lower(): name for name in node}.get(step.lower())):
            node = node[found]
        else:
            names = (
                list(node)
                if isinstance(node, dict)
                else [str(index) for index in range(len(node))]
                if isinstance(node, list)
                else []
            )
            if not step:
                raise Usage(f"--filter {path!r}: expected names joined by dots, such as .model.name")
            raise NotFound(f"the Kitfile has no {path}", hint=f"its fields are: {',  '.join(names) or 'nothing'}")
    return kitfile.node_to_yaml(node)
