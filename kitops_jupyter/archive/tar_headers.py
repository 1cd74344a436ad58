"""A tar's headers where its bodies are elsewhere: of one file that is read alone, and of a tar that passes by."""

from __future__ import annotations

from collections.abc import Iterator

from kitops_jupyter.archive.member_names import NameRules, shown
from kitops_jupyter.archive.tar_header import BLOCK, padding
from kitops_jupyter.archive.tar_parser import Limits, TarMember, TarParser
from kitops_jupyter.errors import ArchiveInvalid


def header_of(
    data: bytes, position: int, *, rules: NameRules | None = None, size_bytes: int | None = None
) -> tuple[TarMember, list[TarMember]]:
    """The file whose header ends `data`, and the folders before it; `data` begins at a member's boundary of the tar.

    So it is known that no other file, and no extended header for another one, lies between the member before and the
    file's bytes. Raises ArchiveInvalid, UnsafeArchive: for any other member, too.
    """
    parser = TarParser(rules=rules or NameRules(), limits=Limits(), size_bytes=size_bytes)
    folders: list[TarMember] = []
    at = 0
    while at < len(data):
        if wanted := parser.wants_bytes:
            if len(data) - at < wanted:
                break
            parser.metadata(data[at : at + wanted])
            at += wanted + padding(wanted)
            continue
        if len(data) - at < BLOCK:
            break
        member = parser.header(data[at : at + BLOCK], position + at)
        at += BLOCK
        if member is not None and member.is_dir:
            folders.append(member)
        elif member is not None and at == len(data):
            return member, folders
        elif member is not None:
            raise ArchiveInvalid(f"at byte {position + at - BLOCK}: the archive has {shown(member.name)} here")
    raise ArchiveInvalid(f"at byte {position + len(data)}: no file begins here")


class PassingTar:
    """The files and folders of a tar that comes in pieces of any size; bodies are not kept."""

    def __init__(self, *, rules: NameRules | None = None, size_bytes: int | None = None) -> None:
        self._parser = TarParser(rules=rules or NameRules(), limits=Limits(), size_bytes=size_bytes)
        self._position = 0
        self._skip_left = 0
        self._held = b""

    def members_in(self, view: memoryview) -> Iterator[TarMember]:
        """Those whose headers end in these bytes, the tar's next ones; to be exhausted before the next call.

        Raises ArchiveInvalid, UnsafeArchive.
        """
        at = 0
        while at < len(view):
            if self._skip_left:
                count = min(self._skip_left, len(view) - at)
                self._skip_left -= count
            elif self._parser.is_ended:
                if view[at:].tobytes().strip(b"\x00"):
                    raise ArchiveInvalid("there is data after the end of the archive")
                count = len(view) - at
            else:
                wanted = self._parser.wants_bytes
                whole = wanted + padding(wanted) if wanted else BLOCK
                count = min(whole - len(self._held), len(view) - at)
                data = self._held + bytes(view[at : at + count])
                self._held = data if len(data) < whole else b""
                if len(data) == whole:
                    member = self._take(data, wanted, self._position + at + count)
                    if member is not None:
                        self._skip_left = member.size + padding(member.size)
                        yield member
            at += count
        self._position += len(view)

    def _take(self, data: bytes, wanted: int, end: int) -> TarMember | None:
        if wanted:
            self._parser.metadata(data[:wanted])
            return None
        return self._parser.header(data, end - BLOCK)

    def finish(self) -> None:
        """The tar has ended. Raises ArchiveInvalid when it must not."""
        if self._skip_left or self._held:
            raise ArchiveInvalid(f"the archive is truncated after {self._position} bytes")
        self._parser.finish(self._position)
