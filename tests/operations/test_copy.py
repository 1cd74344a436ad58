"""From any place to any other: registries, the store, layouts in folders and tars."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.__main__ import main
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.errors import Cancelled, Conflict, NotAModelKit, NotFound, Unauthorized, Usage
from kitops_jupyter.oci_layout import LayoutFolder, LayoutTar
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Repository
from kitops_jupyter.targets import Connection, store
from tests.fakes.registries import Real, running
from tests.operations.projects import FILES, digest_of, files_in, make_project, write_files

HTTP = Connection(plain_http=True)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Another registry's host."""
    with running(tmp_path_factory.mktemp("second")) as host:
        yield host


@pytest.fixture
def name(repository_name: str) -> str:
    """A repository of the test's own."""
    return repository_name


def signed(place: Repository | LayoutFolder | LayoutTar, digest: Digest) -> int:
    """How many signatures there are, of the kit and of these."""
    found = place.referrers(digest, artifact_type="a/sig")
    return len(found) + sum(len(place.referrers(entry.digest)) for entry in found)


@pytest.mark.parametrize("via", ["oci:layout:v1", "oci:layout", "kit.tar", "kit.tar:moved"])
def test_a_kit_crosses_an_air_gap_with_its_signatures(
    signed_kit: str, here: Settings, there: Settings, tmp_path: Path, via: str
) -> None:
    out = kit.copy(signed_kit, via, directory=tmp_path, settings=here)
    assert (out.kits, out.referrers >= 2) == (1, True)
    back = kit.copy(via, "other/churn", directory=tmp_path, settings=there)
    assert back.digest == out.digest == digest_of(signed_kit, here)
    assert back.tags == (("moved",) if via.endswith("moved") else ("v1",))
    assert files_in(kit.unpack(f"other/churn:{back.tags[0]}", tmp_path / "out", settings=there).directory) == FILES
    assert signed(store(there).repository("localhost/other/churn", kind="referrers"), back.digest) == 2
    assert store(there).check(read_layers=True).problems == ()
    assert len(kit.list_kits(settings=there).kits) == 1
    assert not [path for path in tmp_path.rglob("*partial*") if "here" not in path.parts and "there" not in path.parts]


def test_between_two_registries_nothing_changes_and_nothing_moves_twice(
    signed_kit: str,
    here: Settings,
    name: str,
    plain: Real,
    second: str,
    tmp_path: Path,
) -> None:
    one, other = f"{plain.host}/{name}:v1", f"{second}/{name}:v1"
    kit.copy(signed_kit, one, connection=HTTP, settings=here)
    moved = kit.copy(one, other, connection=HTTP, settings=here)
    assert moved.digest == digest_of(signed_kit, here)
    assert (moved.referrers >= 2, moved.moved_blobs > 0) == (True, True)
    again = kit.copy(one, other, connection=HTTP, settings=here)
    assert (again.moved_bytes, again.skipped_blobs) == (0, moved.moved_blobs)
    beside = kit.copy(one, f"{plain.host}/{name}-beside:v2,v3", connection=HTTP, settings=here)
    assert (beside.moved_bytes, beside.tags) == (0, ("v2", "v3"))
    bare = kit.copy(one, f"{second}/{name}-bare", referrers=False, connection=HTTP, settings=here)
    assert (bare.referrers, bare.tags) == (0, ("v1",))


def test_a_registry_fills_a_layout_a_tar_and_the_store(
    signed_kit: str,
    here: Settings,
    there: Settings,
    name: str,
    plain: Real,
    tmp_path: Path,
) -> None:
    remote = f"{plain.host}/{name}:v1"
    digest = kit.copy(signed_kit, remote, connection=HTTP, settings=here).digest
    for goal in (f"oci:{tmp_path}/layout", f"{tmp_path}/kit.tar", "churn:v1", f"local://{remote}"):
        assert kit.copy(remote, goal, connection=HTTP, settings=there).referrers >= 2
    assert signed(LayoutFolder(tmp_path / "layout"), digest) == signed(LayoutTar(tmp_path / "kit.tar"), digest) == 2
    assert digest_of("churn:v1", there) == digest_of(remote, there) == digest
    for number, origin in enumerate((f"oci:{tmp_path}/layout:v1", f"{tmp_path}/kit.tar@{digest}")):
        done = kit.copy(origin, f"{plain.host}/{name}-{number}:back", connection=HTTP, settings=there)
        assert (done.digest, done.moved_blobs > 0) == (digest, True)


def test_the_same_kit_makes_the_same_tar_wherever_it_comes_from(
    signed_kit: str,
    here: Settings,
    name: str,
    plain: Real,
    tmp_path: Path,
) -> None:
    kit.copy(signed_kit, f"{plain.host}/{name}:v1", connection=HTTP, settings=here)
    kit.copy(signed_kit, f"oci:{tmp_path}/layout", settings=here)
    origins = (signed_kit, f"{plain.host}/{name}:v1", f"oci:{tmp_path}/layout")
    made = []
    for number, origin in enumerate(origins):
        kit.copy(origin, f"{tmp_path}/{number}.tar", connection=HTTP, settings=here)
        made.append(Digest.of((tmp_path / f"{number}.tar").read_bytes()))
    assert len(set(made)) == 1
    with tarfile.open(tmp_path / "0.tar") as whole:
        assert whole.getnames()[:2] == ["oci-layout", "index.json"]


def test_a_tar_that_is_there_is_not_replaced_unasked(signed_kit: str, here: Settings, tmp_path: Path) -> None:
    goal = f"{tmp_path}/kit.tar"
    moved = kit.copy(signed_kit, goal, settings=here)
    again = kit.copy(signed_kit, goal, settings=here)
    assert (again.moved_bytes, again.skipped_blobs) == (0, moved.moved_blobs)
    (tmp_path / "kit.tar").write_bytes(b"mine")
    with pytest.raises(Conflict):
        kit.copy(signed_kit, goal, settings=here)
    assert (tmp_path / "kit.tar").read_bytes() == b"mine"
    kit.copy(signed_kit, goal, overwrite=True, settings=here)
    assert LayoutTar(tmp_path / "kit.tar").names() == ["v1"]


def test_a_folder_with_other_things_in_it_is_left_alone(signed_kit: str, here: Settings, tmp_path: Path) -> None:
    with pytest.raises(kit.KitError, match="not empty"):
        kit.copy(signed_kit, f"oci:{tmp_path}/project", settings=here)
    assert not (tmp_path / "project" / "blobs").exists()


def test_several_kits_in_one_layout_are_told_apart(
    signed_kit: str, here: Settings, there: Settings, tmp_path: Path
) -> None:
    (tmp_path / "project" / "src" / "a.py").write_text("a = 2\n")
    kit.pack(tmp_path / "project", tag="churn:v2", settings=here)
    for tag in ("v1", "v2"):
        kit.copy(f"churn:{tag}", f"oci:{tmp_path}/layout", settings=here)
    with pytest.raises(NotFound, match="2 kits") as which:
        kit.copy(f"oci:{tmp_path}/layout", "churn", settings=there)
    assert which.value.details == ("v1", "v2")
    assert kit.copy(f"oci:{tmp_path}/layout:v2", "churn", settings=there).digest == digest_of("churn:v2", here)


def test_a_digest_that_is_another_kits_is_refused(signed_kit: str, here: Settings, tmp_path: Path) -> None:
    with pytest.raises(Usage, match="is not the digest of"):
        kit.copy(signed_kit, f"other@sha256:{'0' * 64}", settings=here)
    pinned = kit.copy(f"churn@{digest_of(signed_kit, here)}", "other", settings=here)
    assert pinned.tags == ()


def test_a_plain_image_is_refused_with_a_clear_word(here: Settings, tmp_path: Path, plain: Real, name: str) -> None:
    config, layer = (
        Descriptor.of(f"application/vnd.oci.image.{kind}", b"{}") for kind in ("config.v1+json", "layer.v1.tar")
    )
    written = {"schemaVersion": 2, "config": config.to_json(), "layers": [layer.to_json()]}
    data = json.dumps(written).encode()
    image = Descriptor.of("application/vnd.oci.image.manifest.v1+json", data)
    with plain.connect(here) as registry:
        target = registry.repository(name)
        for descriptor, content in ((config, b"{}"), (image, data)):
            target.write(descriptor, io.BytesIO(content))
        target.tag(image, "latest")
    reference = f"{plain.host}/{name}:latest"
    for attempt in (
        lambda: kit.copy(reference, f"oci:{tmp_path}/layout", connection=HTTP, settings=here),
        lambda: kit.pull(reference, connection=HTTP, settings=here),
        lambda: kit.unpack(reference, tmp_path / "out", connection=HTTP, settings=here),
        lambda: kit.info(reference, connection=HTTP, settings=here),
    ):
        with pytest.raises(NotAModelKit, match=r"not a ModelKit, but 'application/vnd\.oci\.image"):
            attempt()
    assert not (tmp_path / "layout").exists() and not (tmp_path / "out").exists()


@pytest.mark.parametrize("goal", ["kit.tar", "oci:layout", "local://churn"])
def test_a_copy_out_of_a_registry_goes_on_where_it_was(
    here: Settings, there: Settings, name: str, plain: Real, tmp_path: Path, goal: str
) -> None:
    write_files(tmp_path / "p", {"m.bin": os.urandom(32 << 20)})
    kit.pack(tmp_path / "p", text="model: {path: m.bin}", tag="big:v1", settings=here)
    size = kit.copy("big:v1", f"{plain.host}/{name}", connection=HTTP, settings=here).moved_bytes

    def stop(event: Event) -> None:
        if event.done_bytes > 28 << 20:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        kit.copy(f"{plain.host}/{name}:v1", goal, directory=tmp_path, connection=HTTP, settings=there, observe=stop)
    seen: list[Event] = []
    kit.copy(f"{plain.host}/{name}:v1", goal, directory=tmp_path, connection=HTTP, settings=there, observe=seen.append)
    assert "resumed" in {event.note for event in seen} and size > 32 << 20
    origin = "local://churn:v1" if goal.startswith("local") else goal
    assert kit.copy(origin, "again", directory=tmp_path, settings=there).digest == digest_of("big:v1", here)
    assert store(there).check(read_layers=True).problems == ()


def test_a_kit_that_is_only_here_is_pointed_out(here: Settings, name: str, plain: Real, tmp_path: Path) -> None:
    reference = f"{plain.host}/{name}:v1"
    kit.pack(make_project(tmp_path / "project"), tag=reference, settings=here)
    with pytest.raises(NotFound) as missing:
        kit.copy(reference, "other", connection=HTTP, settings=here)
    assert f"local://{reference}" in missing.value.hint
    assert kit.copy(f"local://{reference}", "other", settings=here).tags == ("v1",)


def test_another_kit_that_it_builds_on_is_named(here: Settings, tmp_path: Path) -> None:
    kit.pack(make_project(tmp_path / "project"), tag="base:v1", settings=here)
    write_files(tmp_path / "child", {"a.py": b"a = 1"})
    kit.pack(tmp_path / "child", text="model: {path: 'base:v1'}\ncode: [{path: a.py}]", tag="child:v1", settings=here)
    assert "base:v1" in kit.copy("child:v1", f"oci:{tmp_path}/layout", settings=here).notes[0]


def test_the_verb_copies_on_a_line(
    signed_kit: str, here: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--config", str(here.home)]
    assert main(["copy", signed_kit, f"{tmp_path}/kit.tar", *home]) == 0
    assert "attached artifact" in capsys.readouterr().out
    assert main(["copy", f"{tmp_path}/kit.tar", "bare:v2", "--no-referrers", *home]) == 0
    assert main(["copy", "bare:v2", f"{tmp_path}/kit.tar", *home]) != 0
    assert main(["copy", "bare:v2", f"{tmp_path}/kit.tar", "-o", *home]) == 0


def test_each_side_is_reached_in_its_own_way(
    signed_kit: str,
    here: Settings,
    name: str,
    plain: Real,
    with_tls: Real,
    tmp_path: Path,
) -> None:
    kit.copy(signed_kit, f"{plain.host}/{name}:v1", connection=HTTP, settings=here)
    ca = Connection(ca=with_tls.ca)
    goal = f"{with_tls.host}/{name}"
    done = kit.copy(f"{plain.host}/{name}:v1", goal, connection=ca, source_connection=HTTP, settings=here)
    assert (done.digest, done.moved_blobs > 0) == (digest_of(signed_kit, here), True)
    words = [f"{plain.host}/{name}:v1", f"{goal}:v2", "--src-plain-http", "--tls-cert", str(with_tls.ca)]
    assert main(["copy", *words, "--config", str(here.home)]) == 0
    assert kit.copy(f"{goal}:v2", "back", connection=ca, settings=here).digest == done.digest


def test_a_registry_that_wants_a_password_gets_none_it_was_not_given(
    signed_kit: str,
    here: Settings,
    name: str,
    with_users: Real,
) -> None:
    goal = f"{with_users.host}/{name}:v1"
    with pytest.raises(Unauthorized):
        kit.copy(signed_kit, goal, connection=HTTP, settings=here)
    assert with_users.credential is not None
    with with_users.connect(here, credential=None) as registry:
        registry.login(with_users.credential.username, with_users.credential.password)
    assert kit.copy(signed_kit, goal, connection=HTTP, settings=here).moved_blobs > 0
