"""What the panel asks, as dataclasses, each checked against a JSON Schema made from it; unknown fields are refused.

A GET or DELETE carries its fields in the query, a POST in the body; `labextension/src/wire.ts` is generated from them.
`remote` asks the registry, also for a kit that the local store has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from kitops_jupyter.codecs import Compression


@dataclass(frozen=True)
class Nothing:
    """A question without fields."""


@dataclass(frozen=True)
class RegistryEntry:
    """A registry's name, and how it is reached; relative files lie below the server's folder, "" is none."""

    name: str
    url: str
    plain_http: bool = False
    tls_verify: bool = True
    ca: str = ""
    client_cert: str = ""
    client_key: str = ""


@dataclass(frozen=True)
class RemoveRegistry:
    name: str


@dataclass(frozen=True)
class ListRepositories:
    """A page of names: those behind `after`, at most `limit`."""

    registry: str
    after: str = ""
    limit: int = 1000


@dataclass(frozen=True)
class ListTags:
    repository: str
    after: str = ""
    limit: int = 1000


@dataclass(frozen=True)
class Search:
    """Look for a text in the tags of a registry: of at most `limit` repositories, those behind `after`."""

    registry: str
    text: str
    after: str = ""
    limit: int = 400


@dataclass(frozen=True)
class References:
    references: list[str]


@dataclass(frozen=True)
class ShowKit:
    reference: str
    remote: bool = False


@dataclass(frozen=True)
class ListFiles:
    reference: str
    key: str
    folder: str = ""
    after: str = ""
    limit: int = 500
    remote: bool = False
    sort: Literal["name", "size"] = "name"


@dataclass(frozen=True)
class FindFiles:
    """Files whose path has this text, or matches it where it has `*`, `?` or `[`; in any case, `start` passed by."""

    reference: str
    text: str
    sort: Literal["name", "size"] = "name"
    start: int = 0
    limit: int = 500
    remote: bool = False


@dataclass(frozen=True)
class ReadFile:
    reference: str
    key: str
    path: str
    remote: bool = False


@dataclass(frozen=True)
class OneNotebook:
    """A notebook below the server's folder."""

    path: str


@dataclass(frozen=True)
class ShowHistory:
    repository: str


@dataclass(frozen=True)
class CheckPull:
    reference: str
    filters: list[str] = field(default_factory=list)
    directory: str | None = None
    include_remote: bool = False
    remote: bool = False


@dataclass(frozen=True)
class CheckPack:
    """`dropped` are the keys of layers whose entries are taken out of `kitfile` first.

    Files below the paths `told` are shown as left out already: no warning says so again."""

    directory: str
    kitfile: str = ""
    notebook: str = ""
    follow_links: bool = False
    dropped: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pull:
    kind: Literal["pull"]
    reference: str
    filters: list[str] = field(default_factory=list)
    directory: str | None = None
    include_remote: bool = False
    on_conflict: Literal["refuse", "keep", "overwrite"] = "refuse"


@dataclass(frozen=True)
class Unpack:
    """A kit of the local store into files; no registry is asked."""

    kind: Literal["unpack"]
    reference: str
    directory: str
    filters: list[str] = field(default_factory=list)
    include_remote: bool = False
    on_conflict: Literal["refuse", "keep", "overwrite"] = "refuse"


@dataclass(frozen=True)
class Push:
    kind: Literal["push"]
    reference: str
    destination: str = ""


@dataclass(frozen=True)
class Pack:
    kind: Literal["pack"]
    directory: str
    reference: str
    kitfile: str = ""
    notebook: str = ""
    add_notebook: bool = False
    record_environment: bool = False
    push: bool = False
    follow_links: bool = False
    compression: Literal[Compression, ""] = ""
    message: str = ""


@dataclass(frozen=True)
class Copy:
    kind: Literal["copy"]
    source: str
    destination: str


@dataclass(frozen=True)
class IndexFiles:
    """A file index for a kit that was packed without one; `remote` attaches it in the registry."""

    kind: Literal["index"]
    reference: str
    remote: bool = False


@dataclass(frozen=True)
class Login:
    registry: str
    username: str
    password: str = field(repr=False)
    plain_http: bool = False


@dataclass(frozen=True)
class Logout:
    registry: str


@dataclass(frozen=True)
class Tag:
    source: str
    target: str


@dataclass(frozen=True)
class Promote:
    reference: str
    to: str
    undo: bool = False


@dataclass(frozen=True)
class Remove:
    references: list[str]
    remote: bool = False
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class CleanUp:
    """`untagged` is the stamp of the kits that were shown, "" to keep them."""

    untagged: str = ""
    cache: bool = False


@dataclass(frozen=True)
class Validate:
    text: str


@dataclass(frozen=True)
class Limits:
    transfers_at_once: int = field(metadata={"minimum": 1})


@dataclass(frozen=True)
class ListJobs:
    """The jobs that changed after `since`; all of them for another epoch."""

    since: int = 0
    epoch: str = ""


@dataclass(frozen=True)
class OneJob:
    id: str


JobRequest: TypeAlias = Pull | Unpack | Push | Pack | Copy | IndexFiles
JOBS: dict[str, type[JobRequest]] = {
    "pull": Pull,
    "unpack": Unpack,
    "push": Push,
    "pack": Pack,
    "copy": Copy,
    "index": IndexFiles,
}


@dataclass(frozen=True)
class UnreadRequest:
    """What an earlier server wrote down of a job's request and `reading.read_job` refuses; it is kept as it is."""

    kept: dict[str, Any]
