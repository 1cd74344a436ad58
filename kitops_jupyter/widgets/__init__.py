"""The ipywidgets face: bars with Cancel, a sign-in form, and a browser of kits for a cell. Plain widgets, no script."""

from kitops_jupyter.widgets.screen import CellScreen

__all__ = ["CellScreen"]
