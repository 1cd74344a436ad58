"""Live variables of a pack: written as files below the folder, with entries in the Kitfile that say what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kitops_jupyter.capture.log import NAMES, Logged, Write, keep_log
from kitops_jupyter.capture.numbers import plain
from kitops_jupyter.disk import clean_path
from kitops_jupyter.errors import Usage
from kitops_jupyter.ignore import is_within
from kitops_jupyter.kitfile import Code, Dataset, Docs, Kitfile, Model, ModelPart, with_paths
from kitops_jupyter.operations.pack.own_writes import OwnWrites
from kitops_jupyter.pipeline import disk_error
from kitops_jupyter.progress import Event, Observer
from kitops_jupyter.sizes import counted

if TYPE_CHECKING:
    from kitops_jupyter.capture.keeping import Kept

_COLUMNS_SHOWN = 200  # in the Kitfile; the sidecar has them all


@dataclass(frozen=True, slots=True)
class PackedVariable:
    """A variable that was packed: its file's path in the kit, and what it holds; `is_new` if its bytes changed."""

    name: str
    kind: str
    python_type: str
    path: str
    size_bytes: int
    rows: int | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Variables:
    """What is packed out of memory: values by name, and numbers about them. `formats` are chosen ones, by name."""

    models: Mapping[str, Any] = field(default_factory=dict)
    datasets: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    allow_pickle: bool = False

    def __post_init__(self) -> None:
        names = [name.casefold() for name in (*self.models, *self.datasets)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise Usage(f"the variable {twice[0]} is given twice", hint="NAME=VARIABLE gives one of them another name")

    @property
    def is_empty(self) -> bool:
        """Whether nothing comes out of memory."""
        return not (self.models or self.datasets or self.metrics or self.params)

    def told(self) -> list[str]:
        """What a dry run says of them, which writes no file."""
        names = [*self.models, *self.datasets]
        return [f"the variable {name} would be packed: a dry run does not write its file" for name in names]

    def keep(self, root: Path, writes: OwnWrites, observe: Observer) -> KeptVariables:
        """Write the files below `root`, so that `writes` can undo it.

        Raises VariableRefused, Conflict, MissingDependency, StorageFull.
        """
        from kitops_jupyter.capture.keeping import keep  # needed by few packs

        metrics, params = plain(self.metrics, "metric"), plain(self.params, "param")
        kept = []
        for kind, values in (("model", self.models), ("dataset", self.datasets)):
            for name, value in values.items():
                observe(Event("started", f"variable {name}"))
                chosen = self.formats.get(name, "")
                try:
                    one = keep(
                        root,
                        name,
                        value,
                        kind,
                        chosen=chosen,
                        allow_pickle=self.allow_pickle,
                        replacing=writes.replacing,
                    )
                except OSError as problem:
                    raise disk_error(problem, root) from problem
                observe(Event("finished", f"variable {name}", one.size_bytes, one.size_bytes))
                kept.append(one)
        return KeptVariables(tuple(kept), metrics, params)


@dataclass(frozen=True, slots=True)
class KeptVariables:
    """The variables as files, and the numbers as JSON; `log_files` are paths with a description each."""

    kept: tuple[Kept, ...] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    log_files: Mapping[str, str] = field(default_factory=dict)

    def with_log(self, root: Path, log: Logged, write: Write) -> KeptVariables:
        """With what was logged written below `root` by `write`. Raises Conflict, and what `write` raises."""
        if log.is_empty:
            return self
        keep_log(root, log, self.metrics, self.params, write)
        return replace(self, log_files=NAMES)

    @property
    def shown(self) -> tuple[PackedVariable, ...]:
        """For people."""
        return tuple(
            PackedVariable(
                one.sidecar.name,
                one.sidecar.kind,
                one.sidecar.python_type,
                one.path,
                one.size_bytes,
                one.sidecar.rows,
                one.is_new,
            )
            for one in self.kept
        )

    @property
    def moved(self) -> dict[str, str]:
        """Paths of files that are now in another format, old to new."""
        return {one.replaced: one.path for one in self.kept if one.replaced}

    @property
    def notes(self) -> list[str]:
        """What a format said."""
        return [f"{one.sidecar.name}: {note}" for one in self.kept for note in one.notes]

    def with_entries(self, kitfile: Kitfile) -> Kitfile:
        """The Kitfile with an entry for each file of a variable; the entry of a file in an older format moves."""
        kitfile = with_paths(kitfile, self.moved)
        for one in self.kept:
            kitfile = _with_entry(_in_one_layer(kitfile, one), one)
            if not _is_covered(kitfile, one.sidecar_path):
                kitfile = _with_sidecar(kitfile, one)
        new = (Docs(path, about) for path, about in self.log_files.items() if not _is_covered(kitfile, path))
        return replace(kitfile, docs=(*kitfile.docs, *new))

    def with_facts(self, kitfile: Kitfile) -> Kitfile:
        """The Kitfile with what is known of the variables, in `parameters`: numbers of this pack replace older ones."""
        by_path = {one.path: one for one in self.kept}
        datasets = tuple(_described(dataset, by_path.get(clean_path(dataset.path))) for dataset in kitfile.datasets)
        return replace(kitfile, datasets=datasets, model=self._described_model(kitfile, by_path))

    def _described_model(self, kitfile: Kitfile, by_path: Mapping[str, Kept]) -> Model | None:
        model = kitfile.model
        one = by_path.get(clean_path(model.path)) if model and model.path else None
        metrics = {**(plain(one.sidecar.metrics, "metric") if one else {}), **self.metrics}
        params = {**(plain(one.sidecar.params, "param") if one else {}), **self.params}
        facts: dict[str, Any] = _facts(one) if one else {}
        facts |= {"metrics": metrics} if metrics else {}
        facts |= {"params": params} if params else {}
        if not facts:
            return model
        model = model or Model(name=kitfile.package.name)
        if one:
            model = replace(model, framework=model.framework or one.label, format=model.format or one.sidecar.format)
        return replace(model, parameters=_merged(model.parameters, facts))


def logged_notes(log: Logged) -> list[str]:
    """What to report of the log that a pack takes along."""
    if log.is_empty:
        return []
    counts = f"{counted(len(log.metrics), 'metric')} and {counted(len(log.params), 'parameter')}"
    told = [f"{counts} that were logged go along; --no-log leaves them out"]
    return [*told, log.replaced] if log.replaced else told


def _facts(one: Kept) -> dict[str, Any]:
    """What the Kitfile says of a variable, in a few lines; the sidecar beside the file has all of it."""
    sidecar = one.sidecar
    told: dict[str, Any] = {"python_type": sidecar.python_type}
    if sidecar.library.get("version"):
        told["library"] = f"{sidecar.library['name']} {sidecar.library['version']}"
    if sidecar.rows is not None:
        told["rows"] = sidecar.rows
    if named := [dict(column) for column in sidecar.columns[:_COLUMNS_SHOWN] if column.get("name")]:
        told["schema"] = named
    if sidecar.signature:
        told["signature"] = plain(sidecar.signature, "signature")
    return told


def _merged(old: Any, facts: Mapping[str, Any]) -> Any:
    """Parameters that somebody wrote as a list or a text stay; then the facts have no place."""
    return {**(old or {}), **facts} if old is None or isinstance(old, Mapping) else old


def _described(dataset: Dataset, one: Kept | None) -> Dataset:
    return replace(dataset, parameters=_merged(dataset.parameters, _facts(one))) if one else dataset


def _in_one_layer(kitfile: Kitfile, one: Kept) -> Kitfile:
    """The Kitfile without entries for single files of a variable that is a folder, which a proposal may have."""
    if not any("/" in file.path for file in one.sidecar.files):
        return kitfile

    def is_other(entry: Any) -> bool:
        return clean_path(entry.path) == one.path or not is_within(clean_path(entry.path), one.path)

    model = kitfile.model
    if model:
        path = model.path if not model.path or is_other(model) else ""
        model = replace(model, path=path, parts=tuple(filter(is_other, model.parts)))
    code = tuple(each for each in kitfile.code if is_other(each) and clean_path(each.path) != one.path)
    return replace(
        kitfile,
        model=model if model and (model.path or model.parts or one.sidecar.kind == "model") else None,
        code=code,
        datasets=tuple(filter(is_other, kitfile.datasets)),
        docs=tuple(filter(is_other, kitfile.docs)),
    )


def _with_entry(kitfile: Kitfile, one: Kept) -> Kitfile:
    name, path, kind = one.sidecar.name, one.path, one.sidecar.kind
    if path in {clean_path(entry.path) for entry in kitfile.entries() if entry.has_layer}:
        return kitfile
    if kind == "figure":
        return replace(kitfile, docs=(*kitfile.docs, Docs(path, f"The figure {name}")))
    if kind == "dataset":
        return replace(kitfile, datasets=(*kitfile.datasets, Dataset(name=_free(kitfile, name), path=path)))
    model = kitfile.model
    if model is None or not model.path:
        return replace(kitfile, model=replace(model or Model(), name=(model and model.name) or name, path=path))
    return replace(kitfile, model=replace(model, parts=(*model.parts, ModelPart(name=name, path=path))))


def _with_sidecar(kitfile: Kitfile, one: Kept) -> Kitfile:
    """In the section of its variable, so that a filter by type brings both."""
    path = one.sidecar_path
    if one.sidecar.kind == "dataset":
        name = _free(kitfile, f"{one.sidecar.name}.kit")
        return replace(kitfile, datasets=(*kitfile.datasets, Dataset(name=name, path=path)))
    if one.sidecar.kind == "model" and kitfile.model:
        part = ModelPart(name=f"{one.sidecar.name}.kit", path=path)
        return replace(kitfile, model=replace(kitfile.model, parts=(*kitfile.model.parts, part)))
    return replace(kitfile, code=(*kitfile.code, Code(path, f"What kit load needs for {one.sidecar.name}")))


def _is_covered(kitfile: Kitfile, path: str) -> bool:
    return any(is_within(path, clean_path(entry.path)) for entry in kitfile.entries() if entry.has_layer)


def _free(kitfile: Kitfile, name: str) -> str:
    taken = {dataset.name for dataset in kitfile.datasets}
    names: Sequence[str] = [name, f"datasets-{name}", *(f"{name}-{number}" for number in range(2, 1000))]
    return next((each for each in names if each not in taken), "")
