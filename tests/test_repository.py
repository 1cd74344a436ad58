"""What a visitor of the repository finds: workflows and hooks that call what exists."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def make_targets() -> set[str]:
    return set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def commands(workflow: Path) -> list[str]:
    """Every `run` of a workflow."""
    jobs = yaml.safe_load(workflow.read_text("utf-8"))["jobs"].values()
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


def test_the_hosted_workflow_runs_the_make_targets_that_exist() -> None:
    called = {
        target
        for workflow in (ROOT / ".github" / "workflows").glob("*.yml")
        for line in commands(workflow)
        for target in re.findall(r"make ([\w-]+)", line)
    }
    assert {"lint", "test", "test-lowest", "docs", "dist", "e2e"} <= called <= make_targets()


def test_the_hosted_workflow_tries_every_python_that_the_package_names() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    tried = set(workflow["jobs"]["test"]["strategy"]["matrix"]["python"])
    named = set(re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8")))
    assert named <= tried


def test_a_commit_hook_runs_what_make_lint_runs() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    entries = " ".join(hook["entry"] for hook in hooks)
    for program in re.findall(r"\$\(BIN\)/(ruff \w+|mypy)", (ROOT / "Makefile").read_text("utf-8")):
        assert f".venv/bin/{program}" in entries


def test_a_release_is_made_with_targets_that_exist() -> None:
    steps = re.findall(r"`make ([\w -]+)`", (ROOT / "RELEASING.md").read_text("utf-8"))
    assert {target for step in steps for target in step.split()} <= make_targets()
