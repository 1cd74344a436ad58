"""Which interpreter runs a notebook's cells: what its kernel is, seen from another process."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter.disk import read_json

NOTEBOOK_LIMIT_BYTES = 200_000_000


def find_kernel_python(notebook: Path) -> Path | None:
    """The interpreter of the kernel that the notebook names; None where that is unknown, or is not Python.

    A kernel that names just `python` runs the one that starts it: also None. Raises nothing for what is in the file.
    """
    try:
        name = read_json(notebook, NOTEBOOK_LIMIT_BYTES)["metadata"]["kernelspec"]["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    program = _program(name) if isinstance(name, str) else None
    if program is None or not program.is_absolute() or not program.name.lower().startswith("python"):
        return None
    return program if program.is_file() else None


def _program(name: str) -> Path | None:
    """The first word of the kernel's command, as this machine's Jupyter knows it; the notebook only says the name."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return None
    try:
        spec = KernelSpecManager().get_kernel_spec(name)
    except (NoSuchKernel, OSError, ValueError):
        return None
    return Path(spec.argv[0]) if spec.argv else None
