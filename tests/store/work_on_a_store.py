"""What the processes of the other tests do: kits come, get names, and go, at random, until somebody stops them."""

from __future__ import annotations

import io
import random
from pathlib import Path

from kitops_jupyter.content import Descriptor
from kitops_jupyter.errors import ContentMissing, NotFound
from kitops_jupyter.reference import Reference
from kitops_jupyter.store import Store
from tests.contract import MadeKit, make_kit

REPOSITORIES = ("localhost/a", "localhost/b", "reg.io:5000/team/c")
TAGS = ("v1", "v2", "latest")
SHARED = (b"a" * 5000, b"b" * 5000, b"c" * 70_000, b"d" * 5_000_000)  # layers that kits have in common


def open_store(home: Path) -> Store:
    return Store(home / "storage", home / "cache")


def random_kit(chance: random.Random) -> MadeKit:
    own = chance.randbytes(chance.choice((0, 10, 30_000)))
    return make_kit(chance.choice(SHARED), own, chance.choice(SHARED), name=f"kit-{chance.randrange(6)}")


def pack(store: Store, chance: random.Random) -> None:
    """As packing does it: layers in a stream, config, manifest, tags, all in one session."""
    kit = random_kit(chance)
    repository = store.repository(chance.choice(REPOSITORIES))
    with store.session():
        for descriptor, data in kit.contents[:-2]:
            if not repository.exists(descriptor):
                repository.ingest(io.BytesIO(data))
        for descriptor, data in kit.contents[-2:]:
            repository.write(descriptor, io.BytesIO(data))
        for tag in chance.sample(TAGS, chance.randrange(3)):
            try:
                repository.tag(kit.manifest, tag)
            except NotFound:
                return  # removed by another process, in the meantime


def tag(store: Store, chance: random.Random) -> None:
    found = _any_kit(store, chance)
    if not found:
        return
    try:
        place = store.repository(chance.choice(REPOSITORIES))
        place.adopt(found[1], store.repository(found[0]))
        place.tag(found[1], chance.choice(TAGS))
    except ContentMissing:
        return  # removed by another process, in the meantime: there was no session to keep it


def remove(store: Store, chance: random.Random) -> None:
    found = _any_kit(store, chance)
    if not found:
        return
    name, descriptor, tags = found
    reference = Reference.from_store_name(name).with_digest(descriptor.digest)
    if tags and chance.random() < 0.7:
        reference = reference.with_tag(chance.choice(tags))
    store.remove(reference, force=chance.random() < 0.3)


def remove_all(store: Store, chance: random.Random) -> None:
    store.remove_all(force=chance.random() < 0.1)


def work(home: Path, seed: int, steps: int) -> int:
    """That many random steps; returns how many found what they wanted."""
    store, chance, done = open_store(home), random.Random(seed), 0
    for _ in range(steps):
        act = chance.choice((pack, pack, pack, tag, remove, remove, remove_all))
        try:
            act(store, chance)
            done += 1
        except NotFound:
            continue  # another process was faster
    return done


def work_until_killed(home: Path, seed: int) -> None:
    """Random steps without an end."""
    work(home, seed, 1 << 60)


def _any_kit(store: Store, chance: random.Random) -> tuple[str, Descriptor, tuple[str, ...]] | None:
    kits = store.kits()
    return chance.choice(kits) if kits else None
