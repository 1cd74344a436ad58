"""Files as they are found on other people's machines: typed paths, small files read and replaced, odd file systems."""

from kitops_jupyter.disk.clean_path import clean_path
from kitops_jupyter.disk.folder_cache import CacheName, FolderCache, cache_folder, file_name_for
from kitops_jupyter.disk.links import Links, LinkTarget
from kitops_jupyter.disk.notebook_name import is_notebook
from kitops_jupyter.disk.odd_systems import free_bytes, sync, try_chmod, try_utime
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
from kitops_jupyter.disk.sidecar_name import SIDECAR
from kitops_jupyter.disk.typed_path import current_folder, home_folder, typed_path
from kitops_jupyter.disk.writing import replace, try_unlink, unlink, write_bytes, write_new

__all__ = [
    "SIDECAR",
    "CacheName",
    "FolderCache",
    "LinkTarget",
    "Links",
    "cache_folder",
    "check_regular",
    "clean_path",
    "current_folder",
    "file_name_for",
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
    "try_unlink",
    "try_utime",
    "typed_path",
    "unlink",
    "why",
    "write_bytes",
    "write_new",
]
