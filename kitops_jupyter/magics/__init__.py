"""The IPython face: %kit and %%kit, their completion, their progress bars. Loaded by `%load_ext kitops_jupyter`."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from kitops_jupyter.magics.completion import add_completion, remove_completion
from kitops_jupyter.magics.kit import KitMagics


def load(shell: InteractiveShell) -> None:
    """Register the magics and their completion; again is no harm."""
    shell.register_magics(KitMagics)
    remove_completion(shell)
    add_completion(shell)


def unload(shell: InteractiveShell) -> None:
    """Take back what `load` did."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("kit", None)
    remove_completion(shell)
