"""A file index that is not its layer's: what is read by it is what unpacking writes, or it is refused."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor, Digest
from kitops_jupyter.errors import KitError
from kitops_jupyter.file_index import IndexBuilder, IndexedFile, referrer
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.operations.index_findings import IndexFindings
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.fault_server import FaultServer

HTTP = Connection(plain_http=True)
GOOD, EVIL = b"print('harmless')\n", b"import os; os.system('evil')\n"
FILLER = bytes(100_000)  # a layer that is not read whole
LAYER = "application/vnd.kitops.modelkit.code.v1.tar"
NAME = "code/a.py"


def member(name: str, data: bytes, *, mode: int = 0o644, **fields: object) -> bytes:
    """A header, with extended ones where it needs them, and its padded body."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    for field, value in fields.items():
        setattr(info, field, value)
    header = info.tobuf(tarfile.PAX_FORMAT)
    return header + data + bytes(-len(data) % 512)


def folder(name: str) -> bytes:
    return member(name, b"", mode=0o755, type=tarfile.DIRTYPE)


END = bytes(1024)


def serve_kit(
    server: FaultServer, layer: bytes, files: list[IndexedFile], *, attached: bool = False, hashed: bytes = b""
) -> str:
    """A kit of one layer whose index says this of it; `attached` to a kit that names none. `hashed` stands for it."""
    builder = IndexBuilder(files)
    builder.write(memoryview(hashed or layer))
    built = builder.build()
    server.add_blob(built.read())
    digest = server.add_blob(layer)
    config = {
        "manifestVersion": "1.0.0",
        "package": {"name": "k"},
        "code": [{"path": "code", "digest": digest, "diffId": digest}],
    }
    data = json.dumps(config).encode()
    described = Descriptor("application/vnd.kitops.modelkit.config.v1+json", Digest(server.add_blob(data)), len(data))
    plain = Descriptor(LAYER, Digest(digest), len(layer))
    indexed = replace(plain, annotations=built.address.annotation)
    layers = [(plain if attached else indexed).to_json()]
    manifest = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "artifactType": "application/vnd.kitops.modelkit.manifest.v1+json",
        "config": described.to_json(),
        "layers": layers,
    }
    text = json.dumps(manifest).encode()
    named = Digest.of(text)
    server.manifests[named] = text, IMAGE_MANIFEST
    server.tags["v1"] = named
    made = referrer(Descriptor(IMAGE_MANIFEST, named, len(text)), [indexed])
    if attached and made is not None:
        server.add_blob(b"{}")
        server.manifests[made[0].digest] = made[1], IMAGE_MANIFEST
    return f"{server.host}/t/k:v1"


def offset_of(layer: bytes, data: bytes) -> int:
    return layer.index(data + bytes(-len(data) % 512))


def another_file() -> tuple[bytes, list[IndexedFile]]:
    layer = folder("code") + member(NAME, EVIL) + member("code/z.bin", FILLER) + member("code/z.txt", GOOD) + END
    return layer, [IndexedFile(NAME, len(GOOD), 0o644, offset_of(layer, GOOD))]


def within_a_body() -> tuple[bytes, list[IndexedFile]]:
    hidden = FILLER[:512] + GOOD
    layer = folder("code") + member("code/b.bin", hidden + FILLER) + member(NAME, EVIL) + END
    return layer, [IndexedFile(NAME, len(GOOD), 0o644, layer.index(GOOD))]


def another_size() -> tuple[bytes, list[IndexedFile]]:
    layer = folder("code") + member(NAME, EVIL) + member("code/z.bin", FILLER) + END
    return layer, [IndexedFile(NAME, 10, 0o644, offset_of(layer, EVIL))]


def empty() -> tuple[bytes, list[IndexedFile]]:
    layer = folder("code") + member(NAME, EVIL) + member("code/z.bin", FILLER) + END
    return layer, [IndexedFile(NAME, 0, 0o644, offset_of(layer, EVIL))]


def another_mode() -> tuple[bytes, list[IndexedFile]]:
    layer = folder("code") + member(NAME, EVIL, mode=0o600) + member("code/z.bin", FILLER) + END
    return layer, [IndexedFile(NAME, len(EVIL), 0o755, offset_of(layer, EVIL))]


def a_name_by_pax() -> tuple[bytes, list[IndexedFile]]:
    renamed = member(NAME, GOOD, pax_headers={"path": "code/other.py"})
    layer = folder("code") + renamed + member("code/z.bin", FILLER) + member("code/y.py", EVIL) + END
    return layer, [IndexedFile(NAME, len(GOOD), 0o644, offset_of(layer, GOOD))]


def a_size_by_pax() -> tuple[bytes, list[IndexedFile]]:
    records = b"13 size=" + str(len(EVIL)).encode() + b"\n"
    extended = member("PaxHeaders/x", records.replace(b"13", b"11"), type=tarfile.XHDTYPE)
    body = member(NAME, EVIL)
    header = tarfile.TarInfo(NAME)
    header.size, header.mode = 0, 0o644
    layer = folder("code") + extended + header.tobuf() + body[512:] + member("code/z.bin", FILLER) + END
    return layer, [IndexedFile(NAME, 5, 0o644, offset_of(layer, EVIL))]


def a_file_before_it() -> tuple[bytes, list[IndexedFile]]:
    layer = folder("code") + member("code/0.py", b"") + member(NAME, GOOD) + member("code/z.bin", FILLER) + END
    return layer, [IndexedFile(NAME, len(GOOD), 0o644, offset_of(layer, GOOD))]


def a_link() -> tuple[bytes, list[IndexedFile]]:
    link = member(NAME, b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")
    layer = folder("code") + link + member("code/z.bin", FILLER) + END
    return layer, [IndexedFile(NAME, 18, 0o644, layer.index(link) + 512)]


def its_name_is_a_folder() -> tuple[bytes, list[IndexedFile]]:
    layer = folder("code") + folder("code/b.py") + member(NAME, GOOD) + member("code/b.py/z.bin", FILLER) + END
    at = offset_of(layer, GOOD)
    return layer, [IndexedFile(NAME, len(GOOD), 0o644, at), IndexedFile("code/b.py", 5, 0o644, at + 1024)]


SEEN_IN_THE_HEADER = [
    another_file,
    within_a_body,
    another_size,
    empty,
    another_mode,
    a_name_by_pax,
    a_size_by_pax,
    a_file_before_it,
    a_link,
    its_name_is_a_folder,
]


def a_later_twin() -> tuple[bytes, list[IndexedFile]]:
    layer = folder("code") + member(NAME, GOOD) + member("code/z.bin", FILLER) + member(NAME, EVIL) + END
    at = offset_of(layer, FILLER)
    return layer, [
        IndexedFile(NAME, len(GOOD), 0o644, offset_of(layer, GOOD)),
        IndexedFile("code/z.bin", len(FILLER), 0o644, at),
    ]


def one_left_out() -> tuple[bytes, list[IndexedFile]]:
    layer = folder("code") + member(NAME, GOOD) + member("code/z.bin", FILLER) + END
    return layer, [IndexedFile(NAME, len(GOOD), 0o644, offset_of(layer, GOOD))]


def a_tar_in_a_body() -> tuple[bytes, list[IndexedFile]]:
    inner = member("code/0.txt", b"0") + member(NAME, GOOD)
    layer = folder("code") + member("code/b.bin", inner + FILLER) + member(NAME, EVIL) + END
    at = layer.index(member("code/0.txt", b"0")) + 512
    return layer, [
        IndexedFile("code/0.txt", 1, 0o644, at),
        IndexedFile(NAME, len(GOOD), 0o644, offset_of(layer, GOOD)),
    ]


SEEN_IN_THE_WHOLE = [a_later_twin, one_left_out, a_tar_in_a_body]
FORGERIES = [*SEEN_IN_THE_HEADER, *SEEN_IN_THE_WHOLE]
Forgery = Callable[[], tuple[bytes, list[IndexedFile]]]


@pytest.mark.parametrize("forge", SEEN_IN_THE_HEADER)
def test_a_file_whose_header_says_otherwise_is_refused(
    forge: Forgery, server: FaultServer, there: Settings, tmp_path: Path
) -> None:
    reference = serve_kit(server, *forge())
    with pytest.raises(KitError):
        kit.pull_files(reference, tmp_path / "part", filters=[f"code:{NAME}"], connection=HTTP, settings=there)
    assert not (tmp_path / "part" / NAME).exists()
    files = KitFileSystem(home=there.home, plain_http=True, skip_instance_cache=True)
    with pytest.raises(KitError):
        files.cat_file(f"kit://{reference}/{NAME}")
    with pytest.raises(KitError), files.open(f"kit://{reference}/{NAME}") as stream:
        stream.read(3)


@pytest.mark.parametrize("forge", SEEN_IN_THE_WHOLE)
def test_what_only_the_whole_shows_is_not_called_verified_and_is_found_when_it_passes(
    forge: Forgery, server: FaultServer, there: Settings, tmp_path: Path
) -> None:
    reference = serve_kit(server, *forge())
    part = kit.pull_files(reference, tmp_path / "part", filters=[f"code:{NAME}"], connection=HTTP, settings=there)
    assert "every digest verified" not in str(part)
    try:
        whole = kit.pull_files(reference, tmp_path / "whole", connection=HTTP, settings=there)
    except KitError:
        return  # the archive itself is refused
    assert any("file index" in text for text in whole.warnings)
    try:
        again = kit.pull_files(reference, tmp_path / "again", filters=[f"code:{NAME}"], connection=HTTP, settings=there)
    except KitError:
        return
    assert (again.directory / NAME).read_bytes() == (whole.directory / NAME).read_bytes()


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_pull_into_the_store_says_that_an_index_is_wrong(
    forge: Forgery, server: FaultServer, there: Settings
) -> None:
    layer, files = forge()
    reference = serve_kit(server, layer, files)
    pulled = kit.pull(reference, connection=HTTP, settings=there)
    assert "file index does not match the layer" in str(pulled)


def test_a_part_is_fully_verified_once_the_whole_has_passed(
    server: FaultServer, there: Settings, tmp_path: Path
) -> None:
    layer = folder("code") + member(NAME, GOOD) + member("code/z.bin", FILLER) + END
    with tarfile.open(fileobj=io.BytesIO(layer)) as opened:
        found = [item for item in opened if item.isfile()]
    files = [IndexedFile(item.name, item.size, item.mode, item.offset_data) for item in found]
    reference = serve_kit(server, layer, files)
    before = kit.pull_files(reference, tmp_path / "before", filters=[f"code:{NAME}"], connection=HTTP, settings=there)
    assert "verified by the kit's file index" in str(before)
    kit.pull_files(reference, tmp_path / "whole", connection=HTTP, settings=there)
    after = kit.pull_files(reference, tmp_path / "after", filters=[f"code:{NAME}"], connection=HTTP, settings=there)
    assert "every digest verified" in str(after)


def test_who_packed_a_layer_knows_its_index(tmp_path: Path, there: Settings) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.bin").write_bytes(FILLER)
    (tmp_path / "p" / "Kitfile").write_text("code: [{path: .}]\n")
    packed = kit.pack(tmp_path / "p", tag="k:v1", settings=there)
    (layer,) = packed.layers
    assert IndexFindings(there).is_right(layer.descriptor)
