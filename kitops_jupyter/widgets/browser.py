"""A browser of kits for a cell: places, repositories, tags, and what a kit has; the panel's little brother."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import ipywidgets

from kitops_jupyter.errors import KitError, Unauthorized, printable
from kitops_jupyter.lines import Line, offered
from kitops_jupyter.operations.login import login
from kitops_jupyter.operations.look.browse import Access, BrowseResult, Home, KitPlace, Level, as_text, begin
from kitops_jupyter.verbs.core.screen import Browse, SignIn
from kitops_jupyter.widgets import looks, threads
from kitops_jupyter.widgets.kit_contents import KitContents
from kitops_jupyter.widgets.level_list import LevelList
from kitops_jupyter.widgets.pull_pane import PullPane
from kitops_jupyter.widgets.sign_in import SignInForm
from kitops_jupyter.widgets.ticks import Node, Ticks

_PATIENCE_S = 1.0  # for details of the first page, which the text form would have, too


class Browser:
    """Shows itself. Every question to a registry is asked in a thread, so that the kernel stays free."""

    def __init__(self, kernel: Any, request: Browse) -> None:
        self._request = request
        self._access = Access(request.connection, request.settings)
        self._path: list[Level | KitPlace] = []
        self._lock = threading.RLock()
        self._describing: threading.Thread | None = None
        self._asked = 0  # how many questions were asked: only the last one's answer is shown
        self._crumbs = ipywidgets.HBox([], layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.go_to = ipywidgets.Text(
            placeholder="registry, repository or kit, then Enter",
            continuous_update=False,
            layout=ipywidgets.Layout(width="26em"),
        )
        self.go_to.observe(lambda change: self._go_to(change["new"]), "value")
        self._status = looks.text()
        self._line = looks.text()
        self._mend = ipywidgets.VBox([])
        self._list = LevelList(self._choose, lambda names: self._describe())
        self._contents = KitContents(self._refresh_pull, self._open)
        self._pull = PullPane(kernel, request, self.run)
        self._body = ipywidgets.VBox([])
        head = ipywidgets.HBox([self._crumbs, self.go_to], layout=ipywidgets.Layout(justify_content="space-between"))
        self.box = looks.panel(head, self._status, self._mend, self._body, self._line)
        self._begin(request.start)

    def __repr__(self) -> str:
        """The same as text, for where no widget shows."""
        shown = self._stored()
        return f"{self._request.start or 'kit browse'}: {shown}" if isinstance(shown, str) else str(shown)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = self._stored()
        html = looks.told(repr(self)) if isinstance(shown, str) else shown._repr_html_()
        return looks.bundle(self.box, repr(self), html)

    def _stored(self) -> BrowseResult | str:
        """What this shows, for where no widget does; why there is nothing."""
        if self._describing is not None:
            self._describing.join(_PATIENCE_S)
        try:
            return as_text(self._path[-1], self._list.known)
        except KitError as problem:
            return printable(problem.message)

    def _begin(self, start: str) -> None:
        """The first level, at once: then the text form has it, too. Raises InvalidReference."""
        first = begin(start, self._access)
        self._path = [first] if isinstance(first, Home) else [Home(self._access), first]
        try:
            shown = _look(first)
        except KitError as problem:
            self._show_crumbs()
            self._fail(problem)
        else:
            self._show(first, shown)

    def run(self, work: Callable[[], None]) -> threading.Thread:
        """Do it in a thread; a KitError of it is shown."""

        def attempt() -> None:
            try:
                work()
            except KitError as problem:
                with self._lock:
                    self._fail(problem)

        return threads.start("kit-browse", attempt)

    def _ask(self, told: str, question: Callable[[], Callable[[], None]]) -> None:
        """Ask in a thread; what the question returns shows the answer, unless another was asked meanwhile."""
        with self._lock:
            self._asked += 1
            number = self._asked
            self._mend.children = ()
            self._status.value = looks.told(told, is_live=True)

        def work() -> None:
            try:
                show = question()
            except KitError as problem:
                show = partial(self._fail, problem)
            with self._lock:
                if number == self._asked:
                    self._status.value = ""
                    show()

        self.run(work)

    def _go(self, path: list[Level | KitPlace]) -> None:
        """Go to the end of this path."""
        place = path[-1]
        self._path = path
        self._show_crumbs()
        self._body.children = ()
        self._ask(f"Asking for {place.title} …", lambda: partial(self._show, place, _look(place)))

    def _go_to(self, text: str) -> None:
        if text.strip():
            try:
                place = begin(text.strip(), self._access)
            except KitError as problem:
                self._fail(problem)
                return
            self.go_to.value = ""
            self._go([Home(self._access), place])

    def _choose(self, name: str) -> None:
        level = self._path[-1]
        if not isinstance(level, KitPlace):
            self._go([*self._path, level.below(name)])

    def _show(self, place: Level | KitPlace, shown: Sequence[str] | Ticks) -> None:
        self._show_crumbs()
        if isinstance(place, KitPlace):
            assert isinstance(shown, Ticks)
            self._contents.show(shown)
            self._pull.show(place, shown)
            self._body.children = (self._contents.box, self._pull.box)
            warned = "".join(f"; {text}" for text in place.info.warnings)
            self._line.value = looks.told(f"{place.reference} is {place.info.digest}{warned}")
            return
        assert not isinstance(shown, Ticks)
        self._list.show(shown)
        self._body.children = (self._list.box,)
        self._line.value = looks.command_line(self._line_of(place.start))
        if not shown:
            self._status.value = looks.told("There is nothing here yet")

    def _line_of(self, start: str) -> Line:
        return offered("browse", *([start] if start else []), *self._request.flags)

    def _describe(self) -> None:
        """Ask what the names in sight are, and only those."""
        level, names = self._path[-1], self._list.undescribed
        if isinstance(level, KitPlace) or not names:
            return

        def work() -> None:
            known = level.describe(names)
            with self._lock:
                if self._path[-1] is level:
                    self._list.describe({**dict.fromkeys(names, ""), **known})

        self._describing = self.run(work)

    def _open(self, node: Node) -> None:
        """Look into a layer."""
        place, ticks = self._path[-1], self._contents.ticks
        if not isinstance(place, KitPlace) or ticks is None:
            return

        def question() -> Callable[[], None]:
            files = place.files(node.section, node.path)

            def show() -> None:
                ticks.set_files(node, files)
                node.is_open = node.can_open
                self._contents.refresh()

            return show

        self._ask(f"Opening {node.path} …", question)

    def _refresh_pull(self) -> None:
        self._pull.refresh()

    def _show_crumbs(self) -> None:
        crumbs = []
        for at, place in enumerate(self._path):
            button = ipywidgets.Button(
                description=printable(place.title),
                tooltip=f"go to {printable(place.title)}",
                disabled=at == len(self._path) - 1,
                layout=ipywidgets.Layout(width="auto"),
                style=ipywidgets.ButtonStyle(button_color="transparent"),
            )
            button.on_click(lambda clicked, at=at: self._go(self._path[: at + 1]))
            crumbs += [button, ipywidgets.Label("›")]
        old, self._crumbs.children = self._crumbs.children, tuple(crumbs[:-1])
        for widget in old:
            widget.close()

    def _fail(self, problem: KitError) -> None:
        """Show an error where the answer would be, with what fixes it: a sign-in, or another try."""
        self._status.value = looks.failure(problem)
        place = self._path[-1]
        again = ipywidgets.Button(description="Try again", icon="refresh")
        again.on_click(lambda button: self._go(self._path))
        if not isinstance(problem, Unauthorized) or isinstance(place, Home):
            self._mend.children = (again,)
            return
        registry = place.start.partition("/")[0]
        how = self._access

        def attempt(username: str, secret: str) -> Any:
            return login(registry, username, secret, connection=how.connection, settings=how.settings)

        form = SignInForm(SignIn(registry, "", attempt, self._request.flags), on_done=lambda: self._go(self._path))
        self._mend.children = (form.box,)


def _look(place: Level | KitPlace) -> Sequence[str] | Ticks:
    """What there is to show. Raises KitError."""
    return Ticks(place.info) if isinstance(place, KitPlace) else place.names()
