"""`kit list --format`: the small part of Go's templates that is read."""

from __future__ import annotations

import pytest

from kitops_jupyter.content import Digest
from kitops_jupyter.errors import Usage
from kitops_jupyter.operations.look.kits import ListedKit
from kitops_jupyter.verbs.core import template

KIT = ListedKit("team/m", Digest("sha256:" + "a" * 64), ("v1", "v2"), "{{ .Repo }}", "Ada", 2048, "", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ .Repo }}:{{ index .Tags 0 }} - {{ .ModelName }}", "team/m:v1 - {{ .Repo }}"),
        ("{{index .Tags 1}} {{ index .Tags 7 }}", "v2 <none>"),
        ("{ .Repo } { index .Tags 0 }", "team/m v1"),
        ("{{ range .Tags }}{{ . }},{{ end }}", "v1,v2,"),
        (r"{{ .Tags }}\t{{.Author}}", "[v1 v2]\tAda"),
    ],
)
def test_a_template_is_filled_as_go_does_it(text: str, line: str) -> None:
    template.check(text)
    assert template.fill(text, KIT) == line


@pytest.mark.parametrize(
    "text",
    [
        "{{ join .Tags }}",
        "{{ .Nope }}",
        "{{ index .Repo 0 }}",
        "{{ range .Tags }}{{ .Repo }}{{ end }}",
        "{{ if .Tags }}",
        "plain",
    ],
)
def test_what_is_not_read_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(Usage) as caught:
        template.check(text)
    assert ".Repo" in caught.value.hint
