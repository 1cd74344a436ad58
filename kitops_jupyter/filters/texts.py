"""The filter for a path: what a tick on it is on a line."""

from __future__ import annotations

import glob

from kitops_jupyter.filters.clauses import EXCLUSION, type_of


def text_for(section: str, path: str) -> str:
    """The filter that selects this path of a section: a layer, or a file or folder inside one.

    It selects no other path, with the exceptions that the language has: `.ipynb` has no case; a file at the kit's top
    has namesakes in the folders of its layer, see `text_for_file`; and a path can be spelled like the pattern itself.
    An empty path is the whole folder.
    """
    inner = path.strip() if path else "."
    begin = len(path) - len(path.lstrip())
    end = path[begin + len(inner) :]
    escaped = glob.escape(inner).replace(",", "[,]")
    return f"{type_of(section)}:{_kept(path[:begin])}{escaped}{_kept(end)}"


def text_for_file(section: str, path: str) -> str:
    """The same for a file or folder that is inside a layer for certain: namesakes in other folders are not meant."""
    kind, colon, name = text_for(section, path).partition(":")
    return f"{kind}{colon}{name if '/' in name else f'./{name}'}"


def exclusion_of(text: str) -> str:
    """The filter that leaves out what this one selects."""
    return f"{EXCLUSION}{text}"


def _kept(blanks: str) -> str:
    """Blanks at the ends of a name, which reading would strip."""
    return "".join(f"[{blank}]" for blank in blanks)
