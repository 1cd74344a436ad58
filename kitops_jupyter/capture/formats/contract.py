"""What a format is: it writes values of one library as open files, and reads such files without running their code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, runtime_checkable

from kitops_jupyter.errors import VariableRefused

Kind = Literal["model", "dataset", "figure"]
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a format reports of a value that it wrote; every field is JSON.

    `restore` is what `load` needs beside the file: checked there, for it comes back from strangers. `types` are the
    types inside, for people to see; no decision rests on them. `requires` are distributions that loading needs.
    `schema` has a `{"name", "type"}` for each column or tensor, `signature` is in MLflow's shape. `metrics` and
    `params` are what the value itself knows of its training. `history` has, by name, the numbers of each step.
    `needs_trust` marks a file that runs code when it is loaded.
    """

    restore: Facts = field(default_factory=dict)
    requires: Sequence[str] = ()
    rows: int | None = None
    schema: Sequence[Mapping[str, str]] = ()
    signature: Facts = field(default_factory=dict)
    types: Sequence[str] = ()
    metrics: Facts = field(default_factory=dict)
    params: Facts = field(default_factory=dict)
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    needs_trust: bool = False


@dataclass(frozen=True, slots=True)
class Saving:
    """How a value is saved: its variable's `name`, for messages, and whether files that run code are allowed."""

    name: str
    allow_pickle: bool = False

    def refuse(self, value: Any, inside: str, why: str, hint: str) -> VariableRefused:
        """The refusal of a value at the path `inside` the variable: `["opt"][3]`, `.steps[0]`, or "" for all of it."""
        kind = type(value)
        return VariableRefused(f"{self.name}{inside} ({kind.__module__}.{kind.__qualname__}): {why}", hint=hint)


@dataclass(frozen=True, slots=True)
class Loading:
    """How a value is loaded.

    `columns` are the only ones wanted of a table. `into` is an object that takes the weights, or the class to build.
    `trust_types` are names of types outside our own lists that the user allows, `trust_code` allows a file that runs
    code.
    """

    name: str
    columns: tuple[str, ...] | None = None
    into: Any = None
    trust_types: frozenset[str] = frozenset()
    trust_code: bool = False


class Format(Protocol):
    """One way to keep values of one library.

    `name` is unique, and stands in the sidecar. `suffix` ends the file's name; "" is a folder. `library` is the
    distribution whose version is recorded, "" for the standard library. `extra` is what installs it. `label` is what
    the Kitfile says of a model's `framework`, or of the form of data.
    """

    name: str
    kind: Kind
    suffix: str
    library: str
    extra: str
    label: str

    def takes(self, value: Any) -> bool:
        """Whether this format keeps the value. Asked only when the value's library is imported."""

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        """Write the value at `path`, which does not exist, whole; the same value gives the same bytes.

        Nothing is changed in silence: what does not come back equal is refused, by its path inside the value.
        Raises VariableRefused, MissingDependency, OSError.
        """

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        """The value of a file whose bytes are verified, and may be hostile nevertheless: no code of it runs.

        Raises VariableRefused, TrustNeeded, MissingDependency.
        """


@runtime_checkable
class ReadsParts(Protocol):
    """A format whose `load` reads only some parts of the file where only some columns are wanted."""

    def parts(self, file: BinaryIO, restore: Facts, loading: Loading) -> Sequence[tuple[int, int]] | None:
        """The parts, as (start, end), that `load` reads with the same arguments; None where it may read all.

        `file` fetches what is read of it. Raises what `load` raises.
        """
