"""unpack(pack(tree)) == tree, and packing twice gives one digest."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitops_jupyter.archive import Untar, compressing, decompressing, tar_stream
from kitops_jupyter.content import Hashing
from kitops_jupyter.pipeline import pump
from tests.archive.trees import names_below, planned

if os.name == "nt":
    pytest.skip("names are too free for Windows", allow_module_level=True)

PARTS = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="/\x00"), min_size=1, max_size=60
).filter(lambda part: part not in (".", "..") and len(part.encode()) < 200)
CONTENTS = st.binary(max_size=3000) | st.integers(0, 40_000).map(bytes)
MODES = st.integers(0, 0o777).map(lambda mode: mode | 0o600)
FILES = st.dictionaries(st.lists(PARTS, min_size=1, max_size=5).map("/".join), st.tuples(CONTENTS, MODES), max_size=12)


def grow(root: Path, files: dict[str, tuple[bytes, int]]) -> None:
    """Make the files that do not stand in each other's way."""
    root.mkdir()
    for name, (data, mode) in files.items():
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(mode & ~0o022)  # what the umask would take anyway
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            continue


def look(root: Path) -> dict[str, tuple[int, bytes | None]]:
    """Every name with its mode, and its bytes if it is a file."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_mode, path.read_bytes() if path.is_file() else None)
        for path in root.rglob("*")
    }


@settings(max_examples=60, deadline=None)
@given(files=FILES, compression=st.sampled_from(["", "gzip-fastest", "zstd"]))
def test_a_tree_that_was_packed_and_unpacked_is_the_same(files: dict[str, tuple[bytes, int]], compression: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        grow(source, files)
        target.mkdir()
        tops = sorted((path.name for path in source.iterdir()), key=os.fsencode)
        names = [name for top in tops for name in names_below(source, top)]
        digests = []
        for _ in range(2):
            known = Hashing()
            pump(tar_stream(planned(source, names)), [known])
            digests.append(known.digest)
        assert digests[0] == digests[1]
        stream, known = tar_stream(planned(source, names)), Hashing()
        through = (
            decompressing(compressing(stream, compression), compression.partition("-")[0]) if compression else stream
        )
        assert pump(through, [known, Untar(target, size_bytes=stream.size_bytes)]) == stream.size_bytes
        assert known.digest == digests[0]
        assert look(target) == look(source)
