"""What a pack records of the session: the environment's files beside the others, and the notebook that they ran in."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path

from kitops_jupyter import capture
from kitops_jupyter.disk import read_bytes, read_start
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.kitfile import Code, Kitfile
from kitops_jupyter.operations.pack.own_writes import OwnWrites

FOLDER = capture.FOLDER
ENTRY = Code(FOLDER, "The notebook's Python environment")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The Kitfile with what was recorded in it, and what to report about it."""

    kitfile: Kitfile
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """Whether the environment is recorded. `wanted`: yes, no, or None, which leaves a written Kitfile as it is.

    None records where a Kitfile is proposed, and refreshes files of an earlier recording that the Kitfile packs. A kit
    whose Kitfile somebody wrote then has kit's own digest, byte for byte. Nothing of this ever fails a pack.
    """

    wanted: bool | None = False
    python: str | Path | None = None
    writes: OwnWrites = field(default_factory=OwnWrites)

    def before_proposal(self, root: Path, *, write: bool) -> Recorded:
        """Make the files, so that the proposal finds them."""
        if self.wanted is False:
            return Recorded(Kitfile())
        if not write:
            return Recorded(Kitfile(), notes=(f"{FOLDER}/ will contain the environment; --no-env leaves it out",))
        return self._record(root, Kitfile(), "--no-env leaves it out")

    def beside(self, root: Path, kitfile: Kitfile, *, write: bool) -> Recorded:
        """Make the files beside a Kitfile that somebody wrote; asked for, they get an entry if they have none."""
        covered = _is_covered(kitfile)
        if self.wanted is False or (self.wanted is None and not (covered and _was_recorded(root))):
            return Recorded(kitfile)
        if not write:
            return Recorded(kitfile, notes=(f"{FOLDER}/ will contain the environment",))
        recorded = self._record(root, kitfile, "" if covered else f"the Kitfile on disk has no entry {FOLDER} for it")
        if covered or recorded.warnings:
            return recorded
        return replace(recorded, kitfile=replace(kitfile, code=(*kitfile.code, ENTRY)))

    def _record(self, root: Path, kitfile: Kitfile, more: str) -> Recorded:
        try:
            environment = record_environment(root, self.writes, python=self.python)
        except Cancelled:
            raise
        except (KitError, OSError) as problem:
            reason = problem.message if isinstance(problem, KitError) else str(problem.strerror)
            return Recorded(kitfile, warnings=(f"the environment was not recorded: {reason}",))
        note = f"{FOLDER}/ contains the environment: {environment.summary}"
        return Recorded(kitfile, notes=(f"{note}; {more}" if more else note,))


def record_environment(root: Path, writes: OwnWrites, *, python: str | Path | None = None) -> capture.Environment:
    """Write the environment's files into the folder `environment` below `root`, those that differ.

    A file that is not ours, and a folder that is a link, is left as it is. Raises KitError, StorageFull.
    """
    environment = capture.read_environment(python)
    folder = root / FOLDER
    texts = environment.files()
    for name in texts:
        check_place(folder, folder / name)
    writes.make_folder(folder)
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or read_bytes(path) != text.encode():  # an equal file keeps its stamps: nothing to read
            writes.write(path, text)
    return environment


def check_place(folder: Path, path: Path) -> None:
    """Raise KitError if the folder is none, or if the file is there and is not ours to replace."""
    if os.path.lexists(folder) and not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise KitError(f"{folder.name} exists and is not a folder")
    if os.path.lexists(path) and not is_ours(path):
        raise KitError(f"{folder.name}/{path.name} is your own file and was not changed")


def is_ours(path: Path) -> bool:
    """Whether a pack wrote the file. Raises OSError."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        return False
    return capture.is_ours(read_start(path, 200).decode("utf-8", "replace").splitlines()[:1])


def _was_recorded(root: Path) -> bool:
    """Whether an earlier pack made these files."""
    try:
        return is_ours(root / FOLDER / capture.REQUIREMENTS)
    except OSError:
        return False


def _is_covered(kitfile: Kitfile) -> bool:
    """Whether an entry takes the folder's files."""
    paths = [entry.clean_path for entry in kitfile.entries() if entry.has_layer]
    return any(path in (".", FOLDER) for path in paths)
