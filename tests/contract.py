"""What every content.Target must do: memory, the store, a registry. One suite, run for each of them.

pytest.register_assert_rewrite("tests.contract")
from tests.contract import TargetContract

class TestMemoryTarget(TargetContract):
    @pytest.fixture
    def target(self) -> Target:
        return MemoryTarget()
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from kitops_jupyter.content import Descriptor, Digest, Ingests, Readable, Target, read_verified
from kitops_jupyter.errors import DigestMismatch, KitError, NotFound, SizeMismatch

IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
MODELKIT = "application/vnd.kitops.modelkit"


@dataclass(frozen=True)
class MadeKit:
    """A kit in memory: what to write, in the order in which it must be written, the manifest last."""

    manifest: Descriptor
    contents: tuple[tuple[Descriptor, bytes], ...]

    @property
    def layers(self) -> tuple[Descriptor, ...]:
        return tuple(descriptor for descriptor, _ in self.contents[:-2])


def make_kit(*layers: bytes, name: str = "kit") -> MadeKit:
    """A kit with these layers; kits of other names are other kits."""
    parts = [(Descriptor.of(f"{MODELKIT}.model.v1.tar", data), data) for data in layers]
    text = json.dumps({"manifestVersion": "1.0.0", "package": {"name": name}}).encode()
    config = Descriptor.of(f"{MODELKIT}.config.v1+json", text)
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": IMAGE_MANIFEST,
            "artifactType": f"{MODELKIT}.manifest.v1+json",
            "config": config.to_json(),
            "layers": [descriptor.to_json() for descriptor, _ in parts],
        }
    ).encode()
    described = Descriptor.of(IMAGE_MANIFEST, manifest)
    return MadeKit(described, (*parts, (config, text), (described, manifest)))


def store_kit(target: Target, kit: MadeKit, tags: Sequence[str] = ()) -> None:
    """Write the kit, children first, and tag it."""
    for descriptor, data in kit.contents:
        target.write(descriptor, io.BytesIO(data))
    for tag in tags:
        target.tag(kit.manifest, tag)


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time, and may fail in the middle."""

    def __init__(self, data: bytes, failure: BaseException | None = None) -> None:
        super().__init__()
        self._data = io.BytesIO(data)
        self._failure = failure

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        piece = self._data.read(min(7, len(buffer)))
        if not piece and self._failure is not None:
            raise self._failure
        buffer[: len(piece)] = piece
        return len(piece)


class TargetContract:
    """Subclass it as Test...; the fixture gives an empty place."""

    @pytest.fixture
    def target(self) -> Target:
        raise NotImplementedError

    def test_what_was_written_is_read_back_verified(self, target: Target) -> None:
        kit = make_kit(b"weights" * 1000, b"")
        store_kit(target, kit)
        for descriptor, data in kit.contents:
            assert target.exists(descriptor)
            assert read_verified(target, descriptor) == data

    def test_what_was_not_written_is_not_there(self, target: Target) -> None:
        kit = make_kit(b"weights")
        for descriptor, _ in kit.contents:
            assert not target.exists(descriptor)
            with pytest.raises(NotFound):
                target.open(descriptor)

    def test_a_manifest_is_found_by_its_digest(self, target: Target) -> None:
        kit = make_kit(b"weights")
        store_kit(target, kit)
        found = target.resolve(kit.manifest.digest)
        assert (found.digest, found.size_bytes, found.media_type) == (
            kit.manifest.digest,
            kit.manifest.size_bytes,
            IMAGE_MANIFEST,
        )

    def test_a_manifest_is_found_by_each_of_its_tags(self, target: Target) -> None:
        kit = make_kit(b"weights")
        store_kit(target, kit, ["v1", "latest", "B.c_d-e"])
        for tag in ("v1", "latest", "B.c_d-e"):
            assert target.resolve(tag).digest == kit.manifest.digest

    @pytest.mark.parametrize("name", ["v2", "", "V1", "sha256:" + "0" * 64, "v1/../v1", "../index"])
    def test_a_name_that_nobody_gave_is_not_found(self, target: Target, name: str) -> None:
        store_kit(target, make_kit(b"weights"), ["v1"])
        with pytest.raises(NotFound):
            target.resolve(name)

    def test_a_layer_is_no_manifest_to_resolve(self, target: Target) -> None:
        kit = make_kit(b"weights")
        store_kit(target, kit)
        with pytest.raises(NotFound):
            target.resolve(kit.layers[0].digest)

    def test_a_tag_moves_to_the_manifest_that_it_is_given_last(self, target: Target) -> None:
        old, new = make_kit(b"old"), make_kit(b"new")
        store_kit(target, old, ["champion", "v1"])
        store_kit(target, new, ["champion"])
        assert target.resolve("champion").digest == new.manifest.digest
        assert target.resolve("v1").digest == old.manifest.digest

    def test_a_manifest_that_is_not_there_cannot_be_tagged(self, target: Target) -> None:
        store_kit(target, make_kit(b"old"), ["v1"])
        with pytest.raises(NotFound):
            target.tag(make_kit(b"new").manifest, "v1")
        assert target.resolve("v1").digest == make_kit(b"old").manifest.digest

    def test_writing_again_changes_nothing(self, target: Target) -> None:
        kit = make_kit(b"weights")
        store_kit(target, kit, ["v1"])
        store_kit(target, kit, ["v1"])
        assert target.resolve("v1").digest == kit.manifest.digest

    def test_a_stream_of_few_bytes_at_a_time_is_stored_whole(self, target: Target) -> None:
        descriptor = Descriptor.of(f"{MODELKIT}.model.v1.tar", b"weights" * 999)
        target.write(descriptor, Trickle(b"weights" * 999))
        assert read_verified(target, descriptor) == b"weights" * 999

    @pytest.mark.parametrize(
        ("data", "error"),
        [
            (b"weightz", DigestMismatch),
            (b"weight", SizeMismatch),
            (b"weights!", SizeMismatch),
            (b"", SizeMismatch),
            (b"weights" * 100_000, SizeMismatch),
        ],
    )
    @pytest.mark.parametrize("media_type", [f"{MODELKIT}.model.v1.tar", IMAGE_MANIFEST])
    def test_wrong_bytes_are_refused_and_leave_nothing(
        self, target: Target, data: bytes, error: type[KitError], media_type: str
    ) -> None:
        descriptor = Descriptor.of(media_type, b"weights")
        with pytest.raises(error):
            target.write(descriptor, Trickle(data))
        assert not target.exists(descriptor)
        with pytest.raises(NotFound):
            target.open(descriptor)

    def test_the_right_bytes_are_taken_after_wrong_ones(self, target: Target) -> None:
        descriptor = Descriptor.of(f"{MODELKIT}.model.v1.tar", b"weights")
        with pytest.raises(DigestMismatch):
            target.write(descriptor, io.BytesIO(b"weightz"))
        target.write(descriptor, io.BytesIO(b"weights"))
        assert read_verified(target, descriptor) == b"weights"

    def test_a_stream_that_fails_leaves_nothing(self, target: Target) -> None:
        descriptor = Descriptor.of(f"{MODELKIT}.model.v1.tar", b"weights")
        with pytest.raises(ConnectionError):
            target.write(descriptor, Trickle(b"weigh", ConnectionError("cut")))
        assert not target.exists(descriptor)

    def test_an_empty_blob_is_a_blob(self, target: Target) -> None:
        descriptor = Descriptor.of(f"{MODELKIT}.code.v1.tar", b"")
        target.write(descriptor, io.BytesIO(b""))
        assert target.exists(descriptor)
        assert read_verified(target, descriptor) == b""

    def test_a_stream_of_unknown_digest_is_named_by_its_content(self, target: Target) -> None:
        if not isinstance(target, Ingests):
            pytest.skip("this target takes no stream of unknown digest")
        ingested = target.ingest(Trickle(b"weights" * 999))
        assert (ingested.digest, ingested.size_bytes) == (Digest.of(b"weights" * 999), 6993)
        descriptor = Descriptor(f"{MODELKIT}.model.v1.tar", ingested.digest, ingested.size_bytes)
        assert read_verified(target, descriptor) == b"weights" * 999

    def test_a_stream_of_unknown_digest_that_fails_leaves_nothing(self, target: Target) -> None:
        if not isinstance(target, Ingests):
            pytest.skip("this target takes no stream of unknown digest")
        with pytest.raises(ConnectionError):
            target.ingest(Trickle(b"weigh", ConnectionError("cut")))
        assert not target.exists(Descriptor.of("", b"weigh"))

    def test_the_reader_is_the_callers_to_close(self, target: Target) -> None:
        kit = make_kit(b"weights")
        store_kit(target, kit)
        first: Readable = target.open(kit.layers[0])
        second: Readable = target.open(kit.layers[0])
        first.close()
        buffer = memoryview(bytearray(7))
        assert second.readinto(buffer) == 7
        assert bytes(buffer) == b"weights"
        second.close()
