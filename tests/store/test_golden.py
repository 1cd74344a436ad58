"""On the home that kit left, the same steps leave the same files."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.content import Descriptor, Digest, read_verified
from kitops_jupyter.errors import NotFound
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import Store
from tests.store.conftest import GOLDEN

STEPS: list[dict[str, Any]] = json.loads((GOLDEN / "outputs.json").read_text("utf-8"))
BASIC = Digest("sha256:3d7a0868a5b578f98c7afa1f5f5b1bdd0f44a107d20afdfa50b74c40e1dbe84e")
LISTED = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": BASIC, "size": 1926}


def listed_by_kit(output: str) -> list[tuple[str, str, str]]:
    """The rows of `kit list`: repository, tag, digest."""
    rows = [line.split() for line in output.splitlines()[1:]]
    return sorted((row[0], row[1], row[-1]) for row in rows)


def listed_by_us(store: Store) -> list[tuple[str, str, str]]:
    rows = [
        (Reference.from_store_name(name).shown_name or "<none>", tag, str(descriptor.digest))
        for name, descriptor, tags in store.kits()
        for tag in tags or ("<none>",)
    ]
    return sorted(rows)


def files(storage: Path) -> dict[str, bytes]:
    """Every file of the store but ours."""
    return {
        str(path.relative_to(storage)): path.read_bytes()
        for path in storage.rglob("*")
        if path.is_file() and ".kitops_jupyter" not in path.parts
    }


def tag(store: Store, source: str, target: str) -> None:
    known, wanted = Reference.parse(source), Reference.parse(target)
    origin = store.repository(known)
    descriptor = origin.resolve(known.name)
    place = store.repository(wanted)
    place.adopt(descriptor, origin)
    place.tag(descriptor, wanted.tag)


def test_the_kits_are_those_that_kit_lists(golden_store: Store) -> None:
    listings = [step for step in STEPS if step["argv"] == ["list"]]
    assert listed_by_us(golden_store) == listed_by_kit(listings[0]["stdout"])


def test_reading_changes_no_file(golden_store: Store, storage: Path) -> None:
    before = files(storage)
    for name, descriptor, tags in golden_store.kits():
        repository = golden_store.repository(name)
        assert all(repository.resolve(text) == descriptor for text in (*tags, descriptor.digest))
        assert repository.exists(descriptor)
        assert read_verified(repository, descriptor)
    assert next(name for name, found, _ in golden_store.kits() if found.digest == BASIC) == "localhost/basic"
    assert files(storage) == before
    assert not (storage / ".kitops_jupyter").exists()


def test_the_home_that_kit_left_is_whole(golden_store: Store) -> None:
    checked = golden_store.check(read_layers=True)
    assert checked.problems == ()
    assert (checked.kits, checked.blobs, checked.unreferenced) == (31, 105, ())


def test_the_recorded_steps_leave_what_kit_left(golden_store: Store, storage: Path) -> None:
    """Every `tag`, `remove` and `list` of outputs.json, in order, each with its facts."""
    done = 0
    for step in STEPS:
        verb, *words = step["argv"]
        before = files(storage)
        act: Callable[[], object]
        if verb == "list" and not words:
            assert listed_by_us(golden_store) == listed_by_kit(step["stdout"])
            continue
        if verb == "tag":
            act = lambda: tag(golden_store, *words)  # noqa: B023, E731 (called at once)
        elif words == ["--all"] and verb == "remove":
            act = golden_store.remove_all
        elif verb == "remove":
            act = lambda: golden_store.remove(Reference.parse(words[0]), force="--force" in words)  # noqa: B023, E731
        else:
            continue
        done += 1
        if step["exit"]:
            with pytest.raises(NotFound):
                act()
            assert files(storage) == before
        else:
            act()
            assert set(files(storage)) - set(before) == EXPECTED[tuple(step["argv"])][0]
            assert set(before) - set(files(storage)) == EXPECTED[tuple(step["argv"])][1]
        assert golden_store.check(read_layers=True).problems == ()
    assert done == 8


COPY = "bG9jYWxob3N0L2Jhc2ljLWNvcHk="  # localhost/basic-copy
SEVERAL = "bG9jYWxob3N0L3NldmVyYWwtdGFncw=="  # localhost/several-tags
NONE = "bG9jYWxob3N0L18="  # localhost/_
# Which files come and which go. No blob goes: every kit that is removed here is in another repository too.
EXPECTED: dict[tuple[str, ...], tuple[set[str], set[str]]] = {
    ("tag", "basic:v1", "basic:v2"): (set(), set()),
    ("tag", "basic:v1", "basic-copy:champion"): ({f"{COPY}-index.json", f"{COPY}-tags.json"}, set()),
    ("remove", "basic:v2"): (set(), set()),
    ("remove", "several-tags:v1"): (set(), set()),
    ("remove", "several-tags:latest", "--force"): (set(), {f"{SEVERAL}-index.json", f"{SEVERAL}-tags.json"}),
    ("remove", "--all"): (set(), {f"{NONE}-index.json"}),
}


def test_a_copy_in_another_repository_has_the_bytes_that_kit_writes(golden_store: Store, storage: Path) -> None:
    tag(golden_store, "several-tags:v1", "copy:latest")
    tag(golden_store, "several-tags:v1", "copy:champion")
    tag(golden_store, "several-tags:v1", "copy:v1")
    made = Path("bG9jYWxob3N0L2NvcHk=")
    for end in ("index", "tags"):
        ours = (storage / f"{made}-{end}.json").read_bytes()
        assert ours == (storage / f"{SEVERAL}-{end}.json").read_bytes()


def test_untagging_rewrites_the_tags_as_kit_does(golden_store: Store, storage: Path) -> None:
    removed = golden_store.remove(Reference.parse("several-tags:v1"))
    assert removed.references == (("several-tags:v1", BASIC),)
    assert (removed.freed_bytes, removed.freed_blobs, removed.untagged, removed.kept) == (0, 0, (), ())
    text = (storage / f"{SEVERAL}-tags.json").read_text("utf-8")
    assert text == json.dumps({"champion": LISTED, "latest": LISTED}, separators=(",", ":"))


def test_removing_with_force_tells_the_other_tags_that_went(golden_store: Store) -> None:
    removed = golden_store.remove(Reference.parse("several-tags:latest"), force=True)
    assert removed.references == (("several-tags:latest", BASIC),)
    assert removed.untagged == ("several-tags:champion", "several-tags:v1")


def test_removing_a_digest_takes_all_its_tags(golden_store: Store, storage: Path) -> None:
    removed = golden_store.remove(Reference.parse(f"several-tags@{BASIC}"))
    assert removed.references == ((f"several-tags@{BASIC}", BASIC),)
    assert not (storage / f"{SEVERAL}-tags.json").exists()


def test_removing_all_names_untagged_kits_as_kit_does(golden_store: Store) -> None:
    removed = golden_store.remove_all()
    digest = "sha256:32a2f5c7dce5b5fcd62124309f4b47591f8a98b8b13e0ba7dd992670c6beaccc"
    assert removed.references == ((digest, digest),)
    assert removed.freed_blobs == 0


def test_the_last_tag_takes_the_kit_and_its_own_blobs(golden_store: Store, storage: Path) -> None:
    descriptor = golden_store.repository("localhost/many").resolve("v1")
    manifest = json.loads(read_verified(golden_store.repository("localhost/many"), descriptor))
    own = [descriptor, *(Descriptor.from_json(value) for value in (manifest["config"], *manifest["layers"]))]
    before = files(storage)
    removed = golden_store.remove(Reference.parse("many:v1"))
    gone = set(before) - set(files(storage))
    assert gone == {f"blobs/sha256/{part.digest.hex}" for part in own} | {
        "bG9jYWxob3N0L21hbnk=-index.json",
        "bG9jYWxob3N0L21hbnk=-tags.json",
    }
    assert (removed.freed_blobs, removed.freed_bytes) == (3, sum(part.size_bytes for part in own))
    assert descriptor.digest not in (storage / "index.json").read_text("utf-8")
    assert golden_store.check(read_layers=True).problems == ()


def test_blobs_that_kits_share_stay_until_the_last_of_them_goes(golden_store: Store, storage: Path) -> None:
    shared = storage / "blobs" / "sha256" / BASIC.hex
    for name in ("basic:v1", "team/copy-of-basic:v1"):
        assert golden_store.remove(Reference.parse(name)).freed_blobs == 0
        assert shared.exists()
    removed = golden_store.remove(Reference.parse("several-tags:v1,latest,champion"))
    assert removed.freed_blobs > 0
    assert not shared.exists()
    assert golden_store.check(read_layers=True).problems == ()


def test_removing_everything_leaves_an_empty_store(golden_store: Store, storage: Path) -> None:
    removed = golden_store.remove_all(force=True)
    assert removed.freed_blobs == 105
    assert {name: data for name, data in files(storage).items() if name != "oci-layout"} == {
        "index.json": b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
    }
    assert golden_store.kits() == []


def test_what_we_do_not_touch_keeps_its_mode(golden_store: Store, storage: Path) -> None:
    blob = storage / "blobs" / "sha256" / BASIC.hex
    assert stat.S_IMODE(blob.stat().st_mode) == 0o444
    (storage / f"{SEVERAL}-tags.json").chmod(0o664)
    golden_store.remove(Reference.parse("several-tags:v1"))
    assert stat.S_IMODE((storage / f"{SEVERAL}-tags.json").stat().st_mode) == 0o664
