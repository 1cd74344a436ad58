"""What the user's machine says: where the store is, who we are. The only reader of the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from kitops_jupyter.disk import home_folder, is_notebook, read_json, typed_path, why
from kitops_jupyter.errors import KitError, Usage
from kitops_jupyter.redaction import has_user_part
from kitops_jupyter.version import VERSION

T = TypeVar("T")
_LAST_SECOND = 253_402_300_799  # of the year 9999: RFC 3339 has no later one
# Stands for a home that nothing names: nothing is there, and nothing can be written there.
_NOWHERE = Path(os.devnull).absolute() / "kitops"


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Where data sets in S3 are, in kit's own variables; what is empty is left to the AWS library's defaults."""

    endpoint: str = ""
    region: str = ""
    access_key_id: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """What `registries.json` in the home says of one registry, by the name that references use for it.

    `url` is where it answers: a host, or `http(s)://host:port`; empty means the name itself. `token_hosts` are
    other hosts that may be sent its credentials in exchange for a token.
    """

    url: str = ""
    plain_http: bool = False
    tls_verify: bool = True
    ca: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    token_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """How this machine reaches registries.

    `proxies` has `http`, `https` and `all`; `no_proxy` lists hosts that are reached directly. `ca` is a bundle that
    is trusted besides the usual ones. `credential_files` are docker's format, asked in order after kit's own.
    """

    proxies: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    no_proxy: tuple[str, ...] = ()
    ca: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    credential_files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """A frozen value that every operation takes; build it with `load`, change it with `dataclasses.replace`.

    `created_epoch_s` is SOURCE_DATE_EPOCH (seconds since 1970), None for the clock; `cli_version` is what a
    packed manifest says about the program that made it. With `file_index` a pack also makes what lets single files of
    a layer be read and verified; without, its manifest is byte for byte what kit writes. `unread` is the first part
    that could not be used and was left out: the local store works without it, and no registry is contacted.
    """

    home: Path
    created_epoch_s: int | None = None
    cli_version: str = f"kitops-jupyter-{VERSION}"
    file_index: bool = True
    s3: S3Settings = S3Settings()
    network: Network = field(default_factory=Network)
    registries: Mapping[str, RegistrySettings] = field(default_factory=dict, hash=False)
    unread: KitError | None = field(default=None, compare=False, repr=False)

    @property
    def storage(self) -> Path:
        """The OCI layout that kit shares with us."""
        return self.home / "storage"

    @property
    def cache(self) -> Path:
        """Temporary files and what can be made again; `cache clear` empties it."""
        return self.home / "cache"

    @property
    def credentials(self) -> Path:
        """The credentials that kit shares with us, in docker's config format; written by login."""
        return self.home / "credentials.json"

    @property
    def is_homeless(self) -> bool:
        """Whether nothing says where the home is, so that there is no store and nothing is remembered."""
        return self.home == _NOWHERE

    @classmethod
    def load(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        home: str | Path | None = None,
        on_problem: Callable[[KitError], None] | None = None,
    ) -> Settings:
        """The settings of this process; `home` (`--config`) wins over $KITOPS_HOME.

        What cannot be used raises Usage or PathInvalid, or is reported to `on_problem` and left out: see `unread`.
        """
        environ = os.environ if environment is None else environment
        reading = _Reading(on_problem)
        chosen = reading.part(lambda: _home(environ, home), _NOWHERE)
        return cls(
            home=chosen,
            created_epoch_s=reading.part(lambda: _epoch(environ.get("SOURCE_DATE_EPOCH", "")), None),
            file_index=environ.get("KITOPS_FILE_INDEX", "1") not in ("0", "false", "no"),
            s3=_s3(environ),
            network=reading.part(lambda: _network(environ), Network()),
            registries=reading.part(lambda: _registries(chosen / "registries.json"), {}),
            unread=reading.problem,
        )


def session_notebook(namespace: Mapping[str, object], environment: Mapping[str, str] | None = None) -> Path | None:
    """The notebook that this kernel runs, as far as its front end told; None headless and on a terminal.

    Jupyter's server sets JPY_SESSION_NAME (an absolute path, which a rename leaves stale), VS Code a variable in the
    user's `namespace`. A path whose folder is not here is not taken: the server may be on another machine.
    """
    environ = os.environ if environment is None else environment
    for told in (environ.get("JPY_SESSION_NAME"), namespace.get("__session__"), namespace.get("__vsc_ipynb_file__")):
        if not isinstance(told, str) or not is_notebook(told):
            continue
        path = Path(told)
        if path.is_absolute() and path.parent.is_dir():
            return path
    return None


def environment_with(changes: Mapping[str, str | None]) -> dict[str, str]:
    """Our environment for another program, with these variables changed; None leaves one out."""
    changed = {**os.environ, **changes}
    return {name: value for name, value in changed.items() if value is not None}


class _Reading:
    """Reads the parts of the settings: what one of them raises is raised, or told and replaced by a default."""

    def __init__(self, on_problem: Callable[[KitError], None] | None) -> None:
        self._on_problem = on_problem
        self.problem: KitError | None = None

    def part(self, read: Callable[[], T], default: T) -> T:
        try:
            return read()
        except KitError as problem:
            if self._on_problem is None:
                raise
            self.problem = self.problem or problem
            self._on_problem(problem)
            return default


def _home(environ: Mapping[str, str], named: str | Path | None) -> Path:
    """Where the home is. Raises Usage, PathInvalid."""
    if named:
        return _absolute(named)
    if environ.get("KITOPS_HOME"):
        return _absolute(environ["KITOPS_HOME"], what="KITOPS_HOME")
    home = default_home(environ, sys.platform)
    if home is None:
        raise Usage(
            "there is no folder for kits: this user has no home folder, and KITOPS_HOME is not set",
            hint="set KITOPS_HOME to a folder that you can write, or name one with --config",
        )
    return home.absolute()


def default_home(environ: Mapping[str, str], platform: str) -> Path | None:
    """Kit's own default: where both programs meet without being told; None for a user without a home folder."""
    variable, usual = {
        "darwin": ("", "Library/Caches"),
        "win32": ("LOCALAPPDATA", "AppData/Local"),
    }.get(platform, ("XDG_DATA_HOME", ".local/share"))
    if environ.get(variable):
        return typed_path(environ[variable], what=variable) / "kitops"
    home = home_folder()
    return home / usual / "kitops" if home else None


def _absolute(text: str | Path, *, what: str = "") -> Path:
    return typed_path(text, what=what).absolute()


def _epoch(text: str) -> int | None:
    if not text:
        return None
    try:
        seconds = int(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= _LAST_SECOND:
        raise Usage(f"SOURCE_DATE_EPOCH is {text[:40]!r}, expected whole seconds since 1970")
    return seconds


def _s3(environ: Mapping[str, str]) -> S3Settings:
    return S3Settings(
        environ.get("S3_API_ENDPOINT", ""),
        environ.get("S3_REGION", ""),
        environ.get("S3_ACCESS_KEY_ID", ""),
        environ.get("S3_SECRET_KEY", ""),
    )


def _network(environ: Mapping[str, str]) -> Network:
    def either(name: str) -> str:
        return environ.get(name.lower()) or environ.get(name) or ""

    def path(name: str) -> Path | None:
        return _absolute(environ[name], what=name) if environ.get(name) else None

    docker, podman, runtime = (path(name) for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"))
    home = home_folder()
    docker = docker or (home / ".docker" if home else None)
    config = path("XDG_CONFIG_HOME") or (home / ".config" if home else None)
    files = [
        docker and docker / "config.json",
        podman or (runtime and runtime / "containers" / "auth.json"),
        config and config / "containers" / "auth.json",
    ]
    return Network(
        {scheme: found for scheme in ("http", "https", "all") if (found := either(f"{scheme.upper()}_PROXY"))},
        tuple(host.strip() for host in either("NO_PROXY").split(",") if host.strip()),
        path("SSL_CERT_FILE") or path("REQUESTS_CA_BUNDLE"),
        path("KITOPS_CLIENT_CERT"),
        path("KITOPS_CLIENT_KEY"),
        tuple(file for file in files if file),
    )


_REGISTRY_FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("plain_http", "tls_verify"), bool),
    **dict.fromkeys(("url", "ca", "client_cert", "client_key"), str),
    "token_hosts": list,
}


def _registries(path: Path) -> Mapping[str, RegistrySettings]:
    try:
        found = read_json(path)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as problem:
        raise Usage(
            f"{path} cannot be used: {why(problem)}", hint="the file holds a JSON object of registries by name"
        ) from None
    if not isinstance(found, dict):
        raise Usage(f"{path}: expected an object of registries by name, got {type(found).__name__}")
    for name, value in found.items():
        url = value.get("url") if isinstance(value, dict) else ""
        if has_user_part(name) or (isinstance(url, str) and has_user_part(url)):
            raise Usage(
                f"{path}: {'a registry' if has_user_part(name) else name} has a user name or a password",
                hint="leave it out of its name and its url; kit login REGISTRY asks for both and stores them safely",
            )
    return {name: _registry(f"{path}: {name}", value) for name, value in found.items()}


def _registry(where: str, value: object) -> RegistrySettings:
    if not isinstance(value, dict):
        raise Usage(f"{where}: expected an object, got {type(value).__name__}")
    for key, content in value.items():
        wanted = _REGISTRY_FIELDS.get(key)
        if wanted is None or not isinstance(content, wanted):
            known = ", ".join(_REGISTRY_FIELDS)
            problem = f"must be of type {wanted.__name__}" if wanted else "is unknown"
            raise Usage(f"{where}: {key} {problem}; known fields: {known}")
    files = ("ca", "client_cert", "client_key")
    paths = {key: typed_path(value[key], what=f"{where}: {key}") for key in files if value.get(key)}
    hosts = tuple(str(host) for host in value.get("token_hosts", ()))
    return RegistrySettings(
        **{**value, **dict.fromkeys(("ca", "client_cert", "client_key")), **paths, "token_hosts": hosts}
    )
