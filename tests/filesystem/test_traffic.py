"""What reading a part of a kit moves, and what it does with bytes that are not the kit's."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Digest
from kitops_jupyter.errors import DigestMismatch, KitError
from kitops_jupyter.filesystem import BlockCache, KitFileSystem
from kitops_jupyter.settings import Settings
from tests.fakes.fault_server import FaultServer
from tests.fakes.traffic import Traffic
from tests.filesystem.conftest import HTTP, push

MIB = 1 << 20


@pytest.fixture
def indexed(server: FaultServer, here: Settings, tmp_path: Path) -> str:
    """A kit in a scripted registry: `data/big.bin` of three pieces, and a small file."""
    folder = tmp_path / "project" / "data"
    folder.mkdir(parents=True)
    (folder / "big.bin").write_bytes(bytes(range(256)) * (9 * MIB // 256))
    (folder / "small.csv").write_bytes(b"x,y\n1,2\n")
    (folder.parent / "Kitfile").write_text("datasets: [{path: data}]\n")
    reference = f"{server.host}/team/data:v1"
    push(folder.parent, reference, here)
    return reference


def tamper(server: FaultServer, old: bytes, new: bytes) -> None:
    """Let the registry answer with other bytes under the same digests."""
    for digest, data in server.blobs.items():
        if old in data and len(data) > MIB:
            server.blobs[digest] = data.replace(old, new, 1)


@pytest.mark.parametrize("each_bytes", [MIB // 16, pytest.param(MIB, marks=pytest.mark.bench)])
def test_2000_files_are_listed_and_one_is_read_for_next_to_nothing(
    each_bytes: int, reference: str, here: Settings, files: KitFileSystem, traffic: Traffic, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    for number in range(2000):
        with (project / "data" / f"part-{number:04d}.bin").open("wb") as part:
            part.write(number.to_bytes(4, "big") * 16)
            part.truncate(10_000 if number == 1234 else each_bytes)
    (project / "Kitfile").write_text("datasets: [{path: data}]\n")
    push(project, reference, here)
    traffic.clear()
    settings = Settings.load({}, home=tmp_path / "there")
    (listed,) = kit.files(reference, connection=HTTP, settings=settings).layers
    assert len(listed.files) == 2000 and listed.size_bytes > 1999 * each_bytes
    assert traffic.bytes <= listed.size_bytes * 2 // 100
    assert sum("/blobs/" in path for path in traffic.paths) == 2  # the config, and the list
    traffic.clear()
    data = files.cat_file(f"{reference}/data/part-1234.bin")
    assert data == (1234).to_bytes(4, "big") * 16 + bytes(10_000 - 64)
    assert files.info(f"{reference}/data/part-1234.bin")["verified"]
    _config, *of_layer = [path for path in traffic.paths if "/blobs/" in path]
    assert len(of_layer) <= 3 and traffic.bytes <= 64_000
    traffic.clear()
    assert files.cat_file(f"{reference}/data/part-1234.bin", 0, 4) == (1234).to_bytes(4, "big")
    assert traffic.paths == []


def test_a_part_of_a_large_file_moves_its_pieces_once(
    indexed: str, files: KitFileSystem, traffic: Traffic, tmp_path: Path
) -> None:
    whole = bytes(range(256)) * (9 * MIB // 256)
    with files.open(f"kit://{indexed}/data/big.bin") as stream:
        traffic.clear()
        stream.seek(4 * MIB + 10)
        assert stream.read(100) == whole[4 * MIB + 10 : 4 * MIB + 110]
        assert traffic.bytes < 70_000
        stream.seek(4 * MIB - 5)
        assert stream.read(10) == whole[4 * MIB - 5 : 4 * MIB + 5]
        assert traffic.bytes < MIB
    assert files.cat_file(f"{indexed}/data/big.bin") == whole
    another = KitFileSystem(home=tmp_path / "there", plain_http=True, skip_instance_cache=True)
    traffic.clear()
    assert another.cat_file(f"{indexed}/data/big.bin") == whole
    assert traffic.bytes < MIB + 5000  # what the first process read is in the folder of blocks
    another.invalidate_cache()


def test_a_small_read_moves_little_more_than_itself_and_many_in_a_row_few_requests(
    indexed: str, files: KitFileSystem, traffic: Traffic
) -> None:
    whole = bytes(range(256)) * (9 * MIB // 256)
    files.info(f"{indexed}/data/big.bin")
    files.cat_file(f"{indexed}/data/small.csv")  # the index is here
    for start in (0, 3 * MIB + 123, 9 * MIB - 65536):
        traffic.clear()
        assert files.cat_file(f"{indexed}/data/big.bin", start, start + 65536) == whole[start : start + 65536]
        assert traffic.bytes <= 132_000 + 2048  # with the leaves' digests of one node, which are of the index
    traffic.clear()
    with files.open(f"kit://{indexed}/data/big.bin") as stream:
        read = bytearray()
        while part := stream.read(65536):
            read += part
    assert read == whole and len(traffic.paths) <= 12


def test_other_bytes_are_an_error_and_not_given_away(
    indexed: str, server: FaultServer, files: KitFileSystem, tmp_path: Path
) -> None:
    tamper(server, b"x,y\n1,2\n", b"x,y\n9,9\n")
    with pytest.raises(DigestMismatch, match=r"small\.csv"):
        files.cat_file(f"{indexed}/data/small.csv")
    settings = Settings.load({}, home=tmp_path / "puller")
    with pytest.raises(DigestMismatch, match=r"small\.csv"):
        kit.pull_files(indexed, tmp_path / "out", filters=["dataset:small.csv"], connection=HTTP, settings=settings)
    assert not list((tmp_path / "out").rglob("*.csv"))
    pulled = kit.pull_files(indexed, tmp_path / "big", filters=["dataset:big.bin"], connection=HTTP, settings=settings)
    assert not pulled.warnings


def test_a_tampered_index_is_an_error(indexed: str, server: FaultServer, files: KitFileSystem) -> None:
    index = server.blobs[_index_digest(server)]
    for at in (0, len(index) - 1):
        changed = bytearray(index)
        changed[at] ^= 1
        server.blobs[_index_digest(server)] = bytes(changed)
        files.invalidate_cache()
        with pytest.raises(DigestMismatch, match="file index"):
            files.cat_file(f"{indexed}/data/small.csv")


def test_a_kit_whose_index_was_lost_is_read_unverified(indexed: str, server: FaultServer, files: KitFileSystem) -> None:
    del server.blobs[_index_digest(server)]
    assert files.cat_file(f"{indexed}/data/small.csv") == b"x,y\n1,2\n"
    assert not files.info(f"{indexed}/data/small.csv")["verified"]


def test_the_index_refers_to_the_kit(indexed: str, server: FaultServer, here: Settings) -> None:
    kinds = [data for data, _ in server.manifests.values() if b"application/vnd.kitops-jupyter.file-index.v2" in data]
    (referrer,) = kinds
    assert kit.inspect(indexed, settings=here).digest.encode() in referrer
    assert _index_digest(server).encode() in referrer


def _index_digest(server: FaultServer) -> str:
    for data, _ in server.manifests.values():
        named = re.search(rb'"vnd.kitops-jupyter.file-index.v2":"2;(sha256:[0-9a-f]{64});', data)
        if named:
            return named[1].decode()
    raise AssertionError("no manifest names a file index")


def piece(number: int) -> tuple[str, bytes]:
    data = number.to_bytes(4, "big") * 250_000
    return Digest.of(data).hex, data


def test_blocks_are_bounded_and_the_latest_are_kept(tmp_path: Path) -> None:
    blocks = BlockCache(tmp_path / "blocks", 5 * MIB)
    for number in range(20):
        blocks.keep(*piece(number))
        os.utime(tmp_path / "blocks" / piece(number)[0], (number, number))
    assert sum(path.stat().st_size for path in (tmp_path / "blocks").iterdir()) <= 6 * MIB
    assert blocks.find(piece(19)[0]) == piece(19)[1] and blocks.find(piece(0)[0]) is None


def test_a_spoilt_block_is_not_given_away(tmp_path: Path) -> None:
    blocks = BlockCache(tmp_path)
    digest, data = piece(1)
    blocks.keep(digest, data)
    (tmp_path / digest).write_bytes(data[:-1])
    assert blocks.find(digest) is None and not (tmp_path / digest).exists()
    (tmp_path / digest).mkdir()
    blocks.keep(digest, data)
    assert blocks.find(digest) is None


def _fill(folder: Path) -> None:
    blocks = BlockCache(folder, 8 * MIB)
    for number in range(1_000_000):
        blocks.keep(*piece(number % 30))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX's")
def test_killed_writers_leave_nothing_wrong(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    for _ in range(3):
        writers = [spawn.Process(target=_fill, args=(tmp_path,)) for _ in range(2)]
        for writer in writers:
            writer.start()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not list(tmp_path.iterdir()):
            time.sleep(0.01)
        time.sleep(0.1)
        for writer in writers:
            writer.kill()
            writer.join()
        for path in tmp_path.iterdir():
            if not path.name.startswith("."):
                assert Digest.of(path.read_bytes()).hex == path.name
    blocks = BlockCache(tmp_path, 8 * MIB)
    blocks.keep(*piece(3))
    assert blocks.find(piece(3)[0]) == piece(3)[1]


def test_a_registry_that_cannot_be_reached_is_an_error_and_no_absence(tmp_path: Path) -> None:
    files = KitFileSystem(home=tmp_path, plain_http=True, skip_instance_cache=True)
    with pytest.raises(KitError):
        files.exists("kit://127.0.0.1:9/team/data:v1/x")
