"""What a pull or a pack would do, before it does anything."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Literal, cast

from kitops_jupyter.disk import read_bytes
from kitops_jupyter.errors import KitfileInvalid, Usage
from kitops_jupyter.kitfile.values import Section
from kitops_jupyter.reference import Reference
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.lines import CONFLICT_WORDS, PanelPath, folder_words, line, pull_words
from kitops_jupyter.server.paths import Root, folder_beside
from kitops_jupyter.server.views.usable import usable_settings
from kitops_jupyter.verbs.core.hints import in_cell

CONFLICTS_SHOWN = 200


def check_pull(asked: bodies.CheckPull, root: Root) -> wire.PullCheck:
    """What would travel, and which paths conflict with it; of layers, only lists of files are moved."""
    from kitops_jupyter.operations.transfer.plan import plan_pull

    directory = None if asked.directory is None else root.path(asked.directory)
    plan = plan_pull(
        asked.reference,
        directory,
        filters=asked.filters,
        include_remote=asked.include_remote,
        remote=asked.remote,
        settings=usable_settings(),
    )
    kind: Literal["pull", "unpack"] = "unpack" if plan.is_here and directory is not None else "pull"
    words = pull_words(kind, asked.reference, asked.filters, asked.include_remote)
    beside = ""
    if asked.directory is not None and directory is not None:
        beside = root.shown(folder_beside(directory, Reference.parse(asked.reference)))
    here = [*words, *folder_words(asked.directory)] if asked.directory is not None else words
    return wire.PullCheck(
        kind=kind,
        files=plan.size.files,
        size_bytes=plan.size.size_bytes,
        moved_bytes=plan.size.moved_bytes,
        here_bytes=plan.size.here_bytes,
        conflicts=[wire.ConflictingPath(each.path, each.why) for each in plan.conflicts[:CONFLICTS_SHOWN]],
        conflict_count=len(plan.conflicts),
        beside=beside,
        command=line(*here),
        keep_command=line(*here, *CONFLICT_WORDS["keep"]),
        overwrite_command=line(*here, *CONFLICT_WORDS["overwrite"]),
        beside_command=line(*words, *folder_words(beside)) if beside else line(),
    )


def check_pack(asked: bodies.CheckPack, root: Root) -> wire.PackCheck:
    """What a pack of this folder would take in and leave out, and what is wrong with its Kitfile."""
    from kitops_jupyter.kitfile import to_yaml
    from kitops_jupyter.operations.pack.large import LARGE_PROPOSAL_BYTES, large_warnings
    from kitops_jupyter.operations.pack.notebook import name_in, text_with
    from kitops_jupyter.operations.pack.pack import pack

    directory = root.existing(asked.directory)
    notebook = root.existing(asked.notebook) if asked.notebook else None
    of_notebook = ["--notebook", PanelPath(asked.notebook)] if asked.notebook else []
    written, kept = _without(asked.kitfile, asked.dropped)
    large = LARGE_PROPOSAL_BYTES
    longer = None if asked.kitfile else text_with(directory, notebook)
    written, added = longer or written, name_in(directory, notebook) if longer else ""
    words = line("pack", PanelPath(asked.directory), *of_notebook, *(["--follow-links"] if asked.follow_links else []))
    try:
        found = pack(
            directory,
            text=written or None,
            tag="preview:preview",
            propose=True,
            notebook=notebook,
            follow_links=asked.follow_links,
            links_within=root.folder,
            told=asked.told,
            dry_run=True,
            settings=usable_settings(),
        )
    except KitfileInvalid as invalid:
        problems = [
            wire.Problem(item.line or 0, item.column or 0, item.field, item.message, in_cell(item.hint))
            for item in invalid.findings
        ]
        return wire.PackCheck(written or _text_of(directory), False, [], [], [], problems, words, kept, added, large)
    layers = [
        wire.PackLayer(
            f"{layer.section}:{layer.index}", layer.section, layer.name, layer.path, layer.file_count, layer.file_bytes
        )
        for layer in found.layers
    ]
    left_out = [[path, reason] for path, reason in found.left_out]
    text = written or (to_yaml(found.kitfile) if found.proposed else _text_of(directory))
    shown_by_size = large_warnings(found.layers)
    warnings = [warning for warning in found.warnings if warning not in shown_by_size]
    return wire.PackCheck(text, found.proposed, layers, left_out, warnings, [], words, kept, added, large)


def _without(text: str, dropped: list[str]) -> tuple[str, list[str]]:
    """The Kitfile without these layers' entries, and the keys of those that have to stay."""
    from kitops_jupyter.kitfile import without

    entries = [_section_and_index(key) for key in dropped]
    if not entries:
        return text, []
    less, kept = without(text, entries)
    return less, [f"{section}:{index}" for section, index in kept]


def _section_and_index(key: str) -> tuple[Section, int]:
    section, _, index = key.partition(":")
    if section not in typing.get_args(Section) or not index.isascii() or not index.isdigit() or len(index) > 9:
        raise Usage(f"{key[:100]!r} is not a layer of a Kitfile: expected SECTION:INDEX")
    return cast(Section, section), int(index)


def _text_of(directory: Path) -> str:
    """The Kitfile that is on disk."""
    from kitops_jupyter.kitfile import find

    path = find(directory)
    return read_bytes(path).decode("utf-8", "replace") if path else ""
