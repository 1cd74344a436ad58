"""What the user's machine says: where the store is, who we are. The only reader of the environment."""

from __future__ import annotations

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
class Settings:
    """A frozen value that every operation takes; build it with `load`, change it with `dataclasses.replace`.

    `created_epoch_s` is SOURCE_DATE_EPOCH (seconds since 1970), None for the clock; `cli_version` is what a
    packed manifest says about the program that made it.
    """

    home: Path
    created_epoch_s: int | None = None
    cli_version: str = f"kitops-jupyter-{VERSION}"
    s3: S3Settings = S3Settings()

    @property
    def storage(self) -> Path:
        """The OCI layout that kit shares with us."""
        return self.home / "storage"

    @property
    def cache(self) -> Path:
        """Temporary files and what can be made again; `cache clear` empties it."""
        return self.home / "cache"

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, *, home: str | Path | None = None) -> Settings:
        """The settings of this process; `home` (`--config`) wins over $KITOPS_HOME. Raises Usage."""
        environ = os.environ if environment is None else environment
        chosen = home or environ.get("KITOPS_HOME") or default_home(environ, sys.platform)
        return cls(
            home=Path(chosen).expanduser().absolute(),
            created_epoch_s=_epoch(environ.get("SOURCE_DATE_EPOCH", "")),
            s3=_s3(environ),
        )


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
