"""One table of compressions: every reader asks it, so that a new one is a file and a word."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kitops_jupyter import codecs
from kitops_jupyter.errors import Usage
from kitops_jupyter.media_types import LayerType
from tests.codecs.copies import run_in_copy
from tests.operations.projects import make_project
from tests.test_packaging import PROJECT

TOY = """\
import zlib

from kitops_jupyter.codecs.codec import Codec


def compress(source):
    packer = zlib.compressobj()
    while chunk := source.read():
        yield packer.compress(chunk)
    yield packer.flush()


def expand(source):
    unpacker = zlib.decompressobj()
    while chunk := source.read():
        yield unpacker.decompress(chunk)


CODEC = Codec("toy", "toy", ".toy", compress, expand, library="zlib", extra="t")
"""
USED = """\
from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.operations.doctor import OPTIONAL
from kitops_jupyter.operations.opening import Opener
from kitops_jupyter.operations.read_file import read_file
from kitops_jupyter.operations.unpack.tars import _stem
from kitops_jupyter.server.bodies import Pack
from kitops_jupyter.server.reading import read
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.call import parse

settings = Settings.load({}, home=Path("home"))
packed = kit.pack("project", tag="churn:v1", compression="toy", settings=settings)
assert all(layer.media_type.endswith(".tar+toy") for layer in packed.layers)
assert packed.size_bytes < sum(layer.file_bytes for layer in packed.layers)
listed = [file.path for layer in kit.files("churn:v1", settings=settings).layers for file in layer.files]
assert "src/deep/b.py" in listed and len(listed) == 8
kit.unpack("churn:v1", "out", settings=settings)
for name in listed:
    assert (Path("out") / name).read_bytes() == (Path("project") / name).read_bytes()
with Opener(settings, None) as opener:
    opened = opener.open("churn:v1")
    match = next(match for match in opened.matches() if match.entry.path == "src")
    assert read_file(opened, match, "src/a.py", limit_bytes=100).data == b"a = 1\\n"
    assert _stem(match) == ("src", ".tar.toy")
assert parse(["pack", ".", "--compression", "toy"])
assert read(Pack, {"kind": "pack", "directory": ".", "reference": "a:b", "compression": "toy"}).compression == "toy"
assert ("zlib", "t", "toy layers") in OPTIONAL
"""


def test_a_new_codec_is_one_file_and_one_word(tmp_path: Path) -> None:
    make_project(tmp_path / "project")
    run_in_copy(USED, tmp_path, new="codecs/toy.py", text=TOY, table="Compression")


def test_a_codec_has_the_name_that_the_table_gives_it() -> None:
    assert [codec.name for codec in codecs.every()] == list(codecs.NAMES)


def test_every_codecs_layers_have_a_media_type_that_reads_back() -> None:
    for codec in codecs.every():
        media_type = LayerType.for_section("model", "modelkit", "tar", codec.name)
        assert LayerType.parse(str(media_type)) == media_type
        assert re.fullmatch(r"\w*", codec.media_suffix)


def test_codecs_of_one_format_end_their_files_alike() -> None:
    for codec in codecs.every():
        known = codecs.find(codec.media_suffix)
        assert known is not None and known.file_suffix == codec.file_suffix


def test_a_codecs_extra_installs_its_library() -> None:
    for codec in codecs.every():
        wanted = PROJECT["optional-dependencies"][codec.extra] if codec.extra else []
        assert [re.split(r"\W", line)[0] for line in wanted] == ([codec.library] if codec.library else [])


@pytest.mark.parametrize("name", ["brotli", "", "none.", "codec", "../gzip"])
def test_another_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(Usage, match="none, gzip, gzip-fastest, zstd"):
        codecs.named(name)


def test_no_library_is_imported_before_its_codec_is_used() -> None:
    code = "import sys; from kitops_jupyter import codecs; codecs.every(); print('zstandard' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
