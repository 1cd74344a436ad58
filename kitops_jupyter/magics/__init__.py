"""The IPython face: %kit and %%kit, their completion, their progress bars. Loaded by `%load_ext kitops_jupyter`."""

from __future__ import annotations

from collections.abc import Callable

from IPython.core.interactiveshell import InteractiveShell

from kitops_jupyter.magics import variables
from kitops_jupyter.magics.completion import add_completion, remove_completion
from kitops_jupyter.magics.hooks import unwatch, watch
from kitops_jupyter.magics.kit import KitMagics
from kitops_jupyter.verbs.core.screen import Screen


def load(shell: InteractiveShell, open_screen: Callable[[], Screen] | None = None) -> None:
    """Register the magics, their completion and what notes which cells ran; twice is harmless.

    `open_screen` imports the widgets when needed.
    """
    magics = KitMagics(shell)
    magics.open_screen = open_screen
    shell.register_magics(magics)
    remove_completion(shell)
    add_completion(shell)
    variables.register(shell)
    watch(shell)


def unload(shell: InteractiveShell) -> None:
    """Take back what `load` did."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("kit", None)
    remove_completion(shell)
    variables.unregister(shell)
    unwatch(shell)
