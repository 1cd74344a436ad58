"""`kit login` and `kit logout`: who we are to a registry; tried at once, and kept for its owner's eyes only."""

from __future__ import annotations

from dataclasses import dataclass, field

from kitops_jupyter import targets
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection


@dataclass(frozen=True, slots=True)
class LoginResult(Result):
    """`place` is where the credentials are kept; the secret itself is nowhere in here."""

    registry: str
    username: str
    place: str = field(default="", repr=False)
    is_out: bool = False


def login(
    registry: str,
    username: str,
    password: str,
    *,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> LoginResult:
    """Try the credentials at the registry, and keep them only if it takes them.

    Raises Unauthorized, RegistryError, StorageFull; then nothing is kept.
    """
    with observed(observe, registry), targets.registry(registry, settings or Settings.load(), connection) as opened:
        return LoginResult(registry, username, opened.login(username, password))


def logout(
    registry: str,
    *,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> LoginResult:
    """Forget what is kept for a registry; its own files only, not docker's."""
    with observed(observe, registry), targets.registry(registry, settings or Settings.load(), connection) as opened:
        return LoginResult(registry, "", "forgotten" if opened.logout() else "", is_out=True)


def signed_in_as(registry: str, *, settings: Settings) -> str:
    """The name that would be used at a registry, "" for nobody; asks files and helpers here, not the registry."""
    with targets.registry(registry, settings, None) as opened:
        return opened.signed_in_as()
