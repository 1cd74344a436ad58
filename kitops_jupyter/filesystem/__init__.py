"""`kit://registry/repository:tag/path` for fsspec: a kit's files opened in place, each part of them verified."""

from kitops_jupyter.filesystem.address import KitPath, split
from kitops_jupyter.filesystem.file_system import KitFileSystem
from kitops_jupyter.operations.block_cache import BlockCache

__all__ = ["BlockCache", "KitFileSystem", "KitPath", "split"]
