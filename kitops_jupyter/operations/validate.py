"""`kit validate`: judge a Kitfile as kit does, and say where and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kitops_jupyter import kitfile
from kitops_jupyter.disk import read_bytes, typed_path, why
from kitops_jupyter.errors import Finding, KitError, KitfileInvalid, KitfileMissing
from kitops_jupyter.lines import command
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings


@dataclass(frozen=True, slots=True)
class ValidateResult(Result):
    """Whether kit accepts it; `config` is the JSON that packing stores (before digests), `yaml` the canonical form."""

    name: str
    problems: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    config: str | None
    yaml: str | None

    @property
    def accepted(self) -> bool:
        """Whether packing would take this Kitfile."""
        return not self.problems

    def json(self) -> str:
        """For programs, as `--format json` prints it."""
        problems = [
            {
                "line": finding.line,
                "column": finding.column,
                "field": finding.field,
                "message": finding.message,
                "hint": finding.hint,
            }
            for finding in self.problems
        ]
        return json.dumps(
            {"accepted": self.accepted, "problems": problems, "config": self.config, "yaml": self.yaml}, indent=2
        )


def validate(
    source: str | Path = ".",
    *,
    text: str | None = None,
    settings: Settings | None = None,
) -> ValidateResult:
    """Judge `text`, or the Kitfile at `source` (a file, or a folder that holds one). Raises KitfileMissing.

    A Kitfile that kit would refuse is an answer here, not an error.
    """
    name, data = ("Kitfile", text.encode("utf-8", "surrogatepass")) if text is not None else _read(typed_path(source))
    try:
        read = kitfile.read(data, name=name)
    except KitfileInvalid as problem:
        return ValidateResult(name, problem.findings, (), None, None)
    warnings = tuple(kitfile.warnings(read))
    try:
        config = kitfile.to_json(read).decode()
    except KitError as problem:  # what JSON cannot hold, as NaN among the parameters
        return ValidateResult(name, (Finding(problem.message, field="parameters"),), warnings, None, None)
    return ValidateResult(name, (), warnings, config, kitfile.to_yaml(read))


def _read(path: Path) -> tuple[str, bytes]:
    if path.is_dir():
        found = kitfile.find(path)
        if found is None:
            raise KitfileMissing(f"no Kitfile in {path}", hint=f"{command('init', str(path))} proposes one")
        path = found
    try:
        return str(path), read_bytes(path)
    except OSError as problem:
        raise KitfileMissing(f"{path} cannot be read: {why(problem)}", hint="-f - reads from a pipe") from problem
