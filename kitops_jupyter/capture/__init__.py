"""What a session adds to a kit: its environment, the open notebook as it is now, and the commit of its code."""

from kitops_jupyter.capture import formats
from kitops_jupyter.capture.environment import FOLDER, REQUIREMENTS, Environment, Package, is_ours, read_environment
from kitops_jupyter.capture.git import read_code_state
from kitops_jupyter.capture.kernel_python import find_kernel_python
from kitops_jupyter.capture.listing import list_variables
from kitops_jupyter.capture.notebook import OpenNotebook, save

__all__ = [
    "FOLDER",
    "REQUIREMENTS",
    "Environment",
    "OpenNotebook",
    "Package",
    "find_kernel_python",
    "formats",
    "is_ours",
    "list_variables",
    "read_code_state",
    "read_environment",
    "save",
]
