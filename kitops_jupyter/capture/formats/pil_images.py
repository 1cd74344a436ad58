"""Images of Pillow as PNG, or as TIFF for the modes that PNG does not have: the same pixels come back."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.errors import KitError, VariableRefused

_KEPT = {"transparency", "icc_profile", "compression", "dpi"}
_DAMAGE = (ArithmeticError, EOFError, LookupError, MemoryError, OSError, SyntaxError, TypeError, ValueError)


class PngFormat:
    """One image in black and white, grey, a palette, RGB or RGBA."""

    name = "png"
    kind: Kind = "dataset"
    suffix = ".png"
    library = "pillow"
    extra = "images"
    label = "PNG"
    modes = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})
    save_as = "PNG"

    def takes(self, value: Any) -> bool:
        from PIL import Image

        return isinstance(value, Image.Image) and value.mode in self.modes

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        if getattr(value, "n_frames", 1) > 1:
            raise saving.refuse(value, "", f"has {value.n_frames} frames", "pack a frame, x.copy(), or a NumPy array")
        if 0 in value.size:
            raise saving.refuse(value, "", "has no pixels", "numpy.asarray(x) packs it")
        value.save(path, format=self.save_as)
        back = read_image(path, self.save_as, Loading(saving.name))
        is_equal = back.mode == value.mode and back.size == value.size and back.tobytes() == value.tobytes()
        if is_equal and value.mode == "P":
            is_equal = back.convert("RGBA").tobytes() == value.convert("RGBA").tobytes()
        if not is_equal:
            raise saving.refuse(value, "", "would not come back equal", "numpy.asarray(x) packs its pixels")
        lost = sorted(str(key) for key in value.info if key not in _KEPT)
        notes = [f"{saving.name}.info: {', '.join(lost)[:200]} were left out"] if lost else []
        return Saved(schema=[{"name": "", "type": f"{value.mode} {value.width} x {value.height}"}], notes=notes)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        need("PIL", self.extra, loading.name)
        return read_image(path, self.save_as, loading)


class TiffFormat(PngFormat):
    """One image of floating-point numbers, of 32-bit integers, or for print."""

    name = "tiff"
    suffix = ".tif"
    label = "TIFF"
    modes = frozenset({"F", "I", "CMYK"})
    save_as = "TIFF"


def read_image(path: Path, kind: str, loading: Loading) -> Any:
    """The image, if it is of this kind, and not larger than Pillow's limit."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=[kind]) as image:
                return image.copy()
    except KitError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise VariableRefused(
            f"{loading.name}: {path.name} has more than {Image.MAX_IMAGE_PIXELS} pixels",
            hint="PIL.Image.MAX_IMAGE_PIXELS = ... allows more",
        ) from None
    except (*_DAMAGE, struct.error, zlib.error) as problem:
        raise VariableRefused(f"{loading.name}: {path.name} is not a {kind} image: {str(problem)[:200]}") from None


FORMATS = (PngFormat(), TiffFormat())
