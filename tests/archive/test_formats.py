"""One table of layer formats: every reader asks it, so that a new one is a file and a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kitops_jupyter.archive import formats
from kitops_jupyter.errors import Usage
from kitops_jupyter.media_types import LayerType
from tests.codecs.copies import run_in_copy
from tests.operations.projects import make_project

TOY = """\
import io
import json
import os
from pathlib import Path

from kitops_jupyter.archive.formats.layer_format import LayerFormat, Reading
from kitops_jupyter.archive.tar_parser import TarMember
from kitops_jupyter.archive.untar import Extracted

HEADER_BYTES = 256


class Stream(io.BytesIO):
    def __init__(self, members):
        super().__init__(b"".join(map(whole, members)))
        self.size_bytes = size_bytes(members)


def whole(member):
    header = json.dumps([member.name, member.size, member.mode, member.is_dir]).encode().ljust(HEADER_BYTES)
    return header if member.is_dir else header + Path(member.source).read_bytes()


def size_bytes(members):
    return sum(HEADER_BYTES + member.size for member in members)


def offsets(members):
    at = 0
    for member in members:
        at += HEADER_BYTES
        if not member.is_dir:
            yield member, at
        at += member.size


class Passing:
    def __init__(self, *, size_bytes=None):
        self.data, self.at = b"", 0

    def members_in(self, view):
        self.data += view
        while len(self.data) >= self.at + HEADER_BYTES:
            name, size, mode, is_dir = json.loads(self.data[self.at : self.at + HEADER_BYTES])
            self.at += HEADER_BYTES + size
            yield TarMember(name, size, mode, is_dir, self.at - size)

    def finish(self):
        assert self.at == len(self.data)


def list_members(stream, *, size_bytes=None, rules=None):
    passing, buffer = Passing(), memoryview(bytearray(1 << 16))
    while count := stream.readinto(buffer):
        yield from passing.members_in(buffer[:count])


class Unpacker:
    def __init__(self, staging, /, *, rename, size_bytes, set_modes):
        self.files, self.tree, self.shared, self.rename, self.data = [], staging.new(), staging, rename, b""

    def write(self, view):
        self.data += view

    def close(self):
        for member in Passing().members_in(self.data):
            name = "" if member.is_dir else self.rename(member.name)
            if name:
                descriptor = self.shared.new_file(name, member.mode)
                os.write(descriptor, self.data[member.offset : member.offset + member.size])
                os.close(descriptor)
                self.files.append(Extracted(name, member.mode, member.size))
        self.tree.close()

    def abort(self):
        self.tree.remove()


FORMAT = LayerFormat("toy", ".toy", size_bytes, Stream, offsets, Reading(list_members, Passing, Unpacker))
"""
USED = """\
from pathlib import Path

import kitops_jupyter as kit
from kitops_jupyter.operations.opening import Opener
from kitops_jupyter.operations.read_file import read_file
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.call import parse

assert parse(["pack", ".", "--layer-format", "toy"])
settings = Settings.load({}, home=Path("home"))
for compression in ("none", "gzip"):
    packed = kit.pack("project", tag="churn:v1", layer_format="toy", compression=compression, settings=settings)
    assert all(".v1.toy" in layer.media_type for layer in packed.layers)
    listed = [file.path for layer in kit.files("churn:v1", settings=settings).layers for file in layer.files]
    assert "src/deep/b.py" in listed and len(listed) == 8
    done = kit.unpack("churn:v1", compression, settings=settings)
    assert not done.warnings, done.warnings
    for name in listed:
        assert (Path(compression) / name).read_bytes() == (Path("project") / name).read_bytes()
    with Opener(settings, None) as opener:
        opened = opener.open("churn:v1")
        match = next(match for match in opened.matches() if match.entry.path == "src")
        assert read_file(opened, match, "src/deep/b.py", limit_bytes=100).data == b"b = 2\\n"
kit.pack("project", tag="churn:tar", settings=settings)
assert not kit.diff("churn:v1", "churn:tar", settings=settings).files
"""


def test_a_new_layer_format_is_one_file_and_one_word(tmp_path: Path) -> None:
    make_project(tmp_path / "project")
    run_in_copy(USED, tmp_path, new="archive/formats/toy.py", text=TOY, table="LayerFormatName")


def test_a_format_has_the_name_that_the_table_gives_it() -> None:
    assert [formats.named(name).name for name in formats.NAMES] == list(formats.NAMES)


@pytest.mark.parametrize("name", formats.NAMES)
def test_every_formats_layers_have_a_media_type_that_reads_back(name: formats.LayerFormatName) -> None:
    media_type = LayerType.for_section("model", "modelkit", name, "none")
    assert LayerType.parse(str(media_type)) == media_type
    assert re.fullmatch(r"\w+", name)


@pytest.mark.parametrize("name", ["zip", "", "layer_format", "../tar"])
def test_another_format_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(Usage, match="tar, raw"):
        formats.named(name)
