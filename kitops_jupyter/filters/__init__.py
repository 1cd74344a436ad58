"""`--filter TYPES[:NAMES]` in every spelling that was ever documented: which parts of a kit are meant.

A `!` in front leaves out what the rest names, whatever the other filters say. `strict` is kit's own grammar to the
letter; otherwise there are aliases (`dataset`, `config`, `notebook`), globs, and names of files inside a layer
(`code:*.ipynb`, `dataset:train/part-*`). Source: magics.md, "Filters"; kit-2026.md 9.
"""

from kitops_jupyter.filters.clauses import nothing_matches, type_of
from kitops_jupyter.filters.filters import Choice, Filters, parse_filters
from kitops_jupyter.filters.texts import exclusion_of, text_for, text_for_file

__all__ = [
    "Choice",
    "Filters",
    "exclusion_of",
    "nothing_matches",
    "parse_filters",
    "text_for",
    "text_for_file",
    "type_of",
]
