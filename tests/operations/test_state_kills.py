"""kill -9 in promote, in login, in what changes an index: what is there afterwards is the state before, or after."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import read_verified
from kitops_jupyter.errors import Cancelled
from kitops_jupyter.kit_index import parse_index
from kitops_jupyter.operations.opening import open_kit
from kitops_jupyter.progress import Event
from kitops_jupyter.registry.identity.credentials import Credential
from kitops_jupyter.registry.identity.login import keep
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, local, store
from tests.fakes.registries import Real
from tests.operations.projects import write_files
from tests.operations.test_transfer_kills import killed

KILLS = 8
HTTP = Connection(plain_http=True)

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


def pack(root: Path, settings: Settings, *references: str) -> None:
    """A small kit for each reference."""
    for reference in references:
        write_files(root, {"model.bin": reference.encode() * 100})
        (root / "Kitfile").write_text("manifestVersion: 1.0.0\nmodel: {path: model.bin}\n")
        kit.pack(root, tag=reference, settings=settings)


def moments() -> list[float]:
    chance = random.Random(7)
    return [chance.uniform(0.002, 0.03) for _ in range(KILLS)]


def test_a_kill_in_promote_moves_both_tags_or_none(tmp_path: Path, settings: Settings) -> None:
    pack(tmp_path / "p", settings, "churn:v1", "churn:v2")
    kit.promote("churn:v1", "champion", settings=settings)
    kit.tag("churn:v1", "churn:rollback", settings=settings)
    digests = {name: kit.info(f"churn:{name}", settings=settings).digest for name in ("v1", "v2")}
    # The champion goes to and fro; rollback must always name the other one, once it was moved.
    allowed = [(digests["v1"], digests["v1"]), (digests["v2"], digests["v1"]), (digests["v1"], digests["v2"])]

    def to_and_fro() -> None:
        while True:
            kit.promote("churn:v2", "champion", settings=settings)
            kit.promote("churn:v1", "champion", settings=settings)

    for after_s in moments():
        assert killed(to_and_fro, after_s + 0.01)
        tags = local(kit.info("churn:v1", settings=settings).reference, settings).tags()
        assert (tags["champion"].digest, tags["rollback"].digest) in allowed
        history = settings.home / "promotions.json"
        assert set(json.loads(history.read_text())) == {"localhost/churn:champion"}
    assert store(settings).check(read_layers=True).problems == ()


def test_a_kill_in_login_leaves_the_old_credentials_or_the_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "home" / "credentials.json"
    keep(path, "old.example.com", Credential("ada", "old"))

    def log_in() -> None:
        number = 0
        while True:
            number += 1
            keep(path, f"{number % 50}.example.com", Credential("ada", f"{number}" * 200))

    for after_s in moments():
        assert killed(log_in, after_s)
        parsed = json.loads(path.read_text())
        assert "old.example.com" in parsed["auths"]
        assert all(set(entry) == {"auth"} for entry in parsed["auths"].values())
        assert path.stat().st_mode & 0o077 == 0
    keep(path, "last.example.com", Credential("ada", "new"))
    assert "last.example.com" in json.loads(path.read_text())["auths"]


def test_a_kill_in_what_changes_an_index_leaves_it_whole(tmp_path: Path, settings: Settings) -> None:
    pack(tmp_path / "p", settings, "churn:q4", "churn:q8")

    kit.index_create("churn:all", ["churn:q4"], settings=settings)
    q4, q8 = (kit.info(f"churn:{tag}", settings=settings).digest for tag in ("q4", "q8"))
    allowed = [[q4], [q4, q8]]

    def change() -> None:
        number = 0
        while True:
            number += 1
            kit.index_create(f"churn:new-{os.getpid()}-{number}", ["churn:q4"], settings=settings)
            kit.index_add("churn:all", "churn:q8", settings=settings)
            kit.index_remove("churn:all", "churn:q8", settings=settings)

    for after_s in moments():
        assert killed(change, after_s + 0.01)
        assert store(settings).check(read_layers=True).problems == ()
        place = store(settings).repository("localhost/churn", kind="indexes")
        index = parse_index(read_verified(place, place.resolve("all")))
        assert [entry.digest for entry in index.entries] in allowed


def test_what_kit_removed_in_the_middle_of_a_pack_is_packed_again(tmp_path: Path, settings: Settings) -> None:
    pack(tmp_path / "p", settings, "s:0")
    time.sleep(0.12)  # a tick of the file system's clock: from now on, unchanged files are known
    kit.pack(tmp_path / "p", tag="s:0", settings=settings)
    taken = list[Path]()

    def take(event: Event) -> None:
        if event.step == "skipped" and not taken:
            (layer,) = open_kit("s:0", settings).manifest.layers
            taken.append(store(settings).blob_path(layer.digest))
            taken[0].unlink()

    packed = kit.pack(tmp_path / "p", tag="t:1", settings=settings, observe=take)
    assert taken
    assert packed.digest == kit.info("t:1", settings=settings).digest
    assert store(settings).check(read_layers=True).problems == ()


def test_what_kit_removed_in_the_middle_of_a_pull_is_pulled_again(
    tmp_path: Path,
    settings: Settings,
    plain: Real,
) -> None:
    reference, there, taken = f"{plain.host}/team/taken:v1", Settings.load({}, home=tmp_path / "there"), list[Path]()
    pack(tmp_path / "p", settings, reference)
    kit.push(reference, connection=HTTP, settings=settings)

    def take(event: Event) -> None:
        if event.step == "finished" and event.item == "config" and not taken:
            for path in sorted((there.storage / "blobs" / "sha256").iterdir()):
                taken.append(path)
                path.unlink()

    kit.pull(reference, connection=HTTP, settings=there, observe=take)
    assert taken
    assert store(there).check(read_layers=True).problems == ()


def test_a_cancel_is_never_tried_again(tmp_path: Path, settings: Settings) -> None:
    seen: list[Event] = []

    def stop(event: Event) -> None:
        seen.append(event)
        raise Cancelled("enough")

    write_files(tmp_path / "p", {"model.bin": b"m"})
    (tmp_path / "p" / "Kitfile").write_text("manifestVersion: 1.0.0\nmodel: {path: model.bin}\n")
    with pytest.raises(Cancelled):
        kit.pack(tmp_path / "p", tag="s:1", settings=settings, observe=stop)
    assert len(seen) == 1
