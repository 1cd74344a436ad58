"""`kit registry check`: does a registry answer, and if not, what would help?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from kitops_jupyter import targets
from kitops_jupyter.address import Address
from kitops_jupyter.disk import check_regular, why
from kitops_jupyter.errors import Cancelled, KitError, RegistryError, Unreachable, Usage
from kitops_jupyter.progress import Observer, ignore, observed
from kitops_jupyter.result import Result
from kitops_jupyter.settings import RegistrySettings, Settings
from kitops_jupyter.targets import Connection

Verdict = Literal[
    "ok",
    "sign_in",  # it answers, and requires a login
    "no_tls",  # TLS was asked for, and it speaks plain HTTP
    "only_tls",  # plain HTTP was asked for, and it only speaks TLS
    "untrusted",  # a certificate of its own, or of a CA that is not known here
    "other_name",
    "expired",
    "wants_certificate",
    "bad_field",  # `field` cannot be used
    "unreachable",
]
Field = Literal["", "url", "ca", "client_cert", "client_key"]
# A person waits: one try, with less patience than a transfer has.
_CONNECT_S, _STALL_S = 5.0, 15.0


@dataclass(frozen=True, slots=True)
class RegistryCheck(Result):
    """How a registry answered at `address`; `message` says it to people, and `hint` what helps.

    `field` is the one of RegistrySettings that the trouble is about, where there is one.
    """

    registry: str
    address: str
    verdict: Verdict
    message: str
    hint: str = ""
    field: Field = ""

    @property
    def is_usable(self) -> bool:
        """Whether it answers as a registry does."""
        return self.verdict in ("ok", "sign_in")


def check_registry(
    registry: str,
    entry: RegistrySettings | None = None,
    *,
    connection: Connection | None = None,
    settings: Settings | None = None,
    observe: Observer = ignore,
) -> RegistryCheck:
    """Ask a registry once whether it is there, as the settings reach it, or as `entry` says in their place.

    Sends no login. Trouble is an answer, not an error; plain HTTP and a bad certificate are told apart.
    Raises what is wrong with the settings, Cancelled.
    """
    settings, how = settings or Settings.load(), connection or Connection()
    if settings.unread:
        raise settings.unread
    if entry is None:
        entry = settings.registries.get(registry, RegistrySettings())
    settings = replace(settings, registries={**settings.registries, registry: entry})
    files: dict[Field, Path | None] = {
        "ca": how.ca or entry.ca,
        "client_cert": how.client_cert or entry.client_cert,
        "client_key": how.client_key or entry.client_key,
    }
    for field, path in files.items():
        if path and (problem := _unreadable(path)):
            return RegistryCheck(registry, "", "bad_field", f"{path} cannot be read: {problem}", field=field)
    with observed(observe, registry):
        return _asked(registry, entry, how, settings)


def _unreadable(path: Path) -> str:
    try:
        if not path.is_dir():
            check_regular(path)
            path.open("rb").close()
    except OSError as problem:
        return why(problem)
    return ""


def _asked(registry: str, entry: RegistrySettings, how: Connection, settings: Settings) -> RegistryCheck:
    from kitops_jupyter.registry import Patience

    address, plain, patience = "", "", Patience(connect_s=_CONNECT_S, stall_s=_STALL_S, attempts=1)
    try:
        with targets.registry(registry, settings, how, patience=patience) as place:
            address, plain = place.base, Address("http", place.origin[1], place.origin[2]).base
            if place.ping():
                message = f"{address} answers, and requires a login"
                return RegistryCheck(registry, address, "sign_in", message, f"kit login {registry}")
            return RegistryCheck(registry, address, "ok", f"{address} answers")
    except (RegistryError, Usage) as problem:
        found = _judged(problem, RegistryCheck(registry, address, "unreachable", problem.message, problem.hint))
    if found.verdict != "no_tls":
        return found
    # What closes the connection at a greeting may be anything: it speaks HTTP if it answers to that.
    settings = replace(settings, registries={registry: replace(entry, url=plain)})
    try:
        with targets.registry(registry, settings, how, patience=patience) as place:
            place.ping()
    except Cancelled:
        raise
    except KitError:
        return replace(found, verdict="unreachable", hint="check the address: nothing there answers TLS or HTTP")
    hint = f"if you trust the network, use {plain} as its address, or --plain-http"
    return replace(found, message=f"{registry} uses HTTP at {plain}, not TLS", hint=hint)


def _judged(problem: KitError, found: RegistryCheck) -> RegistryCheck:
    if isinstance(problem, Usage) or (not found.address and not getattr(problem, "trouble", "")):
        return replace(found, verdict="bad_field", field="url")
    assert isinstance(problem, RegistryError)
    match problem.trouble:
        case "":
            is_there = not isinstance(problem, Unreachable)
            return replace(found, field="url" if is_there and problem.status < 500 else "")
        case "ca_file":
            return replace(found, verdict="bad_field", field="ca")
        case "identity_file":
            return replace(found, verdict="bad_field", field="client_cert")
        case verdict:
            return replace(found, verdict=verdict)
