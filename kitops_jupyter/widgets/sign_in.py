"""A form to sign in to a registry. The secret is sent once, used once, and is in no output, state or echo."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from kitops_jupyter.errors import KitError
from kitops_jupyter.lines import Line, offered
from kitops_jupyter.verbs.core.screen import SignIn
from kitops_jupyter.widgets import looks, threads

if TYPE_CHECKING:
    from kitops_jupyter.operations.login import LoginResult

_FIELD = {"description_width": "7em"}


class Secret(ipywidgets.Password):  # type: ignore[misc]
    """A password field that is empty again as soon as its secret is here; `on_secret` gets it.

    The front end sends it once, when the field is left or Enter is pressed, not with every key; the kernel does not
    echo it to the other front ends.
    """

    value = traitlets.Unicode("").tag(sync=True, echo_update=False)

    def __init__(self, on_secret: Callable[[str, bool], None], **options: Any) -> None:
        super().__init__(continuous_update=False, **options)
        self._on_secret = on_secret
        self._is_entered = False
        self.observe(self._take, "value")
        self.on_msg(self._note_enter)

    def _note_enter(self, widget: Any, content: Mapping[str, Any], buffers: Any) -> None:
        """The Enter key is reported just before what was typed."""
        self._is_entered = content.get("event") == "submit"

    def _take(self, change: Mapping[str, Any]) -> None:
        secret = change["new"]
        if secret:
            self.value = ""
            is_entered, self._is_entered = self._is_entered, False
            self._on_secret(secret, is_entered)


class SignInForm:
    """Shows itself as a form; `result` is None until somebody has signed in. `on_done` is called then."""

    def __init__(self, request: SignIn, on_done: Callable[[], None] | None = None) -> None:
        self._request = request
        self._on_done = on_done
        self._secret = ""
        self.result: LoginResult | None = None
        wide = ipywidgets.Layout(width="26em")
        self.username = ipywidgets.Text(
            request.username, description="User name", style=_FIELD, layout=wide, continuous_update=False
        )
        self.secret = Secret(self._take, description="Password", style=_FIELD, layout=wide)
        self.secret.placeholder = "or an access token"
        self.button = ipywidgets.Button(description="Sign in", button_style="primary", icon="sign-in")
        self.button.on_click(lambda button: self.submit())
        self.status = looks.text()
        title = looks.text(f"<b>Sign in to {looks.escaped(request.registry)}</b>")
        self._line = looks.text()
        self._fields = ipywidgets.VBox([self.username, self.secret, self.button])
        self.box = looks.panel(title, self._fields, self.status, self._line)
        self.username.observe(lambda change: self._show_line(), "value")
        self._show_line()

    def __repr__(self) -> str:
        if self.result is not None:
            return str(self.result)
        return f"Sign in to {self._request.registry}: use the form, or without widgets {self._shown_line()}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return looks.bundle(self.box, repr(self), looks.told(repr(self)))

    def _shown_line(self) -> Line:
        name = self.username.value
        return offered("login", self._request.registry, *(["-u", name] if name else []), *self._request.flags)

    def _show_line(self) -> None:
        self._line.value = looks.command_line(self._shown_line())

    def _take(self, secret: str, is_entered: bool) -> None:
        self._secret = secret
        self.secret.placeholder = "•" * 8
        if is_entered:
            self.submit()

    def submit(self) -> threading.Thread | None:
        """Try it at the registry, in a thread of its own: the kernel is free meanwhile. Returns that thread."""
        if not (self.username.value and self._secret):
            missing = "user name" if not self.username.value else "password"
            self.status.value = looks.told(f"The {missing} is missing", looks.WARN, is_live=True)
            return None
        secret, self._secret = self._secret, ""
        self.secret.placeholder = "or an access token"
        self.button.disabled = True
        self.status.value = looks.told(f"Asking {self._request.registry} …", is_live=True)
        return threads.start("kit-sign-in", partial(self._attempt, self.username.value, secret))

    def _attempt(self, username: str, secret: str) -> None:
        try:
            self.result = self._request.attempt(username, secret)
        except KitError as problem:
            self.status.value = looks.failure(problem)
            return
        finally:
            del secret
            self.button.disabled = False
        self._fields.layout.display = "none"
        kept = f", kept in {self.result.where}" if self.result.where else ""
        told = f"✓ Signed in to {self.result.registry} as {self.result.username}{kept}"
        self.status.value = looks.told(told, looks.GOOD, is_live=True)
        if self._on_done:
            self._on_done()
