"""The patch that a pack records if it is asked to: how tracked files differ from the commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kitops_jupyter import capture, ignore, kitfile
from kitops_jupyter.disk import is_notebook, read_bytes
from kitops_jupyter.errors import Cancelled, KitError, printable
from kitops_jupyter.kitfile import Docs, Kitfile
from kitops_jupyter.operations.pack.environment import FOLDER, check_place, is_ours
from kitops_jupyter.operations.pack.own_writes import OwnWrites
from kitops_jupyter.operations.pack.source import PackSource

PATH = f"{FOLDER}/{capture.PATCH}"
ENTRY = Docs(PATH, "How tracked files differ from the git commit")
_TOLD = 5  # files that a note names


def with_patch(source: PackSource, writes: OwnWrites, *, asked: bool, write: bool) -> PackSource:
    """The source with the patch as a file and an entry of this kit's Kitfile; without one where nothing differs.

    Nothing of this ever fails a pack. Raises Cancelled.
    """
    try:
        return _with_patch(source, writes, write=write) if asked else _with_note(source)
    except Cancelled:
        raise
    except (KitError, OSError) as problem:
        reason = problem.message if isinstance(problem, KitError) else str(problem.strerror or problem)
        return replace(source, warnings=(*source.warnings, f"the patch was not recorded: {reason}"))


def _with_note(source: PackSource) -> PackSource:
    if not _has_ours(source.root) or not _is_covered(source.kitfile):
        return source
    return replace(source, notes=(*source.notes, f"{PATH} is the patch of an earlier pack; --patch makes it anew"))


def _with_patch(source: PackSource, writes: OwnWrites, *, write: bool) -> PackSource:
    path = source.root / PATH
    patterns = ignore.read_patterns(source.root)
    if ignore.Rules(patterns, [PATH]).matches(PATH):
        raise KitError(f"{ignore.IGNORE_FILE} leaves {PATH} out")
    check_place(path.parent, path)
    patch = capture.read_patch(source.root, _leaving_out(patterns))
    if patch is None or not patch.text:
        told = _told_left_out(patch.left_out) if patch else ["there is nothing for a patch: no tracked file differs"]
        return replace(_without(source, writes) if write else source, notes=(*source.notes, *told))
    if not write:
        return replace(source, notes=(*source.notes, f"{PATH} will contain what differs from the commit: {patch.told}"))
    writes.make_folder(path.parent)
    if not path.exists() or read_bytes(path) != patch.text.encode():  # an equal file keeps its stamps: nothing to read
        writes.write(path, patch.text)
    docs = source.kitfile.docs
    entry = () if _is_covered(source.kitfile) else (ENTRY,)
    told = [f"{PATH} contains what differs from the commit, {patch.told}: look at it before you push"]
    if patch.redacted:
        told.append(f"what may be a secret is *** in the patch of {_named(patch.redacted)}")
    return replace(
        source,
        kitfile=replace(source.kitfile, docs=(*docs, *entry)),
        notes=(*source.notes, *told, *_told_left_out(patch.left_out)),
        has_patch=True,
    )


def _without(source: PackSource, writes: OwnWrites) -> PackSource:
    """The source without the patch of an earlier pack; its folder stays where the Kitfile has it."""
    path = source.root / PATH
    if not _has_ours(source.root):
        return source
    writes.remove(path)
    kept = tuple(entry for entry in source.kitfile.docs if entry.path != PATH)
    source = replace(source, kitfile=replace(source.kitfile, docs=kept))
    if not _is_covered(source.kitfile):
        with suppress(OSError):  # other files are in it
            path.parent.rmdir()
    return source


def _leaving_out(patterns: Sequence[str]) -> Callable[[str], str]:
    """Why a file's differences stay out."""
    from kitops_jupyter.discover import names_secret

    rules = ignore.Rules(patterns, [])

    def reason(name: str) -> str:
        if names_secret(name):
            return "may contain a secret"
        if is_notebook(name):
            return "is a notebook"
        is_kitfile = name in kitfile.NAMES or name == ignore.IGNORE_FILE  # in no layer, but no secret
        return f"is left out by {ignore.IGNORE_FILE}" if rules.matches(name) and not is_kitfile else ""

    return reason


def _told_left_out(left_out: Sequence[tuple[str, str]]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for name, reason in left_out:
        reasons.setdefault(reason, []).append(name)
    return [f"not in the patch: {_named(names)} ({reason})" for reason, names in reasons.items()]


def _named(names: Sequence[str]) -> str:
    more = len(names) - _TOLD
    return ", ".join(map(printable, names[:_TOLD])) + (f" and {more} more" if more > 0 else "")


def _has_ours(root: Path) -> bool:
    try:
        return is_ours(root / PATH)
    except OSError:
        return False


def _is_covered(described: Kitfile) -> bool:
    """Whether an entry takes the patch."""
    return any(ignore.is_within(PATH, entry.clean_path) for entry in described.entries() if entry.has_layer)
