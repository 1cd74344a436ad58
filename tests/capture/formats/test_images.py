"""Images and figures: the same pixels come back, and an image larger than Pillow's limit does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from kitops_jupyter.capture.formats import Loading
from kitops_jupyter.capture.formats.pil_images import PngFormat
from kitops_jupyter.errors import VariableRefused
from tests.capture.formats.trips import Trip, run

SAME = "back.mode == value.mode and back.size == value.size and back.tobytes() == value.tobytes()"
PREAMBLE = """
import io
import numpy as np
from PIL import Image
import matplotlib
matplotlib.use("agg")
from matplotlib import pyplot
grey = Image.fromarray(np.arange(12, dtype="u1").reshape(3, 4))

def drawn():
    figure, axes = pyplot.subplots()
    axes.plot([1, 3, 2])
    return figure

def several():
    stream = io.BytesIO()
    grey.save(stream, "GIF", save_all=True, append_images=[grey.point(lambda x: 255 - x)])
    return Image.open(stream)
"""
TRIPS = {
    **{
        mode: Trip(f"value = grey.convert({mode!r})", SAME)
        for mode in ("1", "L", "LA", "RGB", "RGBA", "F", "I", "CMYK")
    },
    "16 bits": Trip("value = Image.fromarray(np.arange(6, dtype='u2').reshape(2, 3))", SAME),
    "a palette": Trip(
        "value = grey.convert('RGB').quantize(3)", SAME + " and back.convert('RGB') == value.convert('RGB')"
    ),
    "several frames": Trip("value = several()", refused="has 2 frames"),
    "no pixels": Trip("value = Image.new('L', (0, 3))", refused="has no pixels"),
    "a mode without a file": Trip("value = grey.convert('RGB').convert('HSV')", refused="no format keeps a PIL.Image"),
    "a figure": Trip("value = drawn()", "back.size == (640, 480) and back.mode == 'RGBA'"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("images"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_an_image_comes_back_equal_or_is_refused(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""


def test_an_image_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("1", (100, 100)).save(tmp_path / "x.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 9_000)
    with pytest.raises(VariableRefused, match="more than 9000 pixels"):
        PngFormat().load(tmp_path / "x.png", {}, Loading("x"))
