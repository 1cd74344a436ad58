"""%kit and %%kit: forms, values, errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter.errors import NotFound, Usage
from tests.magics.conftest import RunCell


def test_kit_alone_is_an_overview(run_cell: RunCell) -> None:
    ran = run_cell("%kit")
    assert ran.error is None
    assert "unpack" in ran.printed
    assert "write a kit's files" in ran.printed


@pytest.mark.parametrize("line", ["%kit help pack", "%kit pack -h", "%kit pack --help"])
def test_help_of_a_verb_is_shown_and_nothing_exits(run_cell: RunCell, line: str) -> None:
    ran = run_cell(line)
    assert ran.error is None
    assert "kit pack . -t churn:tuned" in ran.printed


def test_a_verb_returns_a_value_with_fields(run_cell: RunCell, shell: Any) -> None:
    assert run_cell("answer = %kit version").printed == ""
    assert run_cell("answer.version").value == "0.1.0"


def test_a_value_is_shown_as_text_and_as_html(run_cell: RunCell, shell: Any) -> None:
    value = run_cell("%kit version").value
    shown, _ = shell.display_formatter.format(value)
    assert shown["text/plain"].startswith("Version: 0.1.0")
    assert 'class="kitops-card"' in shown["text/html"]


def test_a_semicolon_shows_nothing(run_cell: RunCell) -> None:
    assert run_cell("%kit version;").printed == ""


def test_an_error_is_two_lines_and_the_cell_fails(run_cell: RunCell) -> None:
    ran = run_cell("%kit pack --tga x:y")
    assert isinstance(ran.error, Usage)
    lines = ran.printed.strip().splitlines()
    assert len(lines) == 2
    assert lines[0] == "Usage: kit pack: unknown flag --tga (did you mean --tag?)"
    assert lines[1].startswith("Hint: %kit pack [DIR] [flags]; for example: %kit pack")


def test_an_error_cannot_steer_the_terminal(run_cell: RunCell) -> None:
    ran = run_cell("%kit \x1b[31mred")
    assert isinstance(ran.error, Usage)
    assert "\x1b" not in ran.printed


def test_a_secret_is_not_repeated(run_cell: RunCell) -> None:
    ran = run_cell("%%kit\nlogin registry.example.com --password hunter2")
    assert isinstance(ran.error, Usage)
    assert "hunter2" not in ran.printed


def test_variables_and_expressions_are_put_in(run_cell: RunCell, shell: Any) -> None:
    shell.user_ns["verb"] = "tag"
    assert run_cell("%kit help $verb").value.name == "tag"
    assert run_cell("%kit help {verb}").value.name == "tag"
    assert run_cell("%kit help {'t' + 'ag'}").value.name == "tag"
    assert run_cell("%%kit\nhelp $verb").value[0].name == "tag"


def test_names_in_single_quotes_run_nothing(run_cell: RunCell, shell: Any) -> None:
    shell.user_ns["ran"] = []
    for line in ("%kit help '{ran.append(1)}'", "x = %kit help '{ran.append(1)}'", "%%kit\nhelp '{ran.append(1)}'"):
        ran = run_cell(line)
        assert isinstance(ran.error, Usage)
        assert "'{ran.append(1)}'" in ran.error.message
    assert shell.user_ns["ran"] == []


def test_a_value_is_one_word_and_no_flag_grows_out_of_it(run_cell: RunCell, shell: Any) -> None:
    shell.user_ns["name"] = "my folder' --init"
    ran = run_cell("%kit unpack no-such:kit -d $name -x")
    assert isinstance(ran.error, Usage)
    assert "unknown flag -x" in ran.error.message


def test_the_names_of_a_function_are_values_too(run_cell: RunCell) -> None:
    ran = run_cell("def ask(verb):\n    answer = %kit help {verb.lower()}\n    return answer\nask('TAG').name")
    assert ran.value == "tag", ran.printed


def test_two_dollars_are_one(run_cell: RunCell, shell: Any) -> None:
    shell.user_ns["verb"] = "tag"
    ran = run_cell("%kit help $$verb")
    assert isinstance(ran.error, Usage)
    assert "'$verb'" in ran.error.message


def test_a_comment_after_a_command_is_no_word(run_cell: RunCell) -> None:
    assert run_cell("%kit version  # which one?").error is None


def test_a_block_runs_every_line_and_shows_each(run_cell: RunCell) -> None:
    ran = run_cell(
        "%%kit\n# show the versions of this program and of Python?\n$ ./kit version\n\nkit help \\\n    tag\n"
    )
    assert ran.error is None
    assert [type(value).__name__ for value in ran.value] == ["VersionResult", "HelpResult"]
    assert ran.printed.count("Version: 0.1.0") == 1
    assert ran.printed.count("kit tag REF NEWREF") == 1


def test_a_block_stops_at_the_first_failure_and_says_where(run_cell: RunCell) -> None:
    ran = run_cell("%%kit\nkit version\nkit lst\nkit help tag\n")
    assert isinstance(ran.error, Usage)
    assert "Version: 0.1.0" in ran.printed
    assert "in line 2 of the cell" in ran.printed
    assert "kit tag REF NEWREF" not in ran.printed


def test_flags_of_a_block_go_to_each_line(run_cell: RunCell) -> None:
    ran = run_cell("%%kit --progress nonsense\nversion")
    assert isinstance(ran.error, Usage)
    assert "--progress" in ran.error.message


def test_an_empty_block_does_nothing(run_cell: RunCell) -> None:
    ran = run_cell("%%kit\n# nothing\n")
    assert ran.error is None
    assert ran.value == []


def test_a_verb_that_takes_no_body_says_how_to_write_it(run_cell: RunCell) -> None:
    ran = run_cell("%%kit version\nkit list")
    assert isinstance(ran.error, Usage)
    assert "%kit version" in ran.error.hint


def test_an_interrupt_is_two_lines_and_the_cell_fails(run_cell: RunCell, shell: Any) -> None:
    from kitops_jupyter.errors import Cancelled

    class Impatient:
        def __str__(self) -> str:
            raise KeyboardInterrupt

    shell.user_ns["impatient"] = Impatient()
    ran = run_cell("%%kit\nversion\nversion {impatient}")
    assert isinstance(ran.error, Cancelled)
    assert "nothing was left half-done" in ran.printed
    assert "Traceback" not in ran.printed


def test_loading_twice_and_unloading_leave_one_and_none(shell: Any) -> None:
    shell.run_line_magic("reload_ext", "kitops_jupyter")
    shell.run_line_magic("reload_ext", "kitops_jupyter")
    assert len(shell.Completer.custom_matchers) == 1
    shell.run_line_magic("unload_ext", "kitops_jupyter")
    assert "kit" not in shell.magics_manager.magics["line"]
    assert not shell.Completer.custom_matchers
    shell.run_line_magic("load_ext", "kitops_jupyter")


def test_the_home_of_a_flag_wins_over_the_environment(run_cell: RunCell, project: Path) -> None:
    ran = run_cell("%kit cache info --config other-home")
    assert ran.error is None, ran.printed
    assert ran.value.path == project / "other-home" / "cache"


SCRIPT = """
%kit version
kept = %kit version
if kept:
    %kit help tag
def ask():
    %kit help diff
ask()
%kit help push;
print("end")
"""


def test_a_script_prints_what_a_cell_would_show(run_cell: RunCell, project: Path) -> None:
    (project / "script.ipy").write_text(SCRIPT)
    printed = run_cell("get_ipython().safe_execfile_ipy('script.ipy')").printed
    assert printed.count("Version: 0.1.0") == 1
    assert [name for name in ("kit tag REF", "kit diff ", "kit push", "end\n") if name in printed] == [
        "kit tag REF",
        "kit diff ",
        "end\n",
    ]


def test_a_cell_shows_a_value_once(run_cell: RunCell) -> None:
    assert run_cell("%kit version").printed.count("Version: 0.1.0") <= 1


def test_a_hint_is_a_line_that_a_cell_takes(run_cell: RunCell, tmp_path: Path) -> None:
    missing = run_cell("%kit info no-such:v1").error
    assert isinstance(missing, NotFound)
    assert missing.hint == "%kit list shows the kits in the store"
    block = run_cell("%%kit\ninfo no-such:v1").error
    assert isinstance(block, NotFound) and block.hint == missing.hint
    serve = run_cell("%kit serve").error
    assert isinstance(serve, Usage) and serve.hint.startswith("on a terminal: jupyter kit serve")
