"""What a session adds to a kit: its environment, the open notebook, its code's commit, what ran, what came in."""

from kitops_jupyter.capture import callbacks, formats
from kitops_jupyter.capture.cells import Judged, judge_cells
from kitops_jupyter.capture.environment import FOLDER, REQUIREMENTS, Environment, Package, is_ours, read_environment
from kitops_jupyter.capture.git import read_code_state
from kitops_jupyter.capture.kernel_python import find_kernel_python
from kitops_jupyter.capture.listing import list_variables
from kitops_jupyter.capture.notebook import OpenNotebook, save
from kitops_jupyter.capture.patch import PATCH, Patch, read_patch

__all__ = [
    "FOLDER",
    "PATCH",
    "REQUIREMENTS",
    "Environment",
    "Judged",
    "OpenNotebook",
    "Package",
    "Patch",
    "callbacks",
    "find_kernel_python",
    "formats",
    "is_ours",
    "judge_cells",
    "list_variables",
    "read_code_state",
    "read_environment",
    "read_patch",
    "save",
]
