"""Files as they are found on other people's machines: paths as typed, small files that are read, odd file systems."""

from kitops_jupyter.disk.links import Links, LinkTarget
from kitops_jupyter.disk.notebook_name import is_notebook
from kitops_jupyter.disk.odd_systems import free_bytes, replace, sync, try_chmod, try_utime
from kitops_jupyter.disk.reading import (
    check_regular,
    kind_of,
    open_regular,
    parse_json,
    read_bytes,
    read_json,
    read_start,
    why,
)
from kitops_jupyter.disk.typed_path import current_folder, home_folder, typed_path

__all__ = [
    "LinkTarget",
    "Links",
    "check_regular",
    "current_folder",
    "free_bytes",
    "home_folder",
    "is_notebook",
    "kind_of",
    "open_regular",
    "parse_json",
    "read_bytes",
    "read_json",
    "read_start",
    "replace",
    "sync",
    "try_chmod",
    "try_utime",
    "typed_path",
    "why",
]
