"""`kit load`: variables of a kit back in memory, each verified before a library sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from kitops_jupyter.capture.formats import Loading
from kitops_jupyter.capture.restoring import differing_version, parts_to_restore, restore
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Usage
from kitops_jupyter.operations.load.files import VerifiedFiles
from kitops_jupyter.operations.load.finding import FoundVariable, find_variables
from kitops_jupyter.operations.opening import Opener
from kitops_jupyter.progress import Event, Observer, ignore, observed
from kitops_jupyter.reference import Reference
from kitops_jupyter.result import Result
from kitops_jupyter.session import kit_came_in
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class LoadedVariable:
    """What is known of one variable; `python_type` is what its sidecar says, which anybody may have written."""

    name: str
    kind: str
    python_type: str
    format: str
    rows: int | None
    path: str
    needs_trust: bool


@dataclass(frozen=True, slots=True)
class LoadResult(Result, Mapping[str, Any]):
    """The variables of a kit: `result["clf"]` is the object itself. `objects` is empty after a mere listing."""

    reference: Reference
    digest: Digest
    variables: tuple[LoadedVariable, ...]
    objects: Mapping[str, Any] = field(default_factory=dict, repr=False)
    warnings: tuple[str, ...] = ()
    elapsed_s: float = 0.0

    def __getitem__(self, name: str) -> Any:
        return self.objects[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def __bool__(self) -> bool:
        return True


def load(
    reference: str,
    *names: str,
    columns: Sequence[str] | None = None,
    into: Any = None,
    trust_types: Sequence[str] = (),
    trust: bool = False,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> Any:
    """The variables of a kit: the object itself for one name, else a mapping of all that are named, or of all.

    As `load_variables`, which says what each argument means and what is raised.
    """
    result = load_variables(
        reference,
        names,
        columns=columns,
        into=into,
        trust_types=trust_types,
        trust=trust,
        remote=remote,
        connection=connection,
        settings=settings,
        observe=observe,
    )
    return result[names[0]] if len(names) == 1 else result


def load_variables(
    reference: str,
    names: Sequence[str] = (),
    *,
    columns: Sequence[str] | None = None,
    into: Any = None,
    trust_types: Sequence[str] = (),
    trust: bool = False,
    listing: bool = False,
    before: Callable[[Sequence[str]], None] | None = None,
    remote: bool = False,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> LoadResult:
    """Bring variables back into memory, out of the local store or straight out of a registry.

    Only the layers of these variables travel, and only their files where the kit's index allows it; every byte is
    verified before a library reads it. No code of the kit runs, and types outside our lists are refused, unless
    `trust_types` names them; `trust` allows files that run code when they are loaded. `columns` are the only ones
    wanted of a table. `into` takes weights: a module, or the class to build. `listing` loads nothing, and says what
    there is. `before` is called with the names before anything is fetched.
    Raises NotFound, VariableRefused, TrustNeeded, MissingDependency, Usage, DigestMismatch, RegistryError, Cancelled.
    """
    started = time.monotonic()
    settings = settings or Settings.load()
    if (columns is not None or into is not None) and len(names) != 1:
        raise Usage("columns and into are for one variable", hint=f"kit load {reference} NAME")
    with observed(observe, reference), Opener(settings, connection, remote=remote) as opener:
        kit = opener.open(reference)
        files = VerifiedFiles(kit, remote, connection, settings, observe)
        found = find_variables(files, names)
        if before:
            before([variable.name for variable in found])
        objects: dict[str, Any] = {}
        for variable in found if not listing else ():
            observe(Event("started", f"variable {variable.name}"))
            wanted = None if columns is None else tuple(columns)
            loading = Loading(variable.name, wanted, into, frozenset(trust_types), trust)
            parts_of = partial(parts_to_restore, sidecar=variable.sidecar, loading=loading) if wanted else None
            with files.at(variable.path, parts_of) as path:
                objects[variable.name] = restore(path, variable.sidecar, loading)
            observe(Event("finished", f"variable {variable.name}"))
    if not listing:
        kit_came_in(kit.reference, kit.descriptor.digest, "loaded")
    return LoadResult(
        kit.reference,
        kit.descriptor.digest,
        tuple(_told(variable) for variable in found),
        objects,
        tuple(said for variable in found if (said := differing_version(variable.sidecar)) and not listing),
        time.monotonic() - started,
    )


def _told(variable: FoundVariable) -> LoadedVariable:
    sidecar = variable.sidecar
    return LoadedVariable(
        variable.name,
        sidecar.kind,
        sidecar.python_type,
        sidecar.format,
        sidecar.rows,
        variable.path,
        sidecar.needs_trust,
    )
