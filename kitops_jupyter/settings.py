"""What the user's machine says: where the store is, who we are. The only reader of the environment."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kitops_jupyter.errors import Usage
from kitops_jupyter.version import VERSION


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
    a layer be read and verified; without, its manifest is byte for byte what kit writes.
    """

    home: Path
    created_epoch_s: int | None = None
    cli_version: str = f"kitops-jupyter-{VERSION}"
    file_index: bool = True
    s3: S3Settings = S3Settings()
    network: Network = field(default_factory=Network)
    registries: Mapping[str, RegistrySettings] = field(default_factory=dict, hash=False)

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

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, *, home: str | Path | None = None) -> Settings:
        """The settings of this process; `home` (`--config`) wins over $KITOPS_HOME. Raises Usage."""
        environ = os.environ if environment is None else environment
        chosen = Path(home or environ.get("KITOPS_HOME") or default_home(environ, sys.platform)).expanduser().absolute()
        return cls(
            home=chosen,
            created_epoch_s=_epoch(environ.get("SOURCE_DATE_EPOCH", "")),
            file_index=environ.get("KITOPS_FILE_INDEX", "1") not in ("0", "false", "no"),
            s3=_s3(environ),
            network=_network(environ),
            registries=_registries(chosen / "registries.json"),
        )


def session_notebook(namespace: Mapping[str, object], environment: Mapping[str, str] | None = None) -> Path | None:
    """The notebook that this kernel runs, as far as its front end told; None headless and on a terminal.

    Jupyter's server sets JPY_SESSION_NAME (an absolute path, which a rename leaves stale), VS Code a variable in the
    user's `namespace`. A path whose folder is not here is not taken: the server may be on another machine.
    """
    environ = os.environ if environment is None else environment
    for told in (environ.get("JPY_SESSION_NAME"), namespace.get("__session__"), namespace.get("__vsc_ipynb_file__")):
        if not isinstance(told, str) or not told.endswith(".ipynb"):
            continue
        path = Path(told)
        if path.is_absolute() and path.parent.is_dir():
            return path
    return None


def default_home(environ: Mapping[str, str], platform: str) -> Path:
    """Kit's own default: where both programs meet without being told."""
    if platform == "darwin":
        return Path("~/Library/Caches/kitops").expanduser()
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or "~/AppData/Local").expanduser() / "kitops"
    return Path(environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "kitops"


def _epoch(text: str) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise Usage(f"SOURCE_DATE_EPOCH is {text!r}, expected whole seconds since 1970") from None


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
        return Path(environ[name]).expanduser().absolute() if environ.get(name) else None

    docker = path("DOCKER_CONFIG") or Path("~/.docker").expanduser()
    podman = path("REGISTRY_AUTH_FILE")
    runtime = path("XDG_RUNTIME_DIR")
    files = [docker / "config.json"]
    files += [podman] if podman else [runtime / "containers" / "auth.json"] if runtime else []
    files.append(Path(environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "containers" / "auth.json")
    return Network(
        {scheme: found for scheme in ("http", "https", "all") if (found := either(f"{scheme.upper()}_PROXY"))},
        tuple(host.strip() for host in either("NO_PROXY").split(",") if host.strip()),
        path("SSL_CERT_FILE") or path("REQUESTS_CA_BUNDLE"),
        path("KITOPS_CLIENT_CERT"),
        path("KITOPS_CLIENT_KEY"),
        tuple(files),
    )


_REGISTRY_FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("plain_http", "tls_verify"), bool),
    **dict.fromkeys(("url", "ca", "client_cert", "client_key"), str),
    "token_hosts": list,
}


def _registries(path: Path) -> Mapping[str, RegistrySettings]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Usage(f"{path}: {error}", hint="it is a JSON object of registries by name, or absent") from None
    if not isinstance(found, dict):
        raise Usage(f"{path}: expected an object of registries by name, got {type(found).__name__}")
    return {name: _registry(f"{path}: {name}", value) for name, value in found.items()}


def _registry(where: str, value: object) -> RegistrySettings:
    if not isinstance(value, dict):
        raise Usage(f"{where}: expected an object, got {type(value).__name__}")
    for key, content in value.items():
        wanted = _REGISTRY_FIELDS.get(key)
        if wanted is None or not isinstance(content, wanted):
            known = ", ".join(_REGISTRY_FIELDS)
            raise Usage(f"{where}: {key} is unknown, or no {wanted.__name__ if wanted else 'field'}; known: {known}")
    paths = {key: Path(value[key]).expanduser() for key in ("ca", "client_cert", "client_key") if value.get(key)}
    hosts = tuple(str(host) for host in value.get("token_hosts", ()))
    return RegistrySettings(
        **{**value, **dict.fromkeys(("ca", "client_cert", "client_key")), **paths, "token_hosts": hosts}
    )
