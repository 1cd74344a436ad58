"""What a job does: a request of the panel made into a call of an operation. Nothing here knows HTTP."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kitops_jupyter import targets
from kitops_jupyter.errors import Usage
from kitops_jupyter.manifest import checked_message
from kitops_jupyter.progress import Observer
from kitops_jupyter.reference import Reference
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.jobs import Task
from kitops_jupyter.server.lines import CONFLICT_WORDS, PanelPath, folder_words, line, message_words, pull_words
from kitops_jupyter.server.paths import Root
from kitops_jupyter.server.views.usable import usable_settings

if TYPE_CHECKING:
    from kitops_jupyter.operations.transfer.copy import CopyResult
    from kitops_jupyter.operations.transfer.results import TransferResult

Run: TypeAlias = Callable[[Observer], wire.JobResult]


class Tasks:
    """Makes tasks for one server's folder."""

    def __init__(self, root: Root) -> None:
        self._root = root

    def make(self, asked: bodies.JobRequest) -> Task:
        """The task behind a request. Raises Usage, PathInvalid, NotFound, InvalidReference."""
        match asked:
            case bodies.Pull():
                return self._pull(asked)
            case bodies.Unpack():
                return self._unpack(asked)
            case bodies.Push():
                return self._push(asked)
            case bodies.Copy():
                return self._copy(asked)
            case bodies.Pack():
                return self._pack(asked)
            case bodies.IndexFiles():
                Reference.parse(asked.reference)
                words = ["index-files", asked.reference, *(["--remote"] if asked.remote else [])]
                title = f"Index the files of {asked.reference}"
                return Task("index", title, asked.reference, line(*words), asked, partial(_index, asked))

    def _pull(self, asked: bodies.Pull) -> Task:
        Reference.parse(asked.reference)
        words = pull_words("pull", asked.reference, asked.filters, asked.include_remote)
        run: Run
        if asked.directory is None:
            if asked.filters or asked.include_remote:
                raise Usage("parts of a kit and remote data can be pulled into a folder, but not into the store")
            run = partial(_pull_into_store, asked)
        else:
            words += [*folder_words(asked.directory), *CONFLICT_WORDS[asked.on_conflict]]
            run = partial(_into_folder, asked, self._root.path(asked.directory), self._root)
        return Task("pull", f"Pull {asked.reference}", asked.reference, line(*words), asked, run)

    def _unpack(self, asked: bodies.Unpack) -> Task:
        Reference.parse(asked.reference)
        words = pull_words("unpack", asked.reference, asked.filters, asked.include_remote)
        words += [*folder_words(asked.directory), *CONFLICT_WORDS[asked.on_conflict]]
        run = partial(_into_folder, asked, self._root.path(asked.directory), self._root)
        return Task("unpack", f"Unpack {asked.reference}", asked.reference, line(*words), asked, run)

    def _push(self, asked: bodies.Push) -> Task:
        Reference.parse(asked.reference)
        words = ["push", asked.reference, *([asked.destination] if asked.destination else [])]
        title = f"Push {asked.destination or asked.reference}"
        return Task("push", title, asked.reference, line(*words), asked, partial(_push, asked))

    def _copy(self, asked: bodies.Copy) -> Task:
        self._check_copy(asked)
        words = ["copy", asked.source, asked.destination]
        title = f"Copy {asked.source} to {asked.destination}"
        run = partial(_copy, asked, self._root.folder)
        return Task("copy", title, asked.source, line(*words), asked, run)

    def _pack(self, asked: bodies.Pack) -> Task:
        directory = self._root.existing(asked.directory)
        notebook = self._root.existing(asked.notebook) if asked.notebook else None
        if not Reference.parse(asked.reference).tag:
            raise Usage("packing needs a name and a tag", hint="NAME:TAG")
        words = ["pack", PanelPath(asked.directory), "-t", asked.reference]
        words += message_words(checked_message(asked.message))
        words += ["--notebook", PanelPath(asked.notebook)] if asked.notebook else []
        words += ["--add-notebook"] if asked.add_notebook else []
        words += ["--env"] if asked.record_environment else []
        words += ["--follow-links"] if asked.follow_links else []
        words += ["--compression", asked.compression] if asked.compression not in ("", "none") else []
        title = f"{'Snapshot' if notebook else 'Pack'} {asked.reference}"
        run = partial(_pack, asked, directory, notebook, self._root.folder)
        return Task("pack", title, asked.reference, line(*words), asked, run)

    def _check_copy(self, asked: bodies.Copy) -> None:
        """Layouts and tars lie below the server's folder: judged as the copy itself will read the names."""
        from kitops_jupyter.operations.transfer.sides import parse_side

        for side in (asked.source, asked.destination):
            place = parse_side(side, usable_settings(), self._root.folder)
            if place.path is not None:
                self._root.confined(place.path, side)


def _pull_into_store(asked: bodies.Pull, observe: Observer) -> wire.JobResult:
    from kitops_jupyter.operations.transfer.pull import pull

    done = pull(asked.reference, settings=usable_settings(), observe=observe)
    return _transferred(done)


def _transferred(done: TransferResult | CopyResult) -> wire.JobResult:
    return wire.JobResult(done.digest, 0, 0, done.moved_bytes, done.skipped_bytes, "", str(done))


def _into_folder(asked: bodies.Pull | bodies.Unpack, directory: Path, root: Root, observe: Observer) -> wire.JobResult:
    from kitops_jupyter.operations.unpack.unpack import unpack

    settings = usable_settings()
    done = unpack(
        asked.reference,
        directory,
        filters=asked.filters,
        include_remote=asked.include_remote,
        overwrite=asked.on_conflict == "overwrite",
        ignore_existing=asked.on_conflict == "keep",
        remote=asked.kind == "pull" and targets.names_registry(Reference.parse(asked.reference), settings),
        settings=settings,
        observe=observe,
    )
    shown = root.shown(done.directory)
    text = str(replace(done, directory=Path(shown)))
    return wire.JobResult(done.digest, done.file_count, done.size_bytes, 0, 0, shown, text)


def _push(asked: bodies.Push, observe: Observer) -> wire.JobResult:
    from kitops_jupyter.operations.transfer.push import push

    done = push(asked.reference, asked.destination or None, settings=usable_settings(), observe=observe)
    return _transferred(done)


def _copy(asked: bodies.Copy, folder: Path, observe: Observer) -> wire.JobResult:
    from kitops_jupyter.operations.transfer.copy import copy

    done = copy(asked.source, asked.destination, directory=folder, settings=usable_settings(), observe=observe)
    return _transferred(done)


def _index(asked: bodies.IndexFiles, observe: Observer) -> wire.JobResult:
    from kitops_jupyter.operations.index_files import index_files

    done = index_files(asked.reference, remote=asked.remote, settings=usable_settings(), observe=observe)
    made = [layer for layer in done.layers if layer.status == "indexed"]
    files, size_bytes = sum(layer.file_count for layer in made), sum(layer.index_bytes for layer in made)
    return wire.JobResult(done.digest, files, size_bytes, done.read_bytes, 0, "", str(done))


def _pack(
    asked: bodies.Pack, directory: Path, notebook: Path | None, folder: Path, observe: Observer
) -> wire.JobResult:
    from kitops_jupyter.capture import find_kernel_python
    from kitops_jupyter.operations.pack.pack import pack

    settings = usable_settings()
    done = pack(
        directory,
        text=asked.kitfile or None,
        tag=asked.reference,
        message=asked.message,
        compression=asked.compression or "none",
        propose=True,
        notebook=notebook,
        add_notebook=asked.add_notebook,
        record_environment=asked.record_environment or (None if asked.kitfile else False),
        python=(find_kernel_python(notebook) if notebook else None) or sys.executable,
        follow_links=asked.follow_links,
        links_within=folder,
        settings=settings,
        observe=observe,
    )
    text = str(done)
    if asked.push:
        pushed = _push(bodies.Push("push", asked.reference), observe)
        text = f"{text}\n\n{pushed.text}"
    files = sum(layer.file_count for layer in done.layers)
    size_bytes = sum(layer.file_bytes for layer in done.layers)
    return wire.JobResult(done.digest or "", files, size_bytes, 0, 0, "", text)
