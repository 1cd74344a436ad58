"""Write a live variable below a folder, as a file that others can open, with its sidecar.

What a user put there is never replaced. What was written here before is, and a kill at any moment leaves it so.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from blake3 import blake3

from kitops_jupyter.capture.formats import Format, Saved, Saving, format_named, format_of, type_names
from kitops_jupyter.capture.formats.libraries import version_of
from kitops_jupyter.capture.replaced import Replaced
from kitops_jupyter.capture.sidecar import LIMIT_BYTES, KeptFile, Sidecar, check_name, parse_sidecar
from kitops_jupyter.disk import SIDECAR, read_bytes, replace, write_bytes
from kitops_jupyter.errors import Conflict, Usage, VariableRefused
from kitops_jupyter.progress import in_beats

FOLDERS = {"model": "models", "dataset": "datasets", "figure": "docs"}
_WORK = ".kit-"  # folders with unfinished files; those of killed processes go after an hour
_ABANDONED_AFTER_S = 3600.0
_STEPS_LIMIT = 10_000  # of one series of numbers in a sidecar


@dataclass(frozen=True, slots=True)
class Kept:
    """A variable as files. Paths are relative to the packed folder, with slashes; `is_new` if its bytes changed.

    `replaced` is the path of the file that it had in another format; "" if there was none.
    """

    path: str
    sidecar_path: str
    sidecar: Sidecar
    label: str
    is_new: bool
    notes: tuple[str, ...] = ()
    replaced: str = ""

    @property
    def size_bytes(self) -> int:
        """Bytes of its files."""
        return sum(file.size_bytes for file in self.sidecar.files)


def keep(
    root: Path,
    name: str,
    value: Any,
    kind: str,
    *,
    chosen: str = "",
    allow_pickle: bool = False,
    replacing: Callable[[Path], Replaced] = Replaced,
) -> Kept:
    """Write the value as `_keep` does, as a pickle if `allow_pickle` and no open format keeps it.

    `replacing` is asked with the folder before anything is written there: it makes what can put the old files back.
    Raises VariableRefused, Conflict, MissingDependency, OSError.
    """
    try:
        return _keep(root, name, value, kind, chosen, allow_pickle, replacing)
    except VariableRefused:
        if chosen or not allow_pickle:
            raise
        return _keep(root, name, value, kind, "pickle", allow_pickle, replacing)


def _keep(
    root: Path,
    name: str,
    value: Any,
    kind: str,
    chosen: str,
    allow_pickle: bool,
    replacing: Callable[[Path], Replaced],
) -> Kept:
    """Write the value below `root`, at `models/NAME`, `datasets/NAME` or `docs/NAME` with the format's suffix.

    A file that is equal to what is there keeps its stamps, so that packing does not read it again. `chosen` names the
    format, which the value otherwise decides. Raises VariableRefused, Conflict, MissingDependency, OSError.
    """
    check_name(name)
    found = _format_for(value, chosen)
    folder = root / FOLDERS["figure" if found.kind == "figure" else kind]
    _check_folder(folder)
    replaced = replacing(folder)
    folder.mkdir(parents=True, exist_ok=True)
    target, beside = folder / f"{name}{found.suffix}", folder / f"{name}{SIDECAR}"
    before = _owned(folder, name, target, beside)
    with _work_folder(folder) as work:
        new = work / target.name
        saved = found.save(value, new, Saving(name, allow_pickle))
        sidecar = _sidecar(name, value, kind, found, saved, files_at(new, work))
        is_new = list(before) != list(sidecar.files)
        tops = dict.fromkeys((*map(_top, before), target.name)) if is_new else ()
        replaced.hold((beside.name, *tops), partial(_is_written, folder, target, beside, sidecar))
        if is_new:
            if before:
                _write_sidecar(beside, dataclasses.replace(sidecar, replaces=before))
                _retire(folder, before, target, work)
            else:
                _write_sidecar(beside, sidecar)
            _move(new, target, work)
    _write_sidecar(beside, sidecar)
    where = folder.relative_to(root).as_posix()
    others = {_top(file) for file in before} - {target.name}
    return Kept(
        f"{where}/{target.name}",
        f"{where}/{beside.name}",
        sidecar,
        found.label,
        is_new,
        tuple(saved.notes),
        f"{where}/{others.pop()}" if others else "",
    )


def _format_for(value: Any, chosen: str) -> Format:
    if not chosen:
        return format_of(value)
    found = format_named(chosen)
    if found is None:
        raise Usage(f"there is no format {chosen[:40]!r}", hint="kit.formats.names() lists them")
    return found


def _sidecar(name: str, value: Any, kind: str, found: Format, saved: Saved, files: Sequence[KeptFile]) -> Sidecar:
    library = {"name": found.library, "version": version_of(found.library)} if found.library else {}
    needed = dict.fromkeys((found.library, *saved.requires) if found.library else saved.requires)
    versions = ((each, version_of(each)) for each in needed)
    return Sidecar(
        name=name,
        kind=found.kind if found.kind == "figure" else kind,
        format=found.name,
        python_type=type_names(value)[0],
        python=platform.python_version(),
        library=library,
        requires=[f"{each}=={version}" if version else each for each, version in versions],
        files=files,
        rows=saved.rows,
        columns=list(saved.schema),
        signature=saved.signature,
        metrics=saved.metrics,
        params=saved.params,
        history={name: list(steps)[-_STEPS_LIMIT:] for name, steps in saved.history.items()},
        types=list(saved.types),
        needs_trust=saved.needs_trust,
        restore=saved.restore,
    )


def _write_sidecar(path: Path, sidecar: Sidecar) -> None:
    data = sidecar.to_json()
    if len(data) > LIMIT_BYTES:
        raise VariableRefused(f"{sidecar.name}: what loading needs is larger than {LIMIT_BYTES} bytes")
    try:
        if read_bytes(path, LIMIT_BYTES, follow_links=False) == data:
            return  # an equal file keeps its stamps
    except (OSError, ValueError):
        pass
    write_bytes(path, data, mode=0o644)


def _check_folder(folder: Path) -> None:
    if os.path.lexists(folder) and not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise Conflict(
            f"{folder.name} exists and is not a folder", details=[str(folder)], hint="move it away, and pack again"
        )


def _owned(folder: Path, name: str, target: Path, beside: Path) -> Sequence[KeptFile]:
    """The files of this variable that an earlier pack wrote, as they still are. Raises Conflict for anything else."""
    if not os.path.lexists(target) and not os.path.lexists(beside):
        return ()
    try:
        old = parse_sidecar(read_bytes(beside, LIMIT_BYTES, follow_links=False), beside.name)
    except (OSError, VariableRefused):
        raise _conflict(target if os.path.lexists(target) else beside) from None
    before = format_named(old.format)
    tops = dict.fromkeys([target.name, f"{old.name}{before.suffix}" if before and old.name == name else target.name])
    found: list[KeptFile] = []
    for path in (folder / top for top in tops if os.path.lexists(folder / top)):
        there = files_at(path, folder)
        if not any(there == [file for file in known if _top(file) == path.name] for known in (old.files, old.replaces)):
            raise _conflict(path)
        found += there
    return found


def _is_written(folder: Path, target: Path, beside: Path, sidecar: Sidecar) -> bool:
    """Whether nobody changed the variable's files since they were written; some may not be there yet."""
    try:
        told = parse_sidecar(read_bytes(beside, LIMIT_BYTES, follow_links=False), beside.name)
        there = files_at(target, folder) if os.path.lexists(target) else []
        return there in ([], list(sidecar.files), list(told.replaces)) and list(told.files) == list(sidecar.files)
    except (OSError, VariableRefused):
        return False


def _conflict(path: Path) -> Conflict:
    return Conflict(
        f"{path.parent.name}/{path.name} is your own file and was not changed",
        details=[str(path)],
        hint="rename the file, or pack the variable under another name: NAME=VARIABLE",
    )


def _top(file: KeptFile) -> str:
    """The first part of the file's path."""
    return file.path.partition("/")[0]


def files_at(path: Path, folder: Path) -> list[KeptFile]:
    """The file, or every file below the folder `path`, relative to `folder`, hashed; links count as no file of ours."""
    if not path.is_dir() or path.is_symlink():
        return [_kept(path, folder)]
    found = (Path(where) / name for where, _, names in os.walk(path) for name in names)
    return sorted((_kept(file, folder) for file in in_beats(list(found))), key=lambda file: file.path)


def _kept(path: Path, folder: Path) -> KeptFile:
    relative = path.relative_to(folder).as_posix()
    known = os.lstat(path)
    if not stat.S_ISREG(known.st_mode):
        return KeptFile(relative, -1, "")
    hashing = blake3(max_threads=blake3.AUTO)
    hashing.update_mmap(path)
    return KeptFile(relative, known.st_size, hashing.hexdigest())


def _retire(folder: Path, before: Sequence[KeptFile], target: Path, work: Path) -> None:
    """Move what an earlier pack wrote out of the way, where the new file does not replace it in one step."""
    for at, top in enumerate(dict.fromkeys(_top(file) for file in before)):
        path = folder / top
        if os.path.lexists(path) and (path != target or path.is_dir()):
            path.rename(work / f"old-{at}")


def _move(new: Path, target: Path, work: Path) -> None:
    if new.is_dir():
        new.rename(target)
    else:
        replace(new, target)


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the variable's place, for files that are not whole yet."""
    for old in folder.glob(f"{_WORK}*"):
        if old.is_dir() and not old.is_symlink() and time.time() - old.lstat().st_mtime > _ABANDONED_AFTER_S:
            shutil.rmtree(old, ignore_errors=True)
    work = folder / f"{_WORK}{secrets.token_hex(8)}"
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
