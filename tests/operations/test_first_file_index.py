"""Kits that were packed when the file index was of version 1: they are read, checked and copied as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor, Digest
from kitops_jupyter.file_index import ANNOTATIONS, address_of
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.fault_server import FaultServer, serving

HTTP = Connection(plain_http=True)
FIXTURES = Path(__file__).parent.parent / "file_index" / "v1"  # made by the release before version 2
BIG = bytes(range(256)) * (9 * (1 << 20) // 256) + b"tail"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serving() as running:
        yield running


def serve(server: FaultServer, tmp_path: Path, *, spoil: bool = False) -> str:
    """The kit of the fixtures; its layer is packed anew, to the same bytes. `spoil` exchanges two digests."""
    data = tmp_path / "project" / "data"
    data.mkdir(parents=True)
    for name, content in (("big.bin", BIG), ("empty.txt", b""), ("small.csv", b"x,y\n1,2\n")):
        (data / name).write_bytes(content)
        (data / name).chmod(0o644)
    data.chmod(0o755)
    (data.parent / "Kitfile").write_text("manifestVersion: 1.0.0\ndatasets: [{path: data}]\n")
    settings = Settings.load({}, home=tmp_path / "packer")
    (layer,) = kit.pack(data.parent, tag="old:v1", settings=settings).layers
    server.add_blob((settings.storage / "blobs" / "sha256" / str(layer.digest)[7:]).read_bytes())
    index, text = (FIXTURES / "none.index").read_bytes(), (FIXTURES / "none.manifest.json").read_bytes()
    if spoil:
        address = json.loads(text)["layers"][0]["annotations"][ANNOTATIONS[1]]
        at = int(address.rpartition(";")[2]) + 32  # the first piece is as the second
        index = index[:at] + index[at + 32 : at + 64] + index[at : at + 32] + index[at + 64 :]
        text = text.replace(address.split(";")[0].encode(), str(Digest.of(index)).encode())
    server.add_blob(index)
    server.add_blob((FIXTURES / "none.config.json").read_bytes())
    assert json.loads(text)["layers"][0]["digest"] == layer.digest, "the layer is as it always was"
    server.manifests[Digest.of(text)] = text, IMAGE_MANIFEST
    server.tags["v1"] = Digest.of(text)
    return f"{server.host}/t/old:v1"


def test_single_files_are_read_and_verified(server: FaultServer, tmp_path: Path) -> None:
    reference = serve(server, tmp_path)
    files = KitFileSystem(home=tmp_path / "there", plain_http=True, skip_instance_cache=True)
    assert files.info(f"{reference}/data/big.bin")["verified"]
    assert files.cat_file(f"{reference}/data/big.bin") == BIG
    assert files.cat_file(f"{reference}/data/big.bin", 5, 9) == BIG[5:9]
    files.invalidate_cache()


def test_it_is_compared_with_the_layer_and_comes_along(server: FaultServer, tmp_path: Path) -> None:
    reference, there = serve(server, tmp_path), Settings.load({}, home=tmp_path / "there")
    pulled = kit.pull(reference, connection=HTTP, settings=there)
    assert "file index" not in str(pulled)
    layer = Descriptor.from_json(kit.inspect(reference, settings=there).manifest["layers"][0], where="layer")
    address = address_of(layer)
    assert address is not None and address.version == 1
    assert (there.storage / "blobs" / "sha256" / address.digest.hex).exists()


def test_one_that_is_wrong_is_reported_when_all_of_the_layer_passes(server: FaultServer, tmp_path: Path) -> None:
    reference, there = serve(server, tmp_path, spoil=True), Settings.load({}, home=tmp_path / "there")
    pulled = kit.pull(reference, connection=HTTP, settings=there)
    assert "its digests are not those of the layer's pieces" in str(pulled)
