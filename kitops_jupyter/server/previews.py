"""What a pull or a pack would do, before it does anything; and the small deeds that are done at once."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter.disk import read_bytes
from kitops_jupyter.errors import KitfileInvalid
from kitops_jupyter.lines import path_word
from kitops_jupyter.reference import Reference
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.lines import folder_words, line, pull_words
from kitops_jupyter.server.paths import Root, folder_beside
from kitops_jupyter.settings import Settings


def check_pull(asked: bodies.CheckPull, root: Root) -> wire.PullCheck:
    """What would travel, and what stands in the way; of layers, only lists of files are moved."""
    from kitops_jupyter.operations.transfer.estimate import pull_size
    from kitops_jupyter.operations.unpack.conflicts import find_conflicts

    settings = Settings.load()
    parts, elsewhere = asked.filters, asked.include_remote
    sizes = pull_size(asked.reference, parts, include_remote=elsewhere, settings=settings)
    words = pull_words(asked.reference, parts, elsewhere)
    counts = sizes.moved_bytes, sizes.here_bytes, sizes.files
    if asked.directory is None:
        return wire.PullCheck(*counts, [], line(*words), "", "")
    directory = root.path(asked.directory)
    conflicts = find_conflicts(asked.reference, directory, filters=parts, include_remote=elsewhere, settings=settings)
    command = line(*words, *folder_words(asked.directory))
    beside = root.shown(folder_beside(directory, Reference.parse(asked.reference)))
    return wire.PullCheck(*counts, list(conflicts), command, beside, line(*words, *folder_words(beside)))


def check_pack(asked: bodies.CheckPack, root: Root) -> wire.PackCheck:
    """What a pack of this folder would take in and leave out, and what is wrong with its Kitfile."""
    from kitops_jupyter.kitfile import to_yaml
    from kitops_jupyter.operations.pack.pack import pack

    directory = root.existing(asked.directory)
    notebook = root.existing(asked.notebook) if asked.notebook else None
    of_notebook = ["--notebook", path_word(asked.notebook)] if asked.notebook else []
    words = line("pack", path_word(asked.directory), *of_notebook, *(["--follow-links"] if asked.follow_links else []))
    try:
        found = pack(
            directory,
            text=asked.kitfile or None,
            tag="preview:preview",
            propose=True,
            notebook=notebook,
            follow_links=asked.follow_links,
            links_within=root.folder,
            dry_run=True,
            settings=Settings.load(),
        )
    except KitfileInvalid as invalid:
        problems = [
            wire.Problem(item.line or 0, item.column or 0, item.field, item.message, item.hint)
            for item in invalid.findings
        ]
        return wire.PackCheck(asked.kitfile or _text_of(directory), False, [], [], [], problems, words)
    layers = [
        wire.PackLayer(layer.section, layer.name, layer.path, layer.file_count, layer.file_bytes)
        for layer in found.layers
    ]
    left_out = [[path, reason] for path, reason in found.left_out]
    text = asked.kitfile or (to_yaml(found.kitfile) if found.proposed else _text_of(directory))
    return wire.PackCheck(text, found.proposed, layers, left_out, list(found.warnings), [], words)


def _text_of(directory: Path) -> str:
    """The Kitfile that is on disk."""
    from kitops_jupyter.kitfile import find

    path = find(directory)
    return read_bytes(path).decode("utf-8", "replace") if path else ""


def tag(asked: bodies.Tag) -> wire.Done:
    """Another name for a kit, where the kit is."""
    from kitops_jupyter.operations.transfer.tag import tag as name_it

    done = name_it(asked.source, asked.target, settings=Settings.load())
    return wire.Done(line("tag", asked.source, asked.target), str(done))


def promote(asked: bodies.Promote) -> wire.Done:
    """Move a lifecycle tag, or put the last move back."""
    from kitops_jupyter.operations.transfer.promote import promote as move

    done = move(asked.reference, asked.to, undo=asked.undo, settings=Settings.load())
    words = ["promote", asked.reference, "--to", asked.to, *(["--undo"] if asked.undo else [])]
    return wire.Done(line(*words), str(done))


def remove(asked: bodies.Remove) -> wire.Removed:
    """Remove kits, or say what that would free."""
    from kitops_jupyter.operations.transfer.remove import preview_removal
    from kitops_jupyter.operations.transfer.remove import remove as take_away

    act = preview_removal if asked.dry_run else take_away
    done = act(asked.references, force=asked.force, remote=asked.remote, settings=Settings.load())
    gone = [*(name for name, _ in done.removed), *done.untagged]
    return wire.Removed(done.freed_bytes, gone, "" if asked.dry_run else str(done))
