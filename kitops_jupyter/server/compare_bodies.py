"""What the panel asks of kits against each other; as `bodies`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Compare:
    """Two kits, or folders below the server's (`.`, `./FOLDER`).

    `oldest_first` has the kit that was packed first before the other, whichever is named first. `deep` compares inside
    all files, however much that downloads. `id` is a name under which `diff/read` says how far it is.
    """

    a: str
    b: str
    oldest_first: bool = False
    deep: bool = False
    id: str = field(default="", metadata={"maxLength": 64})


@dataclass(frozen=True)
class CompareFile:
    """What differs inside one file; `deep` has no limit for what it downloads."""

    a: str
    b: str
    path: str
    deep: bool = False
    id: str = field(default="", metadata={"maxLength": 64})


@dataclass(frozen=True)
class OneComparison:
    id: str = field(metadata={"maxLength": 64})


@dataclass(frozen=True)
class CompareTags:
    """Metrics and parameters of a page of tags: those behind `after`, at most `limit`."""

    repository: str
    after: str = ""
    limit: int = 100


@dataclass(frozen=True)
class CompareSeries:
    """What was logged of at most six kits of a repository: `digests` with commas between."""

    repository: str
    digests: str = field(metadata={"maxLength": 1000})
