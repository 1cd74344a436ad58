"""How the tracked files of a folder differ from its commit, as a patch without files that may be secret.

Its bytes follow from the files and the commit alone, whatever the configuration says. No program runs that the
repository names.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter.capture.environment import FOLDER, MARK
from kitops_jupyter.capture.git_program import Git, filters_off, head_of
from kitops_jupyter.errors import KitError, printable
from kitops_jupyter.redaction import HIDDEN, PRIVATE_KEY, without_secrets

PATCH = "changes.patch"
LIMIT_BYTES = 256 << 10  # of the differences; a patch is for people to read
READ_LIMIT_BYTES = 16 << 20  # of what git prints
WITHIN_S = 20.0
NAMED_LIMIT = 200  # files that were left out, each with a line in the patch

_SETTINGS = (
    *("core.quotePath=false", "diff.noprefix=false", "diff.mnemonicPrefix=false", "diff.suppressBlankEmpty=false"),
    "diff.indentHeuristic=true",
)
_OPTIONS = (
    *("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--relative", "--ignore-submodules=all"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--full-index", "--unified=3", "--inter-hunk-context=0"),
    *("--diff-algorithm=myers", "-O/dev/null"),
)
_WHERE = ("HEAD", "--", ".", f":(exclude,literal){FOLDER}/{PATCH}")  # a patch that is tracked does not have itself
_SECTION = b"\ndiff --git "
_UNMERGED = b"* Unmerged path "
_LINK = re.compile(r"^(?:(?:new file|deleted file|old|new) mode|index \w+\.\.\w+) 1[26]0000$", re.MULTILINE)
_LINE_LIMIT = 5000  # characters
_HUNK = re.compile(r"(@@ -[0-9,]+ \+[0-9,]+ @@).*")


@dataclass(frozen=True, slots=True)
class Patch:
    """The differences from `commit`: `text` is what `git apply` takes, "" if all is left out.

    `left_out` has the name of each file that differs and is not in it, with the reason; `redacted` those in which a new
    line has `***` for a secret.
    """

    commit: str
    text: str
    files: int
    left_out: tuple[tuple[str, str], ...]
    redacted: tuple[str, ...]

    @property
    def told(self) -> str:
        """For people: `2 files`."""
        return f"{self.files} file{'' if self.files == 1 else 's'}"


def read_patch(folder: Path, leaves_out: Callable[[str], str]) -> Patch | None:
    """The patch of what differs below `folder`; None without git or a commit, and where nothing differs.

    `leaves_out` says of a file's path below the folder why it stays out, or "". Raises KitError where git cannot tell
    within WITHIN_S what differs, Cancelled.
    """
    head = head_of(folder)
    if head is None:
        return None
    off = filters_off(head.git.config())
    prefix = head.git.ask("rev-parse", "--show-prefix")
    if off is None or prefix is None:
        raise KitError("git did not say how the folder is set up")
    drawn = _Drawn(leaves_out)
    try:
        with closing(_sections(head.git, off)) as sections:
            for section in sections:
                drawn.add(section)
    except TimeoutError as problem:
        raise KitError(f"git did not say within {WITHIN_S:.0f} s what differs from the commit") from problem
    except OSError as problem:
        raise KitError("git could not say what differs from the commit") from problem
    if not drawn.texts and not drawn.left_out:
        return None
    if off:
        raise KitError("only a filter of the repository's own could tell what differs, and none is run")
    about = _head(head.commit, prefix.decode("utf-8", "replace").rstrip("\n"), drawn)
    text = about + "".join(drawn.texts) if drawn.texts else ""
    return Patch(head.commit, text, len(drawn.texts), tuple(drawn.left_out), tuple(drawn.redacted))


class _Drawn:
    """The patch as it grows."""

    def __init__(self, leaves_out: Callable[[str], str]) -> None:
        self.texts: list[str] = []
        self.left_out: list[tuple[str, str]] = []
        self.redacted: list[str] = []
        self._leaves_out = leaves_out
        self._left_bytes = LIMIT_BYTES

    def add(self, section: _Section) -> None:
        """Take the differences of one file, or note why not."""
        text, is_redacted, reason = section.text, False, self._leaves_out(section.name) or section.reason
        if not reason:
            reason = "is too large" if len(text.encode()) > self._left_bytes else _unfit(text)
        if not reason:
            text, is_redacted = _safe(text)
            reason = "" if text else "may have a secret in a line of the commit"
        if reason:
            self.left_out.append((section.name, reason))
            return
        self.texts.append(text)
        self.redacted += [section.name] if is_redacted else []
        self._left_bytes -= len(text.encode())


def _unfit(text: str) -> str:
    """Why differences cannot be looked through for secrets line by line, or ""."""
    if PRIVATE_KEY in text:
        return "has a private key"
    return "has very long lines" if any(len(line) > _LINE_LIMIT for line in text.split("\n")) else ""


def _safe(text: str) -> tuple[str, bool]:
    """The differences without secrets in new lines, and whether there were any; "" if an old line has one.

    With another old line the patch would not apply. What git adds behind `@@` is a line of the file, too, and goes.
    """
    head, *lines = text.split("\n@@ ", 1)
    if not lines:
        return text, False
    shown, is_redacted = [head], False
    for line in f"@@ {lines[0]}".split("\n"):
        safe = _HUNK.sub(r"\1", line) if line.startswith("@@") else line[:1] + without_secrets(line[1:])
        if safe != line and not line.startswith(("@@", "+")):
            return "", False
        is_redacted = is_redacted or (safe != line and line.startswith("+"))
        shown.append(safe)
    return "\n".join(shown), is_redacted


def _head(commit: str, prefix: str, drawn: _Drawn) -> str:
    where = f" --directory={shlex.quote(prefix.rstrip('/'))}" if prefix else ""
    lines = [
        f"{MARK}: how files that git tracks differ from commit {commit}.",
        f"git apply{where} {PATCH}   makes them in a checkout of that commit",
        *(f"{name}: a new line has {HIDDEN} for what may be a secret" for name in drawn.redacted[:NAMED_LIMIT]),
        *(f"{name} is not in it: {reason}" for name, reason in drawn.left_out[:NAMED_LIMIT]),
    ]
    more = len(drawn.left_out) - NAMED_LIMIT
    lines += [f"{more} more files are not in it"] if more > 0 else []
    return "".join(f"{line if line.startswith('#') else f'# {line}'}\n" for line in map(printable, lines)) + "\n"


@dataclass(frozen=True, slots=True)
class _Section:
    """What git prints of one file; `reason` says why it cannot be in a patch."""

    name: str
    text: str = ""
    reason: str = ""


def _sections(git: Git, off: Sequence[str]) -> Generator[_Section, None, None]:
    """The differences, file by file; of what is behind READ_LIMIT_BYTES only the names."""
    quiet, words = (*_SETTINGS, *off), ("diff", *_OPTIONS)
    listed = b"".join(git.stream(*words, "--name-status", "-z", *_WHERE, quiet=quiet, within_s=WITHIN_S)).split(b"\0")
    left = dict.fromkeys(os.fsdecode(name) for name in listed[1::2])  # the states are between them
    if not left:
        return
    with closing(git.stream(*words, *_WHERE, quiet=quiet, within_s=WITHIN_S)) as stream:
        for section in filter(None, map(_section, _pieces(stream))):
            left.pop(section.name, None)
            yield section
    yield from (_Section(name, reason="has an odd name" if _is_odd(name) else "is too large") for name in left)


def _pieces(stream: Generator[bytes, None, None]) -> Iterator[bytes]:
    """What git prints, cut before each file; of one that is far too large a start, which is longer than LIMIT_BYTES."""
    kept, read = b"\n", 0
    for data in stream:
        read += len(data)
        *whole, kept = (kept + data).split(_SECTION)
        yield from filter(_is_section, whole)
        if read > READ_LIMIT_BYTES:
            return
        if len(kept) > 2 * LIMIT_BYTES:  # the end stays: the next file's mark may be cut in two
            kept = kept[: LIMIT_BYTES + 1024] + kept[-len(_SECTION) :]
    yield from filter(_is_section, [kept])


def _is_odd(name: str) -> bool:
    """Whether git writes the name with escapes, or it would steer a terminal."""
    return printable(name) != name or '"' in name or "\\" in name


def _is_section(piece: bytes) -> bool:
    """Not the lines about conflicts that stand before the first file."""
    return piece.startswith((b"a/", b'"a/'))


def _section(data: bytes) -> _Section | None:
    """One file of the diff, without the words "diff --git" before it; None if its name is odd."""
    lines = [line for line in data.split(b"\n") if not line.startswith(_UNMERGED)]
    while lines and not lines[-1]:
        lines.pop()
    head = lines[0]
    name = os.fsdecode(head[2 : (len(head) - 1) // 2])  # a/NAME b/NAME
    if not head.startswith(b"a/") or _is_odd(name):
        return None
    is_whole = len(data) <= LIMIT_BYTES
    try:
        text = b"\n".join([*lines, b""]).decode("utf-8")
    except UnicodeDecodeError:
        return _Section(name, reason="is not text in UTF-8" if is_whole else "is too large")
    about = text.partition("\n@@ ")[0]
    if _LINK.search(about):
        return _Section(name, reason="is a link")
    if "\nBinary files " in about:
        return _Section(name, reason="is binary")
    return _Section(name, f"diff --git {text}")
