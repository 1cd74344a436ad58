"""What a front end with widgets can do beyond text; a face gives it to the verbs, which know no widget."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kitops_jupyter.progress import Observer
from kitops_jupyter.settings import Settings

if TYPE_CHECKING:
    from kitops_jupyter.operations.login import LoginResult
    from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in to be asked for. `attempt` tries a name and a secret; keeps good ones, else raises KitError.

    `flags` are the network flags of the line, for the line that is shown.
    """

    registry: str
    username: str
    attempt: Callable[[str, str], LoginResult] = field(repr=False)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Browse:
    """Where browsing begins: at a registry, a repository or a kit; "" is the list of places.

    Folders count from `directory`. `flags` are the network flags of the line, for the lines that are shown.
    """

    start: str
    directory: Path
    connection: Connection
    settings: Settings
    flags: tuple[str, ...] = ()


class Screen(Protocol):
    """Widgets, in the cell that is running."""

    def transfer(self, command: str) -> AbstractContextManager[Observer]:
        """Bars for what the command moves, and a button that cancels it; "" where no line may be shown."""

    def sign_in(self, request: SignIn) -> Any:
        """A form; the value shows itself and is there before anybody has signed in."""

    def browse(self, request: Browse) -> Any:
        """The kits to look into; the value shows itself."""
