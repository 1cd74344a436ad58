"""Paths that a browser names: below the server's root, and nowhere else."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from kitops_jupyter.disk import typed_path
from kitops_jupyter.errors import NotFound, PathInvalid
from kitops_jupyter.reference import Reference


class Root:
    """The folder that the server shows. Hidden files and folders are not in it, unless the server shows those."""

    def __init__(self, folder: Path, *, allow_hidden: bool = False) -> None:
        self.folder = folder.resolve()
        self._allow_hidden = allow_hidden

    def path(self, text: str) -> Path:
        """Where a path of the panel's is; it need not exist. PathInvalid for one that leads out, also by links."""
        pure = PurePosixPath(text.lstrip("/") if text == "/" else text)
        parts = pure.parts
        if "\0" not in text and not text.startswith("~"):
            typed_path(self.folder / text)  # characters and lengths that no file name can have
        is_foreign = "\x00" in text or "\\" in text or pure.is_absolute() or bool(PureWindowsPath(text).drive)
        if is_foreign or ".." in parts:
            raise PathInvalid(f"{text[:200]!r} is not a path below the server's folder")
        return self.confined(self.folder.joinpath(*parts), text)

    def confined(self, path: Path, text: str) -> Path:
        """An absolute path that was made from `text`, if it is below the folder. Raises PathInvalid."""
        if not (path.is_relative_to(self.folder) and path.resolve().is_relative_to(self.folder)):
            raise PathInvalid(f"{text[:200]!r} is outside the server's folder")
        if not self._allow_hidden and any(part.startswith(".") for part in path.relative_to(self.folder).parts):
            raise PathInvalid(f"{text[:200]!r} is hidden, and this server does not show hidden files")
        return path

    def existing(self, text: str) -> Path:
        """The same for what must be there. Raises NotFound."""
        path = self.path(text)
        if not path.exists():
            raise NotFound(f"{text or '/'!r} does not exist")
        return path

    def shown(self, path: Path) -> str:
        """A path as the panel names it; as it is if it is elsewhere."""
        try:
            relative = path.resolve().relative_to(self.folder).as_posix()
        except ValueError:
            return str(path)
        return "" if relative == "." else relative


def folder_beside(directory: Path, reference: Reference) -> Path:
    """A new folder, named after the kit, in the one that was chosen."""
    name = reference.repository.rpartition("/")[2] + (f"-{reference.tag}" if reference.tag else "")
    candidate, number = directory / name, 1
    while candidate.exists():
        number += 1
        candidate = directory / f"{name}-{number}"
    return candidate
