"""Files of a kit to look at without pulling it: its README, and any other that is text, a table or a picture."""

from __future__ import annotations

import base64
import csv
import io
import posixpath
from dataclasses import replace

from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.look.here import Here
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.operations.read_file import FileBytes, FileTooLarge, read_file
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.views.files import Listings, find_layer
from kitops_jupyter.server.views.layers import key_of
from kitops_jupyter.server.views.usable import usable_settings

TEXT_LIMIT_BYTES = 256 << 10
PICTURE_LIMIT_BYTES = 8 << 20
_LINES, _ROWS, _COLUMNS, _CELL = 5000, 200, 50, 200

_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}
_PICTURES |= {".webp": "image/webp"}
_STARTS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
_MARKDOWN = {".md", ".markdown"}
_TABLES = {".csv": ",;\t", ".tsv": "\t"}  # by what their cells may be separated

_READMES = ("readme.md", "readme.markdown", "readme.rst", "readme.txt", "readme")
_LIKELY = ("docs", "code", "model", "dataset")
_OWN, _TOP = -1, 0  # how deep a README is that is an entry of its own, and one at the top of the kit
# A compressed layer in a registry has to be read whole to be listed; so many layers are looked into for a README.
_LISTED_BYTES = 4 << 20
_LISTED = 6


def preview(asked: bodies.ReadFile) -> wire.FilePreview:
    """A file of a kit: the start of a text or a table, a picture of up to 8 MiB; of others only the size.

    At most 256 KiB and 5,000 lines of a text, 200 rows of a table.
    """
    with Opener(usable_settings(), remote=asked.remote) as opener:
        opened = opener.open(asked.reference)
        return _shown(opened, find_layer(opened, asked.key), asked.path)


def readme(asked: bodies.ShowKit, listings: Listings) -> wire.FilePreview:
    """The README nearest to the kit's top, where one is found with little traffic; else one without a path.

    That one `is_whole` if all of the kit was looked through.
    """
    settings = usable_settings()
    with Opener(settings, remote=asked.remote) as opener:
        opened = opener.open(asked.reference)
        found, is_whole = _find_readme(opened, listings, Here(settings))
        if found is None:
            return wire.FilePreview("", "", 0, "text", "", [], "", "", is_whole, True)
        return _shown(opened, *found)


def _find_readme(opened: Kit, listings: Listings, here: Here) -> tuple[tuple[Match, str] | None, bool]:
    """A README that is an entry of its own, else the one nearest to the top; and whether all layers were looked at."""
    best: tuple[tuple[int, int], Match, str] | None = None
    problem: KitError | None = None
    looked, is_whole = 0, True
    for match in sorted(opened.matches(), key=_likelihood):
        if best is not None and best[0][0] <= _TOP:
            break
        looked += not match.type.format.is_one_file
        if looked > _LISTED or not _is_listed(match, here):
            is_whole = False
            continue
        try:
            files = listings.files(opened, match)
        except Cancelled:
            raise
        except KitError as error:
            problem = problem or error
            continue
        for file in files:
            if _is_readme(file.path):
                depth = _OWN if file.path == match.entry.clean_path else file.path.count("/")
                rank = depth, _READMES.index(posixpath.basename(file.path).lower())
                if best is None or rank < best[0]:
                    best = rank, match, file.path
    if best is None and problem is not None:
        raise problem
    return best and (best[1], best[2]), is_whole


def _is_readme(path: str) -> bool:
    return posixpath.basename(path).lower() in _READMES


def _likelihood(match: Match) -> tuple[bool, int]:
    """Sorts the layers in which a README is likely before the others."""
    section = match.entry.section
    return not _is_readme(match.entry.clean_path), _LIKELY.index(section) if section in _LIKELY else len(_LIKELY)


def _is_listed(match: Match, here: Here) -> bool:
    """Whether a layer can be listed with little traffic."""
    is_plain = match.type.format.is_one_file or not match.type.compression
    return is_plain or here.has(match.layer) or match.layer.size_bytes <= _LISTED_BYTES


def _shown(opened: Kit, match: Match, path: str) -> wire.FilePreview:
    """What kind of file it is, by its bytes, and its text, its rows or its picture."""
    suffix, key = posixpath.splitext(path)[1].lower(), key_of(match.entry)
    media_type = _PICTURES.get(suffix, "")
    limit_bytes = PICTURE_LIMIT_BYTES if media_type else TEXT_LIMIT_BYTES
    try:
        found = read_file(opened, match, path, limit_bytes=limit_bytes, cut=not media_type)
    except FileTooLarge as large:
        return wire.FilePreview(key, path, large.size_bytes, "large", "", [], "", "", False, False)
    is_whole = len(found.data) == found.size_bytes
    shown = wire.FilePreview(key, path, found.size_bytes, "binary", "", [], "", "", is_whole, found.is_verified)
    if media_type:
        if not found.data.startswith(_STARTS[media_type]):
            return shown
        return replace(shown, kind="image", media_type=media_type, data=base64.b64encode(found.data).decode())
    text = _text_of(found)
    if text is None:
        return shown
    if suffix in _TABLES:
        rows, is_all = _rows_of(text, _TABLES[suffix], is_whole)
        return replace(shown, kind="table", rows=rows, is_whole=is_all)
    lines = text.split("\n", _LINES)
    is_all = is_whole and not any(lines[_LINES:])
    return replace(
        shown, kind="markdown" if suffix in _MARKDOWN else "text", text="\n".join(lines[:_LINES]), is_whole=is_all
    )


def _text_of(found: FileBytes) -> str | None:
    """The bytes as UTF-8, without a character that was cut in two; None if they are no text."""
    if b"\0" in found.data:
        return None
    try:
        return found.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        is_cut = len(found.data) < found.size_bytes and error.start > len(found.data) - 4
        return found.data[: error.start].decode("utf-8-sig") if is_cut else None


def _rows_of(text: str, delimiters: str, is_whole: bool) -> tuple[list[list[str]], bool]:
    """The first rows of a table, and whether they are all of it; the last line of a text that was cut is left out."""
    lines = list(io.StringIO(text, newline=""))
    delimiter = max(delimiters, key=lines[0].count) if lines else delimiters[0]
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines if is_whole or len(lines) == 1 else lines[:-1], delimiter=delimiter):
            if len(rows) == _ROWS:
                return rows, False
            is_whole = is_whole and len(row) <= _COLUMNS and all(len(cell) <= _CELL for cell in row)
            rows.append([cell[:_CELL] for cell in row[:_COLUMNS]])
    except csv.Error:  # a field beyond the limit of the parser
        return rows, False
    return rows, is_whole
