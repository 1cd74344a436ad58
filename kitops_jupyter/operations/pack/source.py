"""Where a pack takes its Kitfile from: text, a file, the folder, or a proposal."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kitops_jupyter import kitfile
from kitops_jupyter.disk import clean_path, kind_of, read_bytes, typed_path, why
from kitops_jupyter.errors import Cancelled, KitError, KitfileMissing, NotFound, PathInvalid
from kitops_jupyter.kitfile import Kitfile
from kitops_jupyter.lines import command
from kitops_jupyter.operations.pack.environment import Recording
from kitops_jupyter.operations.pack.own_writes import OwnWrites
from kitops_jupyter.operations.pack.variables import KeptVariables
from kitops_jupyter.operations.write_file import write_text

if TYPE_CHECKING:
    from kitops_jupyter.discover import Proposal


@dataclass(frozen=True, slots=True)
class PackSource:
    """The Kitfile of a pack, and the folder that its paths are relative to."""

    root: Path
    kitfile: Kitfile
    path: Path | None
    proposed: bool = False
    left_out: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    on_disk: Kitfile | None = None
    has_patch: bool = False

    def with_variables(self, kept: KeptVariables, writes: OwnWrites) -> PackSource:
        """With entries for variables that became files, and what is known of them.

        Numbers of this pack are in the kit's Kitfile alone: in a file they would go into a later kit of another model.
        """
        entries = kept.with_entries(self.kitfile)
        before = {entry.path for entry in self.kitfile.entries()}
        if not self.proposed and kept.moved and self.path:
            before |= set(self._move(kept.moved, writes))
        new = [entry.path for entry in entries.entries() if entry.path not in before]
        told = [f"the Kitfile on disk has no entry for {', '.join(new)}; this kit has"] if new else []
        notes = self.notes if self.proposed else (*self.notes, *told)
        return replace(self, kitfile=kept.with_facts(entries), on_disk=entries, notes=notes)

    def _move(self, moved: Mapping[str, str], writes: OwnWrites) -> list[str]:
        """Give the Kitfile on disk the new paths of files that are gone; those that it has now."""
        assert self.path is not None
        text = kitfile.text_with_paths(read_bytes(self.path).decode("utf-8", "replace"), moved)
        if text is None:
            return []
        writes.write(self.path, text)
        return list(moved.values())

    def write_proposal(self) -> list[str]:
        """Write a proposed Kitfile once its kit is there: a pack that fails or is cancelled leaves none behind.

        A file that came there meanwhile stays. What to warn of: a folder that cannot be written does not fail a pack.
        """
        if not self.proposed or self.path is None or kitfile.find(self.root) is not None:
            return []
        try:
            write_text(self.path, kitfile.to_yaml(self.on_disk or self.kitfile))
        except Cancelled:
            raise
        except KitError as problem:
            return [f"the proposed Kitfile could not be written: {problem.message}"]
        return []


def root_of(directory: Path) -> Path:
    """The folder to pack. Raises NotFound, before anything is written into it."""
    root = typed_path(directory).absolute()
    if not root.is_dir():
        problem = "is not a folder" if root.exists() else "does not exist"
        raise NotFound(f"{directory} {problem}", hint="kit pack FOLDER takes the folder that holds the Kitfile")
    return root


def read_source(
    directory: Path,
    *,
    file: str | Path | None,
    text: str | None,
    propose: bool,
    notebook: Path | None,
    leave_out: Path | None,
    recording: Recording,
    follow_links: bool,
    write: bool,
) -> PackSource:
    """Find and read the Kitfile; propose one only where none is and `propose` says so.

    A proposal has no entry for the file `leave_out`. With `write`, `recording` has the environment's files made.
    Raises NotFound, KitfileMissing, KitfileInvalid, PathInvalid.
    """
    root = root_of(directory)
    if text is None and file is None and kitfile.find(root) is None:
        _refuse_odd_kitfile(root)
        return _propose(root, directory, propose, notebook, leave_out, recording, follow_links, write)
    source = _written(root, file, text)
    recorded = recording.beside(root, source.kitfile, write=write)
    return replace(
        source,
        kitfile=recorded.kitfile,
        warnings=(*source.warnings, *recorded.warnings),
        notes=recorded.notes,
    )


def check_source(directory: Path, file: str | Path | None, text: str | None, propose: bool) -> Path:
    """The folder to pack; judges its Kitfile before anything is written. Raises as `read_source`."""
    root = root_of(directory)
    if text is not None or file is not None or kitfile.find(root) is not None:
        _written(root, file, text)
    elif not propose:
        _refuse_odd_kitfile(root)
        raise _missing(directory)
    return root


def _missing(directory: Path) -> KitfileMissing:
    first, both = command("init", str(directory)), command("pack", str(directory), "--init")
    return KitfileMissing(
        f"no Kitfile in {directory} (looked for Kitfile, kitfile, .kitfile)",
        hint=f"{first} proposes one, {both} proposes and packs",
    )


def _refuse_odd_kitfile(root: Path) -> None:
    """Raise PathInvalid if something that is not a file has the Kitfile's name: nothing is proposed in its place."""
    for path in (root / name for name in kitfile.NAMES):
        if os.path.lexists(path):
            is_there = path.exists()
            kind = kind_of(path.stat().st_mode) if is_there else "it is a broken link"
            raise PathInvalid(
                f"the Kitfile {path} cannot be read: {kind}", hint="move it away, or name another with -f"
            )


def _written(root: Path, file: str | Path | None, text: str | None) -> PackSource:
    """The Kitfile that somebody wrote."""
    if text is not None:
        return _read(root, text, None, "the Kitfile given as text")
    path = typed_path(file) if file is not None else kitfile.find(root)
    assert path is not None, "a folder without a Kitfile gets a proposal"
    if not path.is_absolute():
        path = path.absolute()
    try:
        return _read(root, read_bytes(path), path, str(path))
    except (FileNotFoundError, NotADirectoryError):
        raise KitfileMissing(f"no Kitfile at {path}", hint="kit init . proposes one") from None
    except OSError as problem:
        raise PathInvalid(
            f"the Kitfile {path} cannot be read: {why(problem)}", hint="-f - reads from a pipe"
        ) from problem


def _read(root: Path, data: str | bytes, path: Path | None, name: str) -> PackSource:
    read = kitfile.read(data, name=name)
    return PackSource(root, read, path, warnings=tuple(str(finding) for finding in kitfile.warnings(read)))


def _propose(
    root: Path,
    directory: Path,
    propose: bool,
    notebook: Path | None,
    leave_out: Path | None,
    recording: Recording,
    follow_links: bool,
    write: bool,
) -> PackSource:
    if not propose:
        raise _missing(directory)
    from kitops_jupyter import discover  # needed by few packs

    recorded = recording.before_proposal(root, write=write)
    proposal = discover.propose(root, notebook=notebook, follow_links=follow_links, narrow=None)
    proposed, left_out = _without(root, proposal.kitfile, leave_out)
    if proposal.links and not any(entry.has_layer for entry in proposed.entries()):
        raise PathInvalid(
            f"{directory} has only links: links are not packed, so the kit is empty",
            details=[f"left out {name}: {reason}" for name, reason in proposal.left_out],
            hint=f"{command('pack', str(directory), '--follow-links')} packs what they point to",
        )
    return PackSource(
        root,
        proposed,
        root / "Kitfile",
        proposed=True,
        left_out=(*proposal.left_out, *left_out),
        warnings=(*recorded.warnings, *_told_links(proposal.links)),
        notes=(*recorded.notes, *_told_narrow(proposal, directory)),
    )


def _told_narrow(proposal: Proposal, directory: Path) -> list[str]:
    """A note that only the notebook and what it reads are proposed, why, and how to propose the whole folder."""
    if not proposal.is_narrow:
        return []
    shown = ", ".join(proposal.projects[:3]) + (", ..." if len(proposal.projects) > 3 else "")
    why_narrow = f"holds other projects ({shown})" if shown else "is a home folder or the root of a file system"
    told = f"only the notebook and what its code names are packed, because {directory} {why_narrow}"
    return [f"{told}: {command('init', str(directory))} proposes everything in it"]


def _told_links(links: Sequence[str]) -> list[str]:
    """A warning about links that the proposal leaves out."""
    if not links:
        return []
    count = f"{len(links)} links are" if len(links) > 1 else "a link is"
    return [f"{count} left out; --follow-links packs what {'they point' if len(links) > 1 else 'it points'} to"]


def _without(root: Path, proposed: kitfile.Kitfile, file: Path | None) -> tuple[kitfile.Kitfile, list[tuple[str, str]]]:
    """The proposal without the entry of this file, if it has one of its own."""
    if file is None or not file.is_relative_to(root):
        return proposed, []
    name = file.relative_to(root).as_posix()
    kept = tuple(code for code in proposed.code if clean_path(code.path) != name)
    if len(kept) == len(proposed.code):
        return proposed, []
    return replace(proposed, code=kept), [(name, "--no-notebook")]
