"""Figures of Matplotlib as PNG, to be looked at: they come back as images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.pil_images import read_image


class MatplotlibFormat:
    """A figure as it is drawn now."""

    name = "matplotlib"
    kind: Kind = "figure"
    suffix = ".png"
    library = "matplotlib"
    extra = "figures"
    label = "PNG"

    def takes(self, value: Any) -> bool:
        from matplotlib.figure import Figure

        return isinstance(value, Figure)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        value.savefig(path, format="png", metadata={"Software": None})  # its version would change the bytes
        return Saved(requires=["pillow"], notes=[f"{saving.name} is a picture now: loading it gives an image"])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("PIL", "images", loading.name)
        return read_image(path, "PNG", loading)


FORMATS = (MatplotlibFormat(),)
