"""Files of a kit by a part of their path, in all of its layers, for no more than their lists."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable
from itertools import accumulate

from kitops_jupyter.errors import Cancelled, KitError, Usage
from kitops_jupyter.filters import text_for_file
from kitops_jupyter.manifest import Match
from kitops_jupyter.operations.layer_reader import is_listed_for_little
from kitops_jupyter.operations.look.files import KitFile
from kitops_jupyter.operations.opening import Kit, Opener
from kitops_jupyter.progress import in_beats
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.views.files import Listings, sorted_rows
from kitops_jupyter.server.views.layers import key_of
from kitops_jupyter.server.views.usable import usable_settings

TEXT_LIMIT = 200
PAGE_LIMIT = 1000


def find_files(asked: bodies.FindFiles, listings: Listings) -> wire.FoundFiles:
    """The files that match, of every layer whose list is at hand or costs little; no layer is read for its list.

    Raises Usage, NotFound, RegistryError.
    """
    is_meant = matcher(asked.text)
    keys: dict[int, str] = {}
    sections: dict[str, str] = {}
    rows: list[wire.FileRow] = []
    listed: dict[str, list[KitFile]] = {}
    unlisted: list[wire.Unlisted] = []
    with Opener(usable_settings(), remote=asked.remote) as opener:
        opened = opener.open(asked.reference)
        for match in opened.matches():
            key, section = key_of(match.entry), match.entry.section
            sections[key] = section
            try:
                listed[key] = _listed(opened, match, listings)
            except Cancelled:
                raise
            except KitError as problem:
                unlisted.append(wire.Unlisted(key, problem.message))
                continue
            for file in in_beats(listed[key]):
                if is_meant(file.path):
                    row = _row(section, file)
                    keys[id(row)] = key
                    rows.append(row)
    shown = sorted_rows(rows, asked.sort)[asked.start : asked.start + max(1, min(asked.limit, PAGE_LIMIT))]
    items = [wire.FoundFile(keys[id(row)], row) for row in shown]
    folders = [folder for key in dict.fromkeys(item.key for item in items) for folder in _folders(key, items, listed)]
    made = [wire.FoundFile(key, _folder(sections[key], path, files, size)) for key, path, files, size in folders]
    return wire.FoundFiles(items, made, len(rows), sum(row.size_bytes for row in rows), unlisted)


def matcher(text: str) -> Callable[[str], bool]:
    """Whether a path has this text; of a pattern, whether it matches all of the path, or what follows a slash."""
    text = text.strip().strip("/").casefold()
    if not text:
        raise Usage("there is nothing to look for")
    if len(text) > TEXT_LIMIT:
        raise Usage(f"a text to look for has at most {TEXT_LIMIT} characters")
    if not any(sign in text for sign in "*?["):
        return lambda path: text in path.casefold()
    pattern = re.compile(f"(?s:(?:.*/)?){fnmatch.translate(text)}")
    return lambda path: pattern.match(path.casefold()) is not None


def _listed(opened: Kit, match: Match, listings: Listings) -> list[KitFile]:
    is_one_file = match.type.format.is_one_file
    if not (is_one_file or listings.has(match) or is_listed_for_little(opened.source, match)):
        raise Usage("it has no file index: open it to read its list")
    return listings.files(opened, match)


def _row(section: str, file: KitFile) -> wire.FileRow:
    name = file.path.rpartition("/")[2]
    return wire.FileRow(name, file.path, False, file.size_bytes, 1, text_for_file(section, file.path))


def _folder(section: str, path: str, files: int, size_bytes: int) -> wire.FileRow:
    name = path.rpartition("/")[2]
    return wire.FileRow(name, path, True, size_bytes, files, text_for_file(section, path))


def _folders(
    key: str, items: Iterable[wire.FoundFile], listed: dict[str, list[KitFile]]
) -> list[tuple[str, str, int, int]]:
    """The folders that these files of a layer are in, outer ones first, with all files of the layer below them."""
    wanted = {folder for item in items if item.key == key for folder in _above(item.file.path)}
    sums = dict.fromkeys(sorted(wanted), (0, 0))
    for file in in_beats(listed[key]):
        for folder in _above(file.path):
            if folder in sums:
                files, size_bytes = sums[folder]
                sums[folder] = files + 1, size_bytes + file.size_bytes
    return [(key, path, *counted) for path, counted in sums.items()]


def _above(path: str) -> Iterable[str]:
    return accumulate(path.split("/")[:-1], lambda folder, name: f"{folder}/{name}")
