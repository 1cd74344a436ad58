"""How a layer holds its files: each format is a file of this room, named in `LayerFormatName`.

To add one, write `archive/formats/NAME.py` with a `FORMAT`, and add NAME to `LayerFormatName`.
"""

from __future__ import annotations

import functools
import importlib
from typing import Literal, get_args

from kitops_jupyter.archive.formats.layer_format import LayerFormat, Passing, Reading, Unpacker
from kitops_jupyter.errors import Usage

__all__ = ["NAMES", "LayerFormat", "LayerFormatName", "Passing", "Reading", "Unpacker", "named"]

LayerFormatName = Literal["tar", "raw"]
NAMES: tuple[LayerFormatName, ...] = get_args(LayerFormatName)


@functools.cache
def named(name: str) -> LayerFormat:
    """The format of this name. Raises Usage."""
    if name not in NAMES:
        raise Usage(f"layer format {name!r}: expected one of {', '.join(NAMES)}")
    found: LayerFormat = importlib.import_module(f"kitops_jupyter.archive.formats.{name}").FORMAT
    return found
