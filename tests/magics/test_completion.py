"""Tab in a real IPython: what is offered, and that it replaces what was typed."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from kitops_jupyter.verbs import retyped, split, split_typed


@pytest.fixture
def kits(project: Path) -> None:
    storage = Path(os.environ["KITOPS_HOME"]) / "storage"
    storage.mkdir(parents=True)
    descriptor = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "a" * 64, "size": 2}
    for repository in ("localhost/churn", "registry.example.com/my-team/iris"):
        name = base64.urlsafe_b64encode(repository.encode()).decode()
        (storage / f"{name}-index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [descriptor]}))
        (storage / f"{name}-tags.json").write_text(json.dumps({"tuned": descriptor, "v1.0-rc": descriptor}))


def after_tab(shell: InteractiveShell, typed: str) -> list[str]:
    """What the cell would be after each completion that is offered."""
    with provisionalcompleter():
        return [
            typed[: found.start] + found.text + typed[found.end :]
            for found in shell.Completer.completions(typed, len(typed))
        ]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("%kit unp", "%kit unpack"),
        ("r = %kit unp", "r = %kit unpack"),
        ("a, b = %kit unp", "a, b = %kit unpack"),
        ("x = 1\n%kit unp", "x = 1\n%kit unpack"),
        ("%kit pack --comp", "%kit pack --compression"),
        ("%kit pack -t chu", "%kit pack -t churn:"),
        ("%kit info churn:tu", "%kit info churn:tuned"),
        ("%kit info churn:v1.", "%kit info churn:v1.0-rc"),
        ("%kit info reg", "%kit info registry.example.com/my-team/iris:"),
        ("%kit info registry.example.com/my-team/iris:v1.0-", "%kit info registry.example.com/my-team/iris:v1.0-rc"),
        ("%%kit\nkit info churn:tu", "%%kit\nkit info churn:tuned"),
        ("%%kit\n# first\n$ ./kit unp", "%%kit\n# first\n$ ./kit unpack"),
        ("%%kit\nunp", "%%kit\nunpack"),
        ("%%kit pack -t churn:tu", "%%kit pack -t churn:tuned"),
        ("%kit validate Kit", "%kit validate Kitfile"),
        ("%kit unpack churn:tuned -d 'my f", "%kit unpack churn:tuned -d 'my folder/"),
        ("%kit unpack churn:tuned -d my", "%kit unpack churn:tuned -d my\\ folder/"),
        ("%kit pack -t $my_ta", "%kit pack -t $my_tag"),
        ("%kit pack -t churn:{my_ta", "%kit pack -t churn:{my_tag"),
    ],
)
@pytest.mark.usefixtures("kits")
def test_what_is_meant_is_offered_first(shell: InteractiveShell, project: Path, typed: str, wanted: str) -> None:
    (project / "Kitfile").touch()
    (project / "my folder").mkdir()
    shell.user_ns["my_tag"] = "tuned"
    assert after_tab(shell, typed)[0] == wanted


@pytest.mark.usefixtures("kits")
def test_only_kits_are_offered_where_a_kit_is_wanted(shell: InteractiveShell) -> None:
    assert after_tab(shell, "%kit info churn:") == ["%kit info churn:tuned", "%kit info churn:v1.0-rc"]


def test_where_nothing_fits_the_line_stays_as_it_is(shell: InteractiveShell) -> None:
    assert after_tab(shell, "%kit info no-such") == ["%kit info no-such"]


def test_an_expression_is_completed_as_python(shell: InteractiveShell) -> None:
    shell.user_ns["version"] = "tuned"
    assert "%kit pack -t churn:{version.upper" in after_tab(shell, "%kit pack -t churn:{version.upp")


def test_the_body_of_a_kitfile_cell_is_left_to_others(shell: InteractiveShell) -> None:
    assert "%%kit pack -t a:b\nunpack" not in after_tab(shell, "%%kit pack -t a:b\nunp")


def test_other_cells_are_left_to_others(shell: InteractiveShell) -> None:
    shell.user_ns["unpacked"] = 1
    assert after_tab(shell, "unpa") == ["unpacked"]
    assert "%kit" in after_tab(shell, "%ki")


ODD = [
    "plain.csv", "a b", "a  b", "it's", 'say "hi"', "{1+1}", "{ran.append(1)}", "a{b", "$ran", "$(id)", "`id`", "a;",
    "a|b", "&", "what?", "!ls", "#1", "a#1", "-d", "--force", "~old", "=x", "%kit", "back\\slash", "end\\", "a\u00a0b",
    "デ", "*", "{{a}}",
]  # fmt: skip


@pytest.mark.parametrize("typed", ["%kit validate ", "%kit validate '", '%kit validate "', "r = %kit validate -f "])
def test_a_file_completes_to_what_means_exactly_it_or_is_not_offered(shell: Any, project: Path, typed: str) -> None:
    for name in ODD:
        (project / name).write_text("manifestVersion: 1.0.0\ncode:\n- path: x\n")
    shell.user_ns.update(ran=[], read=[])
    offered = after_tab(shell, typed)
    for line in offered:
        done = shell.run_cell(f"{line}\nread.append(1)", store_history=False, silent=True)
        assert done.success, line
    assert shell.user_ns["ran"] == []
    assert len(offered) == len(ODD) or '"' in typed


@pytest.mark.parametrize("name", [name for name in ODD if "/" not in name])
@pytest.mark.parametrize("begun", [0, 1, 99])
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_word_is_retyped_to_mean_exactly_the_file(name: str, begun: int, quote: str) -> None:
    raw = quote + name[:begun]
    words, current = split_typed(raw, windows=False)
    if words or not name.startswith(current.text):
        return
    typed = retyped(raw, current, name, windows=False)
    assert typed is None or split(typed, windows=False, expand=lambda expression: "expanded") == [name]
    assert typed is not None or (quote and raw != quote)


@pytest.mark.parametrize("name", ["a\nb", "a\u2028b", "a\u202eb", "a\x1bb"])
def test_a_name_that_nobody_can_see_is_not_offered(shell: InteractiveShell, project: Path, name: str) -> None:
    (project / name).touch()
    assert after_tab(shell, "%kit validate a") == ["%kit validate a"]


def test_quotes_that_the_front_end_closed_are_not_closed_twice(shell: InteractiveShell, project: Path) -> None:
    (project / "my file").touch()
    line = "%kit validate 'my'"
    with provisionalcompleter():
        found = list(shell.Completer.completions(line, len(line) - 1))
    assert [line[: each.start] + each.text + line[each.end :] for each in found] == ["%kit validate 'my file'"]
