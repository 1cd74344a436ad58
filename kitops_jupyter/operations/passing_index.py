"""A layer's file index, built while the layer passes by."""

from __future__ import annotations

from kitops_jupyter import file_index
from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import ContentError
from kitops_jupyter.manifest import raw_file
from kitops_jupyter.media_types import LayerType


class PassingIndex:
    """A byte sink that builds the layer's index; of a compressed layer it takes what comes out, and makes a listing.

    It never fails: `why_wrong` says what is wrong with the archive. `size_bytes` is how much will pass, None where
    that is not known. Memory is flat but for the names: see `file_index.IndexBuilder`.
    """

    def __init__(self, layer: Descriptor, *, size_bytes: int | None, tree: file_index.Tree = file_index.V2) -> None:
        kind = LayerType.parse(layer.media_type)
        reading = kind.format.reading
        self.is_listing = bool(kind.compression)
        self.is_tar = reading is not None
        self.builder = file_index.IndexBuilder(tree=tree)
        self.files: list[file_index.IndexedFile] = []
        self.passed_bytes = 0
        self.why_wrong = ""
        self.is_ended = False
        self._size_bytes = size_bytes
        self._tar = reading.passing(size_bytes=size_bytes) if reading else None
        if self._tar is None:
            self._add(_only_file(layer, size_bytes or 0))

    def _add(self, file: file_index.IndexedFile) -> None:
        if len(self.files) == file_index.FILES_LIMIT:
            self.why_wrong = f"the layer has more than {file_index.FILES_LIMIT} files"
            return
        self.files.append(file)
        if not self.is_listing:
            self.builder.add(file)

    def write(self, view: memoryview) -> None:
        """The next bytes of the layer."""
        self.passed_bytes += len(view)
        if self.why_wrong:
            return
        try:
            for member in self._tar.members_in(view) if self._tar else ():
                if not member.is_dir:
                    self._add(file_index.IndexedFile(member.name, member.size, member.mode, member.offset))
        except ContentError as problem:
            self.why_wrong = problem.message
            return
        if not self.is_listing:
            self.builder.write(view)

    def close(self) -> None:
        """The layer has ended."""
        self.is_ended = self._size_bytes in (None, self.passed_bytes)
        if self.is_ended and self._tar and not self.why_wrong:
            try:
                self._tar.finish()
            except ContentError as problem:
                self.why_wrong = problem.message

    def abort(self) -> None:
        """The layer did not pass as a whole: nothing is known of its index."""
        self.is_ended = False

    def build(self) -> file_index.BuiltIndex | None:
        """The index of a layer that passed as a whole; None where it did not, or cannot have one."""
        if not self.is_ended or self.why_wrong:
            return None
        if not self.is_listing:
            return self.builder.build()
        if not self.is_tar:
            return file_index.listing_only([self.files[0]._replace(size=self.passed_bytes)])
        return file_index.listing_only(self.files)


def _only_file(layer: Descriptor, size_bytes: int) -> file_index.IndexedFile:
    """The file that a raw layer is: its name and mode are the layer's annotations."""
    try:
        raw = raw_file(layer)
    except ContentError:
        return file_index.IndexedFile("raw", size_bytes, 0, 0)
    return file_index.IndexedFile(raw.path, size_bytes, raw.mode, 0)
