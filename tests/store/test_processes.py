"""Many processes on one store, some of them killed: it stays whole."""

from __future__ import annotations

import io
import multiprocessing
import os
import random
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest
from filelock import FileLock

from kitops_jupyter.content import Descriptor, Digest, read_verified
from kitops_jupyter.errors import Cancelled, ContentMissing, StoreBusy
from kitops_jupyter.progress import Event
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import LayerRecord, Store, lock
from tests.contract import make_kit, store_kit
from tests.store.work_on_a_store import SHARED, open_store, pack, work, work_until_killed

KILLS = 110


@pytest.fixture(scope="module")
def processes() -> BaseContext:
    """Processes that start fast, with the package loaded, and share nothing with this one."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.work_on_a_store"])
    return context


def test_killed_at_any_moment_the_store_is_whole(processes: BaseContext, tmp_path: Path) -> None:
    """kill -9 at random moments of packing, tagging and removing; nothing is repaired between the kills."""
    chance = random.Random(7)
    store, did_something = open_store(tmp_path), False
    for round_number in range(KILLS):
        process = processes.Process(target=work_until_killed, args=(tmp_path, chance.randrange(1 << 30)))  # type: ignore[attr-defined]
        process.start()
        time.sleep(chance.uniform(0.01, 0.12))
        process.kill()
        process.join()
        process.close()
        check = store.check(read_layers=True)
        assert check.problems == (), f"after kill {round_number}"
        did_something = did_something or bool(store.kits())
    assert did_something
    for name, descriptor, tags in store.kits():
        for tag in tags:
            assert store.repository(name).resolve(tag) == descriptor
    store_kit(store.repository("localhost/a"), make_kit(b"weights"), ["v1"])  # clears away what the killed ones left
    store.remove_all(force=True)
    left = [path for path in (tmp_path / "storage").rglob("*") if path.is_file() and path.parent.name != "sha256"]
    assert sorted(path.name for path in left) == ["index.json", "lock", "oci-layout"]


def test_eight_processes_at_once_leave_the_store_whole(processes: BaseContext, tmp_path: Path) -> None:
    """None of them fails but for kits that another one removed; a session's blobs are there when it lists its kit."""
    with ProcessPoolExecutor(8, mp_context=processes) as pool:
        done = list(pool.map(work, [tmp_path] * 8, range(8), [40] * 8, timeout=120))
    assert min(done) > 10
    store = open_store(tmp_path)
    assert store.check(read_layers=True).problems == ()
    for name, descriptor, tags in store.kits():
        assert store.repository(name).exists(descriptor)
        assert tags == store.repository(name).tags_of(descriptor.digest)


def pin_a_blob(home: Path, data: bytes, ready: Path, go: Path) -> str:
    """Find a blob, wait while another process removes the kit it belongs to, then list a kit that needs it."""
    store = open_store(home)
    kit = make_kit(data, name="pinned")
    repository = store.repository("localhost/pinned")
    with store.session():
        assert repository.exists(kit.layers[0])
        ready.touch()
        while not go.exists():
            time.sleep(0.005)
        store_kit(repository, kit, ["v1"])
    return kit.manifest.digest


def test_a_blob_that_another_process_counts_on_is_not_removed(processes: BaseContext, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store_kit(store.repository("localhost/a"), make_kit(b"weights"), ["v1"])
    ready, go = tmp_path / "ready", tmp_path / "go"
    with ProcessPoolExecutor(1, mp_context=processes) as pool:
        other = pool.submit(pin_a_blob, tmp_path, b"weights", ready, go)
        while not ready.exists():
            assert not other.done(), other.result()
            time.sleep(0.005)
        removed = store.remove(Reference.parse("a:v1"))
        go.touch()
        assert Digest(other.result(timeout=30)) == store.repository("localhost/pinned").resolve("v1").digest
    assert removed.freed_blobs == 2  # manifest and config; the layer stayed
    assert store.check(read_layers=True).problems == ()


def hold_a_session(home: Path, data: bytes) -> None:
    """Pin a blob, leave a file half written, and live until killed."""
    store = open_store(home)
    with store.session() as session:
        store.repository("localhost/a").exists(Descriptor.of("", data))
        (session.folder / "half.part").write_bytes(b"half")
        (home / "held").touch()
        time.sleep(600)


def test_a_dead_process_holds_nothing_back(processes: BaseContext, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store_kit(store.repository("localhost/a"), make_kit(b"weights"), ["v1"])
    process = processes.Process(target=hold_a_session, args=(tmp_path, b"weights"))  # type: ignore[attr-defined]
    process.start()
    while not (tmp_path / "held").exists():
        time.sleep(0.005)
    work_folder = tmp_path / "storage" / ".kitops_jupyter" / "work"
    with store.session():
        assert len(list(work_folder.iterdir())) == 2, "a living process keeps its files"
    process.kill()
    process.join()
    assert len(list(work_folder.iterdir())) == 1
    assert store.remove(Reference.parse("a:v1")).freed_blobs == 3
    assert list(work_folder.iterdir()) == []


def test_a_session_keeps_what_it_found_from_its_own_process_too(store: Store) -> None:
    kit = make_kit(b"weights")
    repository = store.repository("localhost/a")
    store_kit(repository, kit, ["v1"])
    with store.session():
        assert repository.exists(kit.layers[0])
        assert store.remove(Reference.parse("a:v1")).freed_blobs == 2
        assert repository.exists(kit.layers[0])
        store_kit(repository, kit, ["v1"])
    assert store.remove(Reference.parse("a:v1")).freed_blobs == 3


def test_a_layer_that_the_cache_knows_stays_for_the_session(store: Store) -> None:
    kit = make_kit(b"weights")
    repository = store.repository("localhost/a")
    store_kit(repository, kit, ["v1"])
    layer = kit.layers[0]
    store.layer_cache.remember("files", LayerRecord(layer.digest, layer.digest, layer.size_bytes))
    with store.session():
        assert store.layer_cache.find("files")
        store.remove(Reference.parse("a:v1"))
        assert store.layer_cache.find("files")
    store_kit(repository, kit, ["v1"])
    store.remove(Reference.parse("a:v1"))
    assert store.layer_cache.find("files") is None


def test_sessions_nest_and_serve_every_value_of_the_store(tmp_path: Path) -> None:
    first, second = open_store(tmp_path), open_store(tmp_path)
    with first.session() as outer, second.session() as inner:
        assert outer is inner
    with first.session() as later:
        assert later is not outer
        assert not outer.folder.exists()


def test_without_a_session_a_blob_may_go_and_that_is_noticed(store: Store) -> None:
    kit = make_kit(b"weights")
    repository = store.repository("localhost/a")
    store_kit(repository, kit, ["v1"])
    repository.exists(kit.layers[0])
    store.remove(Reference.parse("a:v1"))
    with pytest.raises(ContentMissing):
        repository.write(kit.manifest, io.BytesIO(kit.contents[-1][1]))


def test_threads_share_a_store(store: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda seed: pack(store, random.Random(seed)), range(40)))
    check = store.check(read_layers=True)
    assert check.problems == ()
    assert check.kits > 5


def fork_in_a_session(home: Path) -> None:
    """A child that opens a session of its own, and ends, while its parent's is open."""
    store = open_store(home)
    with store.session() as session:
        child = os.fork()
        if not child:
            with store.session() as own:
                os._exit(0 if own.folder != session.folder else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        store_kit(store.repository("localhost/a"), make_kit(b"weights"))
        assert session.folder.is_dir()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_does_not_end_its_parents_session(processes: BaseContext, tmp_path: Path) -> None:
    process = processes.Process(target=fork_in_a_session, args=(tmp_path,))  # type: ignore[attr-defined]
    process.start()
    process.join(60)
    assert process.exitcode == 0


def test_a_cancelled_stream_leaves_nothing(store: Store, storage: Path) -> None:
    def cancel(event: Event) -> None:
        raise Cancelled("enough")

    with store.session() as session:
        with pytest.raises(Cancelled):
            store.ingest(io.BytesIO(b"weights" * 1_000_000), observe=cancel, item="model.bin")
        assert {path.name for path in session.folder.iterdir()} == {"alive"}
    assert store.check().blobs == 0


def test_a_removal_that_was_cut_short_is_finished_by_the_next_writer(store: Store, storage: Path) -> None:
    """As if killed after the lists were written: the journal is there, and so are the blobs."""
    kit = make_kit(b"weights")
    store_kit(store.repository("localhost/a"), kit, ["v1"])
    journal = '{"manifests":[{"mediaType":"%s","digest":"%s","size":%d}]}' % (  # noqa: UP031
        kit.manifest.media_type,
        kit.manifest.digest,
        kit.manifest.size_bytes,
    )
    for end in ("index", "tags"):
        (storage / f"bG9jYWxob3N0L2E=-{end}.json").unlink()
    (storage / ".kitops_jupyter" / "pending.json").write_text(journal)
    assert store.check().blobs == 3
    with store.session():
        store_kit(store.repository("localhost/b"), make_kit(b"other"))
    check = store.check(read_layers=True)
    assert (check.blobs, check.unreferenced, check.problems) == (3, (), ())


def test_shared_layers_are_read_back(store: Store) -> None:
    ingested = store.ingest(io.BytesIO(SHARED[0]))
    descriptor = Descriptor("", ingested.digest, ingested.size_bytes)
    assert read_verified(store.repository("localhost/a"), descriptor) == SHARED[0]


def test_a_lock_that_is_held_for_too_long_is_told(store: Store, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_kit(store.repository("localhost/a"), make_kit(b"weights"), ["v1"])
    monkeypatch.setattr(lock, "TIMEOUT_S", 0.05)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with FileLock(storage / ".kitops_jupyter" / "lock"):
            held.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    try:
        with pytest.raises(StoreBusy) as problem:
            store.remove(Reference.parse("a:v1"))
        assert problem.value.temporary
        assert store.repository("localhost/a").tags().keys() == {"v1"}, "reading waits for nobody"
    finally:
        done.set()
        thread.join()


def test_a_file_that_kit_is_writing_is_read_a_moment_later(store: Store, storage: Path) -> None:
    store_kit(store.repository("localhost/a"), make_kit(b"weights"), ["v1"])
    (path,) = storage.glob("*-tags.json")
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    writer = threading.Timer(0.03, path.write_bytes, [whole])
    writer.start()
    assert store.repository("localhost/a").tags().keys() == {"v1"}
    writer.join()


def test_blobs_that_nobody_needs_are_counted_and_no_problem(store: Store) -> None:
    store_kit(store.repository("localhost/a"), make_kit(b"weights"), ["v1"])
    spare = {store.ingest(io.BytesIO(data)).digest for data in (b"one", b"three")}
    check = store.check()
    assert (set(check.unreferenced), check.unreferenced_bytes, check.problems) == (spare, 8, ())
