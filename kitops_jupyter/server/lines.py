"""The `%kit` line that does the same as what was clicked, as data: what shows it writes it for where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kitops_jupyter.server import wire

# The flags that say what becomes of files that already exist.
CONFLICT_WORDS: Mapping[str, Sequence[str]] = {
    "refuse": (),
    "keep": ("--ignore-existing",),
    "overwrite": ("--overwrite",),
}


class PanelPath(str):
    """A word that is a path below the server's root, not the one that a kernel or a terminal begins in."""

    __slots__ = ()


def line(*words: str) -> wire.Line:
    """`%kit` with these words; each PanelPath is marked as one."""
    return wire.Line(
        [str(word) for word in words], [at for at, word in enumerate(words) if isinstance(word, PanelPath)]
    )


def folder_words(directory: str) -> list[str]:
    """Where to, below the server's folder."""
    return ["-d", PanelPath(directory)]


def message_words(message: str) -> list[str]:
    """A kit's message, with a flag for each of its lines: no line feed gets into a line."""
    lines = message.split("\n") if message else []
    return [word for text in lines for word in ([f"--message={text}"] if text.startswith("-") else ["-m", text])]


def pull_words(verb: str, reference: str, filters: Sequence[str], include_remote: bool) -> list[str]:
    """What to pull or unpack, without where to."""
    words = [word for chosen in filters for word in ("--filter", chosen)]
    return [verb, reference, *words, *(["--include-remote"] if include_remote else [])]
