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
    """`where` says where the credentials are kept; the secret itself is not in here.

    After a logout, `was_logged_in` says whether there were any.
    """

    registry: str
    username: str
    where: str = field(default="", repr=False)
    is_out: bool = False
    was_logged_in: bool = False


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
    """Forget the credentials and the names that are kept here for a registry; docker's files stay."""
    with observed(observe, registry), targets.registry(registry, settings or Settings.load(), connection) as opened:
        return LoginResult(registry, "", is_out=True, was_logged_in=opened.logout())


def signed_in_as(registry: str, *, settings: Settings) -> str:
    """The name that would be used at a registry, "" for nobody; asks files and helpers here, not the registry."""
    with targets.registry(registry, settings, None) as opened:
        return opened.signed_in_as()
