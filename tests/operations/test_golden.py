"""Every golden kit: packed here to the same digests, and unpacked here to the same files, as kit did it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Hashing, Ingested, Readable
from kitops_jupyter.errors import Conflict, KitError, PathInvalid
from kitops_jupyter.pipeline import pump
from kitops_jupyter.progress import Observer
from kitops_jupyter.settings import Settings
from kitops_jupyter.store import Store
from tests.golden_trees import GOLDEN, build_tree, cases, load_case

EPOCH_S = 1_750_000_000  # SOURCE_DATE_EPOCH of the golden kits
CASES = cases()
PACKED = [name for name in CASES if "manifest" in load_case(name) and name not in ("over-8-gib", "links")]
REFUSED = [name for name in CASES if "manifest" not in load_case(name)]
# Cases in which kit drops something in silence, and what our warning must speak of.
WARNED = {"empty-layer": "empty", "kitignore-no-negation": "ignored", "names": ".."}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(
        Settings.load({}, home=tmp_path / "home"), created_epoch_s=EPOCH_S, cli_version="1.17.0", file_index=False
    )


def pack_case(name: str, folder: Path, settings: Settings) -> kit.PackResult:
    """Pack the case as its one step did, its parents first."""
    case = load_case(name)
    before = {"reference-child": "reference-base", "reference-grandchild": "reference-child"}.get(name)
    if before:
        pack_case(before, folder, settings)
    root = folder / name
    build_tree(case, root)
    (step,) = case["steps"]
    words = step["argv"][2:]
    flags = dict(zip(words[::2], words[1::2], strict=True))
    file = flags.get("-f")
    return kit.pack(
        root,
        tag=flags.get("-t"),
        text=step["stdin"] if file == "-" else None,
        file=root / file if file and file != "-" else None,
        compression=flags.get("--compression", "none"),
        settings=settings,
    )


@pytest.mark.parametrize("name", PACKED)
def test_a_golden_kit_has_kits_digests(name: str, tmp_path: Path, settings: Settings) -> None:
    case = load_case(name)
    result = pack_case(name, tmp_path, settings)
    assert [str(layer.diff_id) for layer in result.layers] == [layer["diffId"] for layer in case["layers"]]
    if not name.startswith("gzip"):  # gzip's bytes are the library's
        assert [str(layer.digest) for layer in result.layers] == [layer["digest"] for layer in case["layers"]]
        inspected = kit.inspect(result.reference_text, settings=settings)
        assert json.dumps(inspected.to_json()) == json.dumps(case["inspect"])
        assert result.digest == case["manifest_digest"]
        assert str(kit.info(result.reference_text, settings=settings)) == case["info"].rstrip("\n")
    if name in WARNED:
        assert any(WARNED[name] in warning for warning in result.warnings), result.warnings


def test_links_among_files_are_left_out_as_kit_does_it_and_a_path_that_is_a_link_is_refused(
    tmp_path: Path, settings: Settings
) -> None:
    case = load_case("links")
    with pytest.raises(PathInvalid, match="link-to-file is a link"):
        pack_case("links", tmp_path, settings)
    text = "manifestVersion: 1.0.0\ncode:\n  - path: x\nmodel:\n  name: only\n"
    result = kit.pack(tmp_path / "links", text=text, settings=settings)
    assert [layer.digest for layer in result.layers] == [case["layers"][1]["digest"]]
    assert any("left out 4 links" in warning and "--follow-links" in warning for warning in result.warnings)


def test_a_file_over_8_gib_has_kits_digest(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def ingest(store: Store, stream: Readable, *, observe: Observer, item: str) -> Ingested:
        """Hash the stream, and keep a file of its size that is all hole: the disk may not have 8 GiB to spare."""
        known = Hashing()
        pump(stream, [known], observe=observe, item=item)
        stream.close()
        blob = store.blob_path(known.digest)
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.touch()
        os.truncate(blob, known.size_bytes)
        return Ingested(known.digest, known.size_bytes)

    monkeypatch.setattr(Store, "ingest", ingest)
    result = pack_case("over-8-gib", tmp_path, settings)
    assert result.digest == load_case("over-8-gib")["manifest_digest"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_kit_refuses_to_pack_is_refused(name: str, tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(KitError):
        pack_case(name, tmp_path, settings)
    assert kit.list_kits(settings=settings).kits == ()


def tree_of(folder: Path) -> list[dict[str, Any]]:
    """The tree as the golden data has it: the nine permission bits, sizes, digests."""
    found = []
    for path in sorted(folder.rglob("*"), key=lambda path: os.fsencode(path.relative_to(folder).as_posix())):
        at = path.lstat()
        entry: dict[str, Any] = {"path": path.relative_to(folder).as_posix(), "mode": stat.S_IMODE(at.st_mode) & 0o777}
        if path.is_dir():
            entry["dir"] = True
        else:
            entry |= {"size": at.st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        found.append(entry)
    return found


def golden_tree(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The golden tree, in the order and with the bits of `tree_of`."""
    comparable = [{**entry, "mode": int(entry["mode"], 8) & 0o777} for entry in entries]
    return sorted(comparable, key=lambda entry: os.fsencode(entry["path"]))


@pytest.mark.parametrize("name", PACKED)
def test_a_golden_kit_unpacks_to_kits_tree(name: str, tmp_path: Path, golden_home: Settings) -> None:
    case = load_case(name)
    reference = case["manifest_digest"] if name == "untagged" else reference_of(case)
    result = kit.unpack(reference, tmp_path / "out", settings=golden_home)
    if case["unpack"]["exit"]:
        assert name == "kitignore"  # kit fails on its own kit there: a file whose folder was left out
        members = [member for layer in case["layers"] for member in layer["members"] if member["type"] == "0"]
        assert result.file_count == len(members) + 1  # and the Kitfile
        assert all((tmp_path / "out" / member["name"]).is_file() for member in members)
    else:
        assert_same_tree(tmp_path / "out", case["unpack"]["tree"])


def assert_same_tree(folder: Path, golden: Any) -> None:
    """The folder has the golden tree; a large tree is given by the digest of its JSON."""
    found = tree_of(folder)
    if isinstance(golden, list):
        assert found == golden_tree(golden)
        return
    assert len(found) == golden["entries"]
    text = json.dumps([{**entry, "mode": f"{entry['mode']:04o}"} for entry in found], sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == golden["sha256_of_json"]


def reference_of(case: dict[str, Any]) -> str:
    """The reference that the case was packed under."""
    words = case["steps"][0]["argv"]
    return str(words[words.index("-t") + 1]).split(",")[0]


MORE = [(name, index) for name in PACKED for index in range(len(load_case(name).get("unpack_more", [])))]


@pytest.mark.parametrize(("name", "index"), MORE)
def test_flags_and_files_in_the_way_are_treated_as_kit_does(
    name: str, index: int, tmp_path: Path, golden_home: Settings
) -> None:
    case = load_case(name)
    more = case["unpack_more"][index]
    out = tmp_path / "out"
    out.mkdir()
    build_tree({"tree": more.get("before") or []}, out)
    flags = more["flags"]
    filters = [flags[at + 1] for at, flag in enumerate(flags) if flag == "--filter"]
    filters += [flag.removeprefix("--") for flag in flags if flag in ("--model", "--datasets")]
    before = tree_of(out)

    def unpack() -> None:
        kit.unpack(
            reference_of(case),
            out,
            filters=filters,
            overwrite="-o" in flags,
            ignore_existing="-i" in flags,
            settings=golden_home,
        )

    if more["exit"]:
        with pytest.raises(Conflict):
            unpack()
        assert tree_of(out) == before  # kit leaves a half-unpacked folder; we are all or nothing
    else:
        unpack()
        assert_same_tree(out, more["tree"])


def test_the_golden_tables_are_all_here() -> None:
    assert len(CASES) >= 36
    assert GOLDEN.joinpath("home.tar.gz").is_file()
