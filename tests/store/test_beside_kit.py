"""Another program writes the same lists, in place, from what it read a while ago: nothing of it or of ours is lost."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter import disk
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.store import Store
from kitops_jupyter.store import files as store_files
from tests.contract import MadeKit, make_kit, store_kit
from tests.store.work_on_a_store import open_store

A = "bG9jYWxob3N0L2E="  # localhost/a
THEIRS, OURS = 10, 6

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows replaces no open file")


def read(path: Path) -> dict[str, Any]:
    """As kit does: once, and what is not JSON is an error of its own."""
    for _ in range(200):
        try:
            found: dict[str, Any] = json.loads(path.read_bytes())
            return found
        except FileNotFoundError:
            return {}
        except ValueError:
            time.sleep(0.001)  # another of its kind is writing
    raise AssertionError(f"{path} is not JSON")


def write(path: Path, value: object) -> None:
    """As Go's os.WriteFile does: open, which empties the file, then write."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.write(descriptor, json.dumps(value).encode())
    os.close(descriptor)


class OtherProgram:
    """One run of kit: its lists are read when it begins, and written when it ends."""

    def __init__(self, storage: Path) -> None:
        self.storage = storage
        self.paths = [storage / name for name in ("index.json", f"{A}-index.json", f"{A}-tags.json")]
        self.shared, self.listing, self.tags = map(read, self.paths)

    def pack(self, kit: MadeKit, tag: str) -> None:
        blobs = self.storage / "blobs" / "sha256"
        for descriptor, data in kit.contents:
            (blobs / descriptor.digest.hex).write_bytes(data)
        entry = kit.manifest.to_json()
        for listing, path in ((self.listing, self.paths[1]), (self.shared, self.paths[0])):
            listing.setdefault("schemaVersion", 2)
            listing["manifests"] = [*(listing.get("manifests") or []), entry]
            write(path, listing)
        self.tags[tag] = entry
        write(self.paths[2], self.tags)


def play_kit(home: Path, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(THEIRS):
        program = OtherProgram(home / "storage")
        time.sleep(chance.uniform(0, 0.03))
        program.pack(make_kit(b"theirs %d" % number, name=f"theirs-{number}"), f"theirs-{number}")


def test_an_older_list_written_over_ours_many_times_loses_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store_kit(store.repository("localhost/a"), make_kit(b"first"), ["first"])
    other = multiprocessing.get_context("spawn").Process(target=play_kit, args=(tmp_path, 7))
    other.start()
    said: list[str] = []
    for number in range(OURS):
        time.sleep(0.03)
        with store.session() as session:
            store_kit(store.repository("localhost/a"), make_kit(b"ours %d" % number), [f"ours-{number}"])
        said += session.notes
    other.join(60)
    assert other.exitcode == 0
    names = {f"ours-{number}" for number in range(OURS)} | {f"theirs-{number}" for number in range(THEIRS)} | {"first"}
    ((_, *_), *_) = store.kits()
    assert set(store.repository("localhost/a").tags()) == names
    assert len({entry.digest for _, entry, _ in store.kits()}) == len(names)
    assert store.check(read_layers=True).problems == ()
    assert len(read(tmp_path / "storage" / "index.json")["manifests"]) == len(names)
    assert all("another program" in note for note in said)


@pytest.fixture
def seen(store: Store) -> Store:
    store_kit(store.repository("localhost/a"), make_kit(b"first"), ["first"])
    return store


@pytest.mark.parametrize("is_new", [True, False], ids=["its own kit", "the same kit again"])
def test_what_an_older_list_has_not_is_there_for_the_next_reader(seen: Store, storage: Path, is_new: bool) -> None:
    program = OtherProgram(storage)
    ours, theirs = make_kit(b"ours"), make_kit(b"theirs" if is_new else b"first")
    store_kit(seen.repository("localhost/a"), ours, ["ours"])
    program.pack(theirs, "theirs")
    assert seen.repository("localhost/a").resolve("ours").digest == ours.manifest.digest
    assert {tag for _, _, tags in seen.kits() for tag in tags} == {"first", "ours", "theirs"}
    assert set(read(storage / f"{A}-tags.json")) == {"first", "ours", "theirs"}
    assert seen.check().problems == ()


def test_a_tag_is_given_though_the_list_was_lost_in_between(seen: Store, storage: Path) -> None:
    program, ours = OtherProgram(storage), make_kit(b"ours")
    repository = seen.repository("localhost/a")
    with seen.session() as session:
        store_kit(repository, ours)
        program.pack(make_kit(b"theirs"), "theirs")
        repository.tag(ours.manifest, "ours")
    assert session.notes
    assert set(repository.tags()) == {"first", "ours", "theirs"}


def test_a_tag_that_both_moved_stays_where_it_was_moved_last(seen: Store, storage: Path) -> None:
    repository, ours, theirs = seen.repository("localhost/a"), make_kit(b"ours"), make_kit(b"theirs")
    store_kit(repository, ours, ["champion"])
    OtherProgram(storage).pack(theirs, "champion")
    assert repository.resolve("champion").digest == theirs.manifest.digest
    assert {entry.digest for entry in repository.manifests()} >= {ours.manifest.digest, theirs.manifest.digest}


def kit_remove(storage: Path, kit: MadeKit) -> None:
    """As kit removes the last tag of a kit that no other repository has."""
    program = OtherProgram(storage)
    tags = {tag: entry for tag, entry in program.tags.items() if entry["digest"] != kit.manifest.digest}
    write(program.paths[2], tags) if tags else program.paths[2].unlink()
    for listing, path in ((program.listing, program.paths[1]), (program.shared, program.paths[0])):
        left = [entry for entry in listing["manifests"] if entry["digest"] != kit.manifest.digest]
        if left or path.name == "index.json":
            write(path, {**listing, "manifests": left})
        else:
            path.unlink()
    for descriptor, _ in kit.contents:
        (storage / "blobs" / "sha256" / descriptor.digest.hex).unlink()


@pytest.mark.parametrize("is_alone", [True, False])
def test_what_kit_removed_stays_removed(store: Store, storage: Path, is_alone: bool) -> None:
    repository, gone = store.repository("localhost/a"), make_kit(b"gone")
    store_kit(repository, gone, ["v1", "v2"])
    if not is_alone:
        store_kit(repository, make_kit(b"stays", name="stays"), ["stays"])
    kit_remove(storage, gone)
    store_kit(store.repository("localhost/b"), make_kit(b"other", name="other"), ["v1"])
    assert set(repository.tags()) == (set() if is_alone else {"stays"})
    assert gone.manifest.digest not in {entry.digest for _, entry, _ in store.kits()}


def test_a_tag_that_kit_took_away_stays_away(seen: Store, storage: Path) -> None:
    repository, ours = seen.repository("localhost/a"), make_kit(b"ours")
    store_kit(repository, ours, ["v1", "v2"])
    tags = read(storage / f"{A}-tags.json")
    del tags["v1"]
    write(storage / f"{A}-tags.json", tags)
    repository.tag(ours.manifest, "v3")
    assert set(repository.tags()) == {"first", "v2", "v3"}


def test_what_we_removed_does_not_come_back(seen: Store, storage: Path) -> None:
    from kitops_jupyter.reference import Reference

    program = OtherProgram(storage)
    seen.remove(Reference.parse("a:first"))
    write(storage / "index.json", program.shared)
    assert seen.kits() == []


@posix_only
@pytest.mark.parametrize("moment", ["before", "while", "after"])
def test_a_list_that_is_written_while_we_replace_it_is_not_lost(
    seen: Store, storage: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written before our rename, opened before and written after it, or written right after it."""
    theirs, ours, done = make_kit(b"theirs"), make_kit(b"ours"), list[Path]()
    program, replace = OtherProgram(storage), disk.replace

    def slow(source: Path, destination: Path) -> None:
        if destination.name != f"{A}-index.json" or done:
            replace(source, destination)
            return
        done.append(destination)
        value = {**program.listing, "manifests": [*program.listing["manifests"], theirs.manifest.to_json()]}
        data = json.dumps(value).encode()
        if moment == "before":
            write(destination, value)
            replace(source, destination)
        elif moment == "while":
            opened = os.open(destination, os.O_WRONLY | os.O_TRUNC)
            replace(source, destination)
            os.write(opened, data)
            os.close(opened)
        else:
            replace(source, destination)
            write(destination, value)

    for descriptor, data in theirs.contents:
        (storage / "blobs" / "sha256" / descriptor.digest.hex).write_bytes(data)
    monkeypatch.setattr(store_files, "replace", slow)
    with seen.session():
        store_kit(seen.repository("localhost/a"), ours, ["ours"])
    assert done
    assert {entry.digest for entry in seen.repository("localhost/a").manifests()} >= {
        ours.manifest.digest,
        theirs.manifest.digest,
    }
    assert seen.repository("localhost/a").resolve("ours").digest == ours.manifest.digest


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"[]", b'{"entries": 7, "seen": []}', b'{"entries": [{}], "seen": {"../x": [1]}}', b"\xff"]
)
def test_notes_that_are_none_are_no_notes(seen: Store, storage: Path, junk: bytes) -> None:
    (storage / ".kitops_jupyter" / "recent.json").write_bytes(junk)
    assert [tags for _, _, tags in seen.kits()] == [("first",)]
    store_kit(seen.repository("localhost/a"), make_kit(b"second", name="second"), ["second"])
    assert len(seen.kits()) == 2


def test_looking_again_takes_no_lock_and_writes_nothing_where_nobody_else_wrote(seen: Store, storage: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in storage.rglob("*") if path.is_file()}
    for _ in range(3):
        seen.kits()
        seen.repository("localhost/a").resolve("first")
    assert {path: path.stat().st_mtime_ns for path in storage.rglob("*") if path.is_file()} == before


def test_a_descriptor_of_a_foreign_store_is_never_listed(seen: Store, storage: Path) -> None:
    """What is noted is only ever written again when all of it is there."""
    notes = read(storage / ".kitops_jupyter" / "recent.json")
    fake = Descriptor("application/vnd.oci.image.manifest.v1+json", Digest.of(b"x"), 1)
    notes["entries"][0]["manifest"] = fake.to_json()
    notes["seen"]["index.json"] = []
    write(storage / ".kitops_jupyter" / "recent.json", notes)
    assert [entry.digest for _, entry, _ in seen.kits()] != [fake.digest]
    seen.ingest(io.BytesIO(b"x"))
    assert len(seen.kits()) == 1
