"""Widgets in the running cell: the `verbs.screen.Screen` of a notebook."""

from __future__ import annotations

from typing import Any

from kitops_jupyter.lines import Line
from kitops_jupyter.verbs.screen import Browse, SignIn
from kitops_jupyter.widgets.browser import Browser
from kitops_jupyter.widgets.sign_in import SignInForm
from kitops_jupyter.widgets.transfer import CellTransfer


class CellScreen:
    """See `verbs.screen.Screen`."""

    def __init__(self, shell: Any) -> None:
        self._kernel = getattr(shell, "kernel", None)

    def transfer(self, line: Line) -> CellTransfer:
        return CellTransfer(self._kernel, line)

    def sign_in(self, request: SignIn) -> SignInForm:
        return SignInForm(request)

    def browse(self, request: Browse) -> Browser:
        return Browser(self._kernel, request)
