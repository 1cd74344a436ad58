"""A tar into files, in one pass, while it is read and hashed; nothing outside, nothing by halves.

What comes out is not verified yet when it is written: give it a staging folder on the target's file system, and move
the files when size and digest are right.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from kitops_jupyter.archive.member_names import NameRules, shown
from kitops_jupyter.archive.new_tree import NewTree
from kitops_jupyter.archive.shared_tree import SharedTree
from kitops_jupyter.archive.tar_header import BLOCK, padding
from kitops_jupyter.archive.tar_parser import Limits, TarMember, TarParser
from kitops_jupyter.errors import ArchiveInvalid, Cancelled, UnsafeArchive
from kitops_jupyter.pipeline import OutputFile, disk_error
from kitops_jupyter.pipeline.buffers import ALIGNMENT
from kitops_jupyter.pipeline.output_file import DIRECT_FROM_BYTES
from kitops_jupyter.progress import beat


class Extracted(NamedTuple):
    """A file that was made: its name below the staging folder, permission bits as archived, and size."""

    name: str
    mode: int
    size: int


class Untar:
    """A ByteSink that makes an archive's files and folders below `staging`, which exists and is ours alone.

    In a SharedTree that several layers share, a name that two want is noted there, and raised by it when all is read.

    `rename` gives a member another name, for kits whose names are relative to the layer's path; the result is checked
    like any other, and "" drops it. `size_bytes`, the tar's length where it is known, finds lying
    sizes early. Folders get their modes in `close`, or with `set_modes=False` by the SharedTree, once all the archives
    are there. An archive that must be refused raises UnsafeArchive or
    ArchiveInvalid, a full disk StorageFull; then `abort` removes whatever was made. `files` is what is there.
    """

    def __init__(
        self,
        staging: Path | SharedTree,
        *,
        rename: Callable[[str], str] | None = None,
        size_bytes: int | None = None,
        limits: Limits | None = None,
        rules: NameRules | None = None,
        set_modes: bool = True,
    ) -> None:
        self.files: list[Extracted] = []
        self.phase_bytes = 0
        self._rename = rename
        self._shared = staging if isinstance(staging, SharedTree) else SharedTree(staging, rules=rules)
        self._notes_clashes = isinstance(staging, SharedTree)
        self._rules = self._shared.rules
        self._parser = TarParser(rules=self._rules, limits=limits or Limits(), size_bytes=size_bytes)
        self._tree = self._shared.new()
        self._set_modes = set_modes
        self._folders_seen: set[str] = set()
        self._position = 0
        self._held = bytearray()
        self._body_left = 0
        self._skip_left = 0
        self._file: OutputFile | None = None
        self._is_stopped = False

    @property
    def folders(self) -> dict[str, int]:
        """The folders that were made, outermost first, and the modes that they should have."""
        return dict(self._tree.folders)

    def write(self, view: memoryview) -> None:
        """The archive's next bytes. Raises UnsafeArchive, ArchiveInvalid, StorageFull."""
        at = 0
        while at < len(view):
            if self._body_left:
                count = self._write_body(view[at : at + self._body_left])
            elif self._skip_left:
                count = min(self._skip_left, len(view) - at)
                self._skip_left -= count
            elif self._parser.is_ended:
                count = self._check_trailing(view[at:])
            else:
                count = self._read_header(view, at)
            at += count
            self._position += count

    def close(self) -> None:
        """The archive has ended. Raises ArchiveInvalid when it has not, StorageFull."""
        if self._body_left or self._skip_left or self._held:
            raise ArchiveInvalid(f"the archive is truncated after {self._position} bytes")
        self._parser.finish(self._position)
        if self._set_modes:
            self._tree.set_modes()
        self._tree.close()

    @property
    def tree(self) -> NewTree:
        """What was made: with `set_modes=False`, `SharedTree.set_modes` wants it once all the archives are there."""
        return self._tree

    def abort(self) -> None:
        """Remove every file and folder that was made."""
        if self._file is not None:
            self._file.close()
        self._tree.remove()
        self.files.clear()

    def stop(self) -> None:
        """Let a write under way end soon, with Cancelled."""
        self._is_stopped = True

    def _read_header(self, view: memoryview, at: int) -> int:
        """Take a header block or an extended header's body, which may come in pieces; returns the bytes used."""
        wanted = self._parser.wants_bytes
        whole = wanted + padding(wanted) if wanted else BLOCK
        count = min(whole - len(self._held), len(view) - at)
        if count == whole:
            data = bytes(view[at : at + count])
        else:
            self._held += view[at : at + count]
            if len(self._held) < whole:
                return count
            data = bytes(self._held)
            self._held.clear()
        if wanted:
            self._parser.metadata(data[:wanted])
            return count
        member = self._parser.header(data, self._position + count - BLOCK)
        if member is None:
            return count
        beat()
        if self._is_stopped:
            raise Cancelled("unpacking was stopped")
        return count + self._begin(member, view[at + count :])

    def _begin(self, member: TarMember, rest: memoryview) -> int:
        """Make the member, with its body if that is all here; returns how many bytes of the rest were used."""
        whole = member.size + padding(member.size)
        try:
            made = self._make(member)
        except UnsafeArchive as problem:
            if not self._notes_clashes:
                raise
            self._shared.note(problem)
            made = None
        if made is None:
            self._skip_left = whole
            return 0
        descriptor, name = made
        self.files.append(Extracted(name, member.mode & 0o777, member.size))
        if whole <= len(rest):
            self._write_whole(descriptor, name, rest[: member.size])
            return whole
        self._file = OutputFile(descriptor, self._tree.path_of(name), member.size)
        self._body_left = member.size
        if member.size >= DIRECT_FROM_BYTES:
            self.phase_bytes = -member.offset % ALIGNMENT
        return 0

    def _make(self, member: TarMember) -> tuple[int, str] | None:
        """The new file to write, and its name; None for a folder, and for what is not wanted."""
        name = self._place(member)
        if not name:
            return None
        if member.is_dir:
            self._tree.new_folder(name, member.mode)
            return None
        return self._tree.new_file(name, member.mode), name

    def _place(self, member: TarMember) -> str:
        """Where the member goes; "" for nowhere. Raises UnsafeArchive for a name that clashes."""
        name = self._renamed(member.name) if member.name else ""
        if not name:
            return ""
        self._shared.check_spelling(name)
        if member.is_dir:
            if name in self._folders_seen:
                raise UnsafeArchive(f"member {shown(name)}: the folder appears twice")
            self._folders_seen.add(name)
        return name

    def _renamed(self, name: str) -> str:
        if self._rename is None:
            return name
        renamed = self._rename(name)
        return self._rules.clean(renamed) if renamed else ""

    def _write_whole(self, descriptor: int, name: str, body: memoryview) -> None:
        """A file in one write: most files of most kits."""
        try:
            try:
                while len(body):
                    body = body[os.write(descriptor, body) :]
            finally:
                os.close(descriptor)
        except OSError as error:
            raise disk_error(error, self._tree.path_of(name)) from error

    def _write_body(self, view: memoryview) -> int:
        assert self._file is not None
        self._file.write(view)
        self._body_left -= len(view)
        if not self._body_left:
            self._file.finish()
            self._skip_left = padding(self._file.written_bytes)
            self._file = None
        return len(view)

    def _check_trailing(self, view: memoryview) -> int:
        """Zeros may follow the end, as tars are padded to whole records."""
        if view.tobytes().strip(b"\x00"):
            raise ArchiveInvalid(f"there is data after the end of the archive at byte {self._position}")
        return len(view)
