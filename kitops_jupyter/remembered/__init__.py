"""What registries said, kept in the cache folder: contents by their digest, and names for those who complete one.

Everything here may be missing, old or damaged. Reading it contacts nothing.
"""

from kitops_jupyter.remembered.contents import Remembered
from kitops_jupyter.remembered.names import KnownNames

__all__ = ["KnownNames", "Remembered"]
