"""Every reason for a refusal, with its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter import kitfile
from kitops_jupyter.disk import clean_path
from kitops_jupyter.errors import Finding, KitfileInvalid
from kitops_jupyter.kitfile import Code, Dataset, Kitfile, McpServer, Model, ModelPart

TOP = "manifestVersion: 1.0.0\n"


def findings(text: str) -> list[Finding]:
    """All that is wrong with a Kitfile."""
    with pytest.raises(KitfileInvalid) as caught:
        kitfile.read(TOP + text)
    return list(caught.value.findings)


@pytest.mark.parametrize(
    ("text", "line", "column", "field", "message", "hint"),
    [
        ("code:\n  - path: /etc/passwd\n", 3, 11, "code[0].path", "is absolute", "relative"),
        ("code:\n  - path: ../up\n", 3, 11, "code[0].path", "leaves the kit's folder", "parent folder"),
        ("code:\n  - path: a/../../up\n", 3, 11, "code[0].path", "leaves the kit's folder", "parent folder"),
        ("code:\n  - path: ..\n", 3, 11, "code[0].path", "leaves the kit's folder", "parent folder"),
        ("docs:\n  - path: https://a.b/c\n", 3, 11, "docs[0].path", "not fetched from the web", "download"),
        ("docs:\n  - path: s3://bucket/key\n", 3, 11, "docs[0].path", "only a path", "remotePath"),
        ("docs:\n  - path: ftp://a.b/c\n", 3, 11, "docs[0].path", "only a path", "/"),
        ("code:\n  - path: reg.io/org/kit:1\n", 3, 11, "code[0].path", "only a path", "/"),
        ("model:\n  path: /m\n", 3, 9, "model.path", "is absolute", "relative"),
        ("model:\n  parts:\n    - path: ../m\n", 4, 13, "model.parts[0].path", "leaves", "parent folder"),
        (
            "model:\n  path: m\n  parts:\n    - path: p\n      type: a b\n",
            *(6, 13, "model.parts[0].type", "is not a type", "letters"),
        ),
        ("datasets:\n  - path: d\n    remoteHash: x\n", 4, 17, "datasets[0].remoteHash", "without remotePath", "add"),
        (
            "datasets:\n  - path: d\n    remotePath: s3://b/k\n",
            4,
            17,
            "datasets[0].remotePath",
            "needs remoteHash",
            "ETAG",
        ),
        ("datasets:\n  - path: d\n    remotePath: d/e\n", 4, 17, "datasets[0].remotePath", "neither", "names a kit"),
        ("mcpServers:\n  - path: a.mcpb\n", 3, 5, "mcpServers[0].name", "has no name", "its own name"),
        ("mcpServers:\n  - name: a\n    path: a.zip\n", 4, 11, "mcpServers[0].path", "does not end in .mcpb", "mcpb"),
        ("code:\n  - path: a\n  - path: ./a/\n", 4, 11, "code[1].path", "same path 'a'", "its own path"),
        ("code:\n  - path: a\ndocs:\n  - path: b/../a\n", 5, 11, "docs[0].path", "code[0] has the same", "own"),
        ("modle:\n  path: a\n", 2, 1, "modle", "unknown field", "did you mean model?"),
        ("model:\n  pth: a\n", 3, 3, "model.pth", "unknown field", "did you mean path?"),
        ("code:\n  path: a\n", 3, 3, "code", "expected a list", "-"),
        ("package: iris\n", 2, 10, "package", "expected a map", ""),
        ("package:\n  name: [a]\n", 3, 9, "package.name", "expected text, got a list", ""),
        ("package:\n  authors: Ada\n", 3, 12, "package.authors", "expected a list of text", "-"),
    ],
)
def test_a_problem_has_its_place_and_its_way_out(
    text: str, line: int, column: int, field: str, message: str, hint: str
) -> None:
    (finding,) = findings(text)
    assert (finding.line, finding.column, finding.field) == (line, column, field)
    assert message in finding.message
    assert hint in finding.hint


def test_all_problems_are_told_in_the_order_of_their_lines() -> None:
    found = findings("docs:\n  - path: /a\ncode:\n  - path: ../b\nmodel:\n  path: http://c/d\n")
    assert [finding.line for finding in found] == [3, 5, 7]
    with pytest.raises(KitfileInvalid, match="3 problems") as caught:
        kitfile.read(TOP + "docs:\n  - path: /a\ncode:\n  - path: ../b\nmodel:\n  path: http://c/d\n", name="K")
    assert "line 5: code[0].path" in str(caught.value)


def test_problems_of_a_kitfile_without_text_have_fields_but_no_lines() -> None:
    (finding,) = kitfile.validate(Kitfile(code=(Code("/a"),)))
    assert (finding.field, finding.line, finding.column) == ("code[0].path", 0, 0)


@pytest.mark.parametrize("name", ["x", "a-b_c.d", "_x", "9", "x" * 64])
def test_a_part_may_have_such_types(name: str) -> None:
    assert kitfile.validate(Kitfile(model=Model(path="m", parts=(ModelPart(path="p", type=name),)))) == []


@pytest.mark.parametrize("name", ["x" * 65, "-x", ".x", "a/b", "é", "a\n", " "])
def test_a_part_may_not_have_such_types(name: str) -> None:
    (finding, *_) = kitfile.validate(Kitfile(model=Model(path="m", parts=(ModelPart(path="p", type=name),))))
    assert finding.field == "model.parts[0].type"


@pytest.mark.parametrize("path", [".", "", "a", "./a", "a/", "a/../b", "a b", "...", "..a", "é", "a\\b"])
def test_paths_within_the_folder_are_taken(path: str) -> None:
    assert kitfile.validate(Kitfile(code=(Code(path),))) == []


def test_servers_may_not_share_a_name() -> None:
    servers = (McpServer("a", "a.mcpb"), McpServer("b", "b.mcpb"), McpServer("a", "c.mcpb"))
    (finding,) = kitfile.validate(Kitfile(mcp_servers=servers))
    assert finding.field == "mcpServers[2].name"
    assert "mcpServers[0]" in finding.message


def test_nothing_may_lie_in_another_kits_data() -> None:
    data = Dataset(path="data", remote_path="reg.io/org/kit:1")
    (finding,) = kitfile.validate(Kitfile(datasets=(data,), code=(Code("data/a.py"), Code("database"))))
    assert finding.field == "code[0].path"
    assert "another kit's data" in finding.message


def test_a_model_may_be_another_kit() -> None:
    found = Kitfile(model=Model(path="reg.io/org/kit:1"))
    assert kitfile.validate(found) == []
    assert found.parent_reference == "reg.io/org/kit:1"
    assert [entry.has_layer for entry in found.entries()] == [False]


@pytest.mark.parametrize("version", ["", "2.0.0", "v1.0.0"])
def test_another_manifest_version_is_a_warning(version: str) -> None:
    (finding,) = kitfile.warnings(Kitfile(version))
    assert finding.field == "manifestVersion"
    assert kitfile.validate(Kitfile(version)) == []
    assert kitfile.warnings(Kitfile()) == []


def test_an_ignored_hash_is_a_warning_with_its_line() -> None:
    text = TOP + "datasets:\n  - path: d\n    remotePath: reg.io/org/kit:1\n    remoteHash: x\n"
    (finding,) = kitfile.warnings(kitfile.read(text))
    assert (finding.line, finding.field) == (5, "datasets[0].remoteHash")


def test_entries_come_in_the_order_of_layers_with_labels() -> None:
    text = TOP + (
        "mcpServers:\n- {name: s, path: s.mcpb}\nprompts:\n- path: p\ndocs:\n- path: d/\ndatasets:\n"
        "- {name: v, path: v.csv}\n"
        "code:\n- path: ./n/../c\nmodel: {name: m, path: m.pt, parts: [{path: q}]}\n"
    )
    entries = kitfile.read(text).entries()
    assert [(entry.section, entry.index, entry.clean_path, entry.label) for entry in entries] == [
        ("model", 0, "m.pt", "model m"),
        ("part", 0, "q", "model part q"),
        ("code", 0, "c", "code c"),
        ("dataset", 0, "v.csv", "dataset v"),
        ("docs", 0, "d", "docs d"),
        ("prompt", 0, "p", "prompt p"),
        ("mcpserver", 0, "s.mcpb", "mcpserver s"),
    ]
    assert entries[2].path == "./n/../c"


@pytest.mark.parametrize(
    ("path", "clean"),
    [
        ("", "."),
        (".", "."),
        ("./", "."),
        ("a//b/", "a/b"),
        ("a/./b/..", "a"),
        ("../a", "../a"),
        ("//a", "/a"),
        ("/..", "/"),
    ],
)
def test_a_path_is_cleaned_as_go_does(path: str, clean: str) -> None:
    assert clean_path(path) == clean


def test_a_folders_kitfile_is_found_in_kits_order(tmp_path: Path) -> None:
    assert kitfile.find(tmp_path) is None
    (tmp_path / "Kitfile").mkdir()
    for name in (".kitfile", "kitfile"):
        (tmp_path / name).touch()
        assert kitfile.find(tmp_path) == tmp_path / name
    (tmp_path / "Kitfile").rmdir()
    (tmp_path / "Kitfile").touch()
    assert kitfile.find(tmp_path) == tmp_path / "Kitfile"
