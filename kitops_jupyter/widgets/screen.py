"""Widgets in the running cell: the `verbs.screen.Screen` of a notebook."""

from __future__ import annotations

from typing import Any

from kitops_jupyter.lines import Line
from kitops_jupyter.verbs.core.screen import Browse, SignIn
from kitops_jupyter.widgets.browser import Browser
from kitops_jupyter.widgets.sign_in import SignInForm
from kitops_jupyter.widgets.transfer import CellTransfer

_NO_LINE = "no %kit line can be offered: a name has characters that a cell would run, or invisible ones"


class CellScreen:
    """See `verbs.screen.Screen`."""

    def __init__(self, shell: Any) -> None:
        self._kernel = getattr(shell, "kernel", None)

    def transfer(self, command: str) -> CellTransfer:
        return CellTransfer(self._kernel, Line(f"%kit {command}") if command else Line("", _NO_LINE))

    def sign_in(self, request: SignIn) -> SignInForm:
        return SignInForm(request)

    def browse(self, request: Browse) -> Browser:
        return Browser(self._kernel, request)
