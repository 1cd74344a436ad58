"""`kit login`: what its form may still use when the cell is over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kitops_jupyter import verbs
from kitops_jupyter.progress import Event
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.screen import SignIn
from tests.fakes.fault_server import serving


class Forms:
    """A screen that keeps what its form would call."""

    asked: SignIn

    def sign_in(self, request: SignIn) -> object:
        self.asked = request
        return request

    def transfer(self, command: str) -> Any:
        raise AssertionError(command)

    def browse(self, request: object) -> Any:
        raise AssertionError(request)


@pytest.mark.parametrize("has_form", [True, False])
def test_a_form_outlives_the_bars_of_its_cell_and_draws_in_none(has_form: bool, tmp_path: Path) -> None:
    seen: list[Event] = []
    forms = Forms()
    with serving() as server:
        context = verbs.Context(
            settings=Settings.load({}, home=tmp_path / "home"),
            directory=tmp_path,
            observe=seen.append,
            ask=lambda question, is_secret: "ada",
            screen=forms if has_form else None,
        )
        verbs.run(verbs.parse(["login", server.host, "--plain-http"]), context)
        if has_form:
            assert forms.asked.attempt("ada", "hunter2").username == "ada"
    assert bool(seen) != has_form
