"""A file index that somebody attached to a kit: a stranger's claim, until all of the layer has passed here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import IMAGE_MANIFEST, Descriptor, Digest
from kitops_jupyter.errors import KitError
from kitops_jupyter.file_index import ANNOTATIONS, ARTIFACT_TYPES, LAYER_ANNOTATION, IndexedFile
from kitops_jupyter.filesystem import KitFileSystem
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.fault_server import FaultServer
from tests.operations.projects import files_in
from tests.operations.test_forged_index import (
    END,
    EVIL,
    FILLER,
    FORGERIES,
    GOOD,
    NAME,
    Forgery,
    folder,
    member,
    offset_of,
    serve_kit,
)

HTTP = Connection(plain_http=True)
FILTER = [f"code:{NAME}"]


def honest() -> tuple[bytes, list[IndexedFile]]:
    layer = folder("code") + member(NAME, GOOD) + member("code/z.bin", FILLER) + END
    at = layer.index(b"code/z.bin") + 512
    return layer, [
        IndexedFile(NAME, len(GOOD), 0o644, offset_of(layer, GOOD)),
        IndexedFile("code/z.bin", len(FILLER), 0o644, at),
    ]


def other_bytes() -> tuple[bytes, list[IndexedFile], bytes]:
    """Right places and names, the digests of other bytes."""
    layer, files = honest()
    return layer, files, layer.replace(GOOD, EVIL[: len(GOOD)])


def lied_about(server: FaultServer, forge: Forgery) -> str:
    return serve_kit(server, *forge(), attached=True)


def whole_of(reference: str, tmp_path: Path) -> dict[str, bytes] | None:
    """What unpacking all of the kit writes, on a machine that knows nothing; None where it is refused."""
    settings = Settings.load({}, home=tmp_path / "fresh")
    try:
        return files_in(kit.pull_files(reference, tmp_path / "whole", connection=HTTP, settings=settings).directory)
    except KitError:
        return None


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_lie_about_places_or_names_never_writes_other_bytes_or_names_than_unpacking_does(
    forge: Forgery, server: FaultServer, there: Settings, tmp_path: Path
) -> None:
    reference = lied_about(server, forge)
    truth = whole_of(reference, tmp_path)
    for turn in range(3):
        into = tmp_path / f"part-{turn}"
        try:
            pulled = kit.pull_files(reference, into, filters=FILTER, connection=HTTP, settings=there)
        except KitError:
            assert not into.exists() and (truth is None or NAME not in truth)
            continue
        assert truth is not None and files_in(into) == {NAME: truth[NAME]}
        if turn == 0:
            assert pulled.read_whole
            assert any("its file index" in text for text in pulled.warnings)
        assert "verified by the kit's file index" not in str(pulled)


def test_a_lie_about_the_bytes_never_writes_them_and_refuses_no_right_ones(
    server: FaultServer, there: Settings, tmp_path: Path
) -> None:
    layer, files, hashed = other_bytes()
    reference = serve_kit(server, layer, files, attached=True, hashed=hashed)
    first = kit.pull_files(reference, tmp_path / "first", filters=FILTER, connection=HTTP, settings=there)
    assert files_in(tmp_path / "first") == {NAME: GOOD}
    assert any("its digests are not those of the layer's pieces" in text for text in first.warnings)
    assert "every digest verified" in str(first) and "all of the layer was read" in str(first)
    again = kit.pull_files(reference, tmp_path / "again", filters=FILTER, connection=HTTP, settings=there)
    assert files_in(tmp_path / "again") == {NAME: GOOD} and not again.read_whole
    assert "every digest verified" not in str(again)  # nobody offers an index that is right


def test_an_honest_one_is_believed_once_all_of_the_layer_has_passed(
    server: FaultServer, there: Settings, tmp_path: Path
) -> None:
    reference = lied_about(server, honest)
    first = kit.pull_files(reference, tmp_path / "first", filters=FILTER, connection=HTTP, settings=there)
    assert first.read_whole and not first.warnings
    sent = server.sent_bytes("GET")
    again = kit.pull_files(reference, tmp_path / "again", filters=FILTER, connection=HTTP, settings=there)
    assert server.sent_bytes("GET") - sent < 10_000
    assert "every digest verified" in str(again) and not again.read_whole and not again.warnings
    assert files_in(tmp_path / "again") == {NAME: GOOD}


def test_other_bytes_of_a_registry_are_an_error_once_the_index_is_known(
    server: FaultServer, there: Settings, tmp_path: Path
) -> None:
    reference = lied_about(server, honest)
    kit.pull_files(reference, tmp_path / "first", filters=FILTER, connection=HTTP, settings=there)
    name = next(digest for digest, data in server.blobs.items() if FILLER in data)
    server.blobs[name] = server.blobs[name].replace(GOOD, EVIL[: len(GOOD)])
    with pytest.raises(kit.DigestMismatch):
        kit.pull_files(reference, tmp_path / "again", filters=FILTER, connection=HTTP, settings=there)
    assert not (tmp_path / "again").exists()


def test_no_file_is_called_verified_by_a_claim(server: FaultServer, there: Settings) -> None:
    reference = lied_about(server, honest)
    files = KitFileSystem(home=there.home, plain_http=True, skip_instance_cache=True)
    assert not files.info(f"kit://{reference}/{NAME}")["verified"]
    assert files.cat_file(f"kit://{reference}/{NAME}") == GOOD


def claim(of: str, blob: Descriptor, kind: str = ARTIFACT_TYPES[2], **annotations: str) -> dict[str, object]:
    described = replace(blob, annotations={LAYER_ANNOTATION: of, **annotations})
    return {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "artifactType": kind,
        "layers": [described.to_json()],
    }


@pytest.mark.parametrize("what", ["lost", "garbled", "huge", "another subject", "no list", "not JSON"])
def test_a_claim_that_cannot_be_used_stops_no_pull(
    what: str, server: FaultServer, there: Settings, tmp_path: Path
) -> None:
    layer, files = honest()
    reference = serve_kit(server, layer, files, attached=True)
    (digest,) = [name for name, (data, _) in server.manifests.items() if b'"subject"' in data]
    made = json.loads(server.manifests.pop(digest)[0])
    (blob,) = made["layers"]
    if what == "lost":
        del server.blobs[blob["digest"]]
    elif what == "garbled":
        blob["annotations"][ANNOTATIONS[2]] = "2;nothing"
    elif what == "huge":
        address = blob["annotations"][ANNOTATIONS[2]].split(";")
        blob["annotations"][ANNOTATIONS[2]] = ";".join([*address[:2], "1000000000", address[3], "999999999"])
    elif what == "another subject":
        made["subject"]["size"] = 1
        made["layers"][0]["annotations"][LAYER_ANNOTATION] = str(Digest.of(b"another layer"))
    elif what == "no list":
        made["layers"] = "none"
    text = b"{nothing" if what == "not JSON" else json.dumps(made).encode()
    server.manifests[Digest.of(text)] = text, IMAGE_MANIFEST
    pulled = kit.pull_files(reference, tmp_path / "out", filters=FILTER, connection=HTTP, settings=there)
    assert files_in(pulled.directory) == {NAME: GOOD}
    assert "every digest verified" in str(pulled) or any("not covered" in text for text in pulled.warnings)
