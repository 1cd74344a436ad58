"""The `%kit` line that does the same as what was clicked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kitops_jupyter.lines import offered, path_word

# The flags that say what becomes of files that already exist.
CONFLICT_WORDS: Mapping[str, Sequence[str]] = {
    "refuse": (),
    "keep": ("--ignore-existing",),
    "overwrite": ("--overwrite",),
}


def line(*words: str) -> str:
    """`%kit` with these words; empty where no line may be offered: the panel says so in its place."""
    return offered(*words).text


def folder_words(directory: str) -> list[str]:
    """Where to, below the server's folder."""
    return ["-d", path_word(directory)]


def pull_words(verb: str, reference: str, filters: Sequence[str], include_remote: bool) -> list[str]:
    """What to pull or unpack, without where to."""
    words = [word for chosen in filters for word in ("--filter", chosen)]
    return [verb, reference, *words, *(["--include-remote"] if include_remote else [])]
