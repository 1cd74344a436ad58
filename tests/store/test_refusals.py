"""No room and no permission: a typed error at once, a whole store, and reading goes on."""

from __future__ import annotations

import io
import multiprocessing
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kitops_jupyter.content import read_verified
from kitops_jupyter.errors import KitError, StorageFull, StoreCorrupt, StoreError
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import LayerRecord
from tests.contract import make_kit, store_kit
from tests.store.work_on_a_store import open_store

if sys.platform == "win32":
    pytest.skip("Windows has neither these limits nor these rights", allow_module_level=True)

KIT = make_kit(b"weights", b"code")
NOBODY = 65534


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that other users can reach, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="kit-store-"))
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder)


def in_a_process(act: Callable[[Path], None], home: Path) -> None:
    """Run it where limits and rights are its own; what it raises is printed there, and fails here."""
    process = multiprocessing.get_context("spawn").Process(target=act, args=(home,))
    process.start()
    process.join(60)
    assert process.exitcode == 0


def full_disk(home: Path) -> None:
    """No file may become longer than 64 KiB, as if there were no room for it."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
    store = open_store(home)
    repository = store.repository("localhost/a")
    for size in (65537, 5_000_000, 40_000_000):
        data = os.urandom(size)
        with pytest.raises(StorageFull) as problem:
            store.ingest(io.BytesIO(data))
        assert problem.value.hint
        with pytest.raises(StorageFull):
            store_kit(repository, make_kit(data), ["v2"])
    assert store.kits() == [("localhost/a", KIT.manifest, ("v1",))]
    check = store.check(read_layers=True)
    assert (check.problems, check.blobs) == ((), 4)
    store_kit(repository, make_kit(b"small"), ["v2"])
    store.remove(Reference.parse("a:v1"))


def test_a_full_disk_stores_nothing_of_what_did_not_fit(home: Path) -> None:
    store_kit(open_store(home).repository("localhost/a"), KIT, ["v1"])
    in_a_process(full_disk, home)
    left = [path for path in (home / "storage" / ".kitops_jupyter").rglob("*") if path.is_file()]
    assert sorted(path.name for path in left) == ["lock", "recent.json"]


def no_room_for_lists(home: Path) -> None:
    """Tags and lists do not fit: what was there stays as it was."""
    import resource

    store = open_store(home)
    repository = store.repository("localhost/a")
    before = {path.name: path.read_bytes() for path in (home / "storage").glob("*.json")}
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    with pytest.raises(StorageFull):
        repository.tag(KIT.manifest, "v2")
    with pytest.raises(StorageFull):
        store_kit(store.repository("localhost/b"), KIT)
    with pytest.raises(StorageFull):
        store.remove(Reference.parse("a:v3"))
    assert {path.name: path.read_bytes() for path in (home / "storage").glob("*.json")} == before
    assert store.check(read_layers=True).problems == ()


def test_a_full_disk_leaves_the_lists_as_they_were(home: Path) -> None:
    store_kit(open_store(home).repository("localhost/a"), KIT, ["v1", "v3"])
    in_a_process(no_room_for_lists, home)
    store_kit(open_store(home).repository("localhost/a"), KIT, ["v2"])
    assert open_store(home).check(read_layers=True).problems == ()


def read_only(home: Path) -> None:
    """Somebody else's store, or one on a read-only disk."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    store = open_store(home)
    repository = store.repository("localhost/a")
    assert store.kits() == [("localhost/a", KIT.manifest, ("v1",))]
    assert repository.resolve("v1") == KIT.manifest
    assert repository.exists(KIT.manifest)
    assert read_verified(repository, KIT.layers[0]) == b"weights"
    assert store.change_stamp()
    assert store.check(read_layers=True).problems == ()
    assert store.cache_usage().file_count == len([path for path in (home / "cache").rglob("*") if path.is_file()])
    acts: list[Callable[[], object]] = [
        lambda: store.ingest(io.BytesIO(b"new")),
        lambda: store_kit(repository, make_kit(b"other")),
        lambda: repository.tag(KIT.manifest, "v2"),
        lambda: store.remove(Reference.parse("a:v1")),
        lambda: store.remove_all(force=True),
        lambda: store.session().__enter__(),
        lambda: store.cache_clear(),
    ]
    for act in acts:
        with pytest.raises(StorageFull) as problem:
            act()
        assert problem.value.hint
    store.layer_cache.remember("x", LayerRecord(KIT.manifest.digest, KIT.manifest.digest, 1))
    assert store.layer_cache.find("x") is None


@pytest.mark.parametrize("was_used_by_us", [True, False])
def test_a_read_only_store_is_read_and_never_waited_for(home: Path, was_used_by_us: bool) -> None:
    store_kit(open_store(home).repository("localhost/a"), KIT, ["v1"])
    (home / "cache").mkdir(exist_ok=True)
    (home / "cache" / "x").write_text("x")
    if not was_used_by_us:
        shutil.rmtree(home / "storage" / ".kitops_jupyter")
    folders = [path for path in (home, *home.rglob("*")) if path.is_dir()]
    for folder in folders:
        folder.chmod(0o555)
    if os.geteuid() != 0:
        for path in (home / "storage" / ".kitops_jupyter").glob("lock"):
            path.chmod(0o444)
    in_a_process(read_only, home)


def unreadable(home: Path) -> None:
    """A tags file of someone else's, with mode 0600."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    with pytest.raises(StoreError) as problem:
        open_store(home).repository("localhost/a").resolve("v1")
    assert not isinstance(problem.value, StoreCorrupt)
    assert "readable" in problem.value.hint


def test_a_file_that_may_not_be_read_is_not_called_broken(home: Path) -> None:
    store_kit(open_store(home).repository("localhost/a"), KIT, ["v1"])
    (path,) = (home / "storage").glob("*-tags.json")
    path.chmod(0o000)
    in_a_process(unreadable, home)


def test_a_file_where_the_store_should_be_is_told(home: Path) -> None:
    (home / "storage").write_text("I am no folder")
    with pytest.raises(KitError) as problem:
        open_store(home).ingest(io.BytesIO(b"x"))
    assert str(home / "storage") in problem.value.message
    assert stat.S_ISREG((home / "storage").stat().st_mode)
