"""Links that may be followed: where they may lead, and what keeps them from leading round in a circle."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from kitops_jupyter.disk.reading import kind_of
from kitops_jupyter.errors import PathInvalid

FOLLOWED_LIMIT = 100_000  # folders that link to each other can multiply: 40 of them name more files than there are


class LinkTarget(NamedTuple):
    """What a link leads to: its path, on which no part is a link, and what the system says of it."""

    path: str
    there: os.stat_result


class Links:
    """Follows links below one folder: into the folder itself, and into folders that `allow` was given.

    With `within`, none is followed out of that folder, whoever named it.
    """

    def __init__(self, root: str | os.PathLike[str], *, within: Path | None = None) -> None:
        self.root = os.path.realpath(root)
        self._within = Path(os.path.realpath(within)) if within else None
        self._bases: list[Path] = []
        self._followed = 0
        self.allow(self.root)

    def allow(self, folder: str) -> None:
        """Let links lead into this folder, too: a person named it. No part of its path is a link.

        A snapshot of a Hugging Face cache is links to the folder `blobs` beside `snapshots`: that belongs to it.
        """
        base = Path(folder)
        blobs = base.parent.parent / "blobs"
        self._bases += [base, *([blobs] if base.parent.name == "snapshots" and blobs.is_dir() else [])]

    def target(self, path: str, opened: Iterable[str] = ()) -> LinkTarget:
        """What the link at `path` leads to, a file or a folder; `opened` are the folders that are walked just now.

        Raises PathInvalid, whose message goes on after the link's name: a broken link, one that leads outside, in a
        circle, or to a pipe or device.
        """
        self._followed += 1
        if self._followed > FOLLOWED_LIMIT:
            raise PathInvalid(f"is one of more than {FOLLOWED_LIMIT:,} links: they point to each other")
        found = self.named(path)
        place = Path(found.path)
        if not any(place.is_relative_to(base) for base in self._bases):
            raise PathInvalid(f"is a link to {found.path}, which is outside the folder")
        if stat.S_ISDIR(found.there.st_mode) and any(Path(folder).is_relative_to(place) for folder in opened):
            raise PathInvalid(f"is a link to {found.path}, which contains it: a cycle")
        return found

    def named(self, path: str) -> LinkTarget:
        """The same for a link that a person named: it may lead anywhere, if not `within` says where."""
        try:
            real = os.path.realpath(path, strict=True)
            there = os.stat(real)  # noqa: PTH116 (a walk's paths are texts)
        except FileNotFoundError:
            raise PathInvalid("is a broken link") from None
        except OSError as problem:
            raise PathInvalid(f"is a link that cannot be followed: {problem.strerror}") from None
        if self._within and not Path(real).is_relative_to(self._within):
            raise PathInvalid(f"is a link that points outside {self._within}")
        if not stat.S_ISDIR(there.st_mode) and (kind := kind_of(there.st_mode)):
            raise PathInvalid(f"is a link to {real}, and {kind}")
        return LinkTarget(real, there)
