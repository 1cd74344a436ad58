"""Formats of live variables: one file a library; `kit.formats` is what a plugin builds on.

A plugin is a class with the members of `Format`, named by an entry point of the group `kitops_jupyter.formats` whose
name is the library that its types come from. It keeps what no built-in format keeps.
"""

from kitops_jupyter.capture.formats.contract import Facts, Format, Kind, Loading, ReadsParts, Saved, Saving
from kitops_jupyter.capture.formats.table import GROUP, format_named, format_of, names, type_names

__all__ = [
    "GROUP",
    "Facts",
    "Format",
    "Kind",
    "Loading",
    "ReadsParts",
    "Saved",
    "Saving",
    "format_named",
    "format_of",
    "names",
    "type_names",
]
