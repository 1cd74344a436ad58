"""The Kitfile as values, in kit's order of fields. Source: format.md, "Kitfile"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from kitops_jupyter.disk import clean_path
from kitops_jupyter.reference import is_modelkit_reference

Section = Literal["model", "part", "code", "dataset", "docs", "prompt", "mcpserver"]
MANIFEST_VERSION = "1.0.0"


class Timestamp(str):
    """A date or time of YAML, as JSON has it (RFC 3339); in YAML it needs no quotes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Package:
    """The kit's name, version and description."""

    name: str = ""
    version: str = ""
    description: str = ""
    license: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelPart:
    """A further file of the model, or a folder: an adapter, a tokenizer."""

    name: str = ""
    path: str = ""
    license: str = ""
    type: str = ""
    digest: str | None = None
    diff_id: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """The model; `path` may also name another kit, whose model this one builds on."""

    name: str = ""
    path: str = ""
    license: str = ""
    framework: str = ""
    format: str = ""
    version: str = ""
    description: str = ""
    parts: tuple[ModelPart, ...] = ()
    parameters: Any = None
    digest: str | None = None
    diff_id: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Notebooks, scripts, or a folder of them."""

    path: str = ""
    description: str = ""
    license: str = ""
    digest: str | None = None
    diff_id: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """Data; with `remote_path` it stays where it is (S3, another kit) and has no layer."""

    name: str = ""
    path: str = ""
    remote_path: str = ""
    remote_hash: str = ""
    description: str = ""
    license: str = ""
    parameters: Any = None
    digest: str | None = None
    diff_id: str | None = None


@dataclass(frozen=True, slots=True)
class Docs:
    """Documentation."""

    path: str = ""
    description: str = ""
    digest: str | None = None
    diff_id: str | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt, or a skill."""

    name: str = ""
    path: str = ""
    description: str = ""
    digest: str | None = None
    diff_id: str | None = None


@dataclass(frozen=True, slots=True)
class McpServer:
    """An MCP server, as a `.mcpb` bundle."""

    name: str = ""
    path: str = ""
    description: str = ""
    digest: str | None = None
    diff_id: str | None = None


LayerValue = Model | ModelPart | Code | Dataset | Docs | Prompt | McpServer


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a Kitfile that may have a layer: where it stands, and what it says."""

    section: Section
    index: int
    value: LayerValue

    @property
    def path(self) -> str:
        """The path as it is written."""
        return self.value.path

    @property
    def clean_path(self) -> str:
        """The path as layers and annotations have it; an empty one is the context folder."""
        return clean_path(self.value.path)

    @property
    def name(self) -> str:
        """The entry's name, empty where its section has none."""
        return getattr(self.value, "name", "")

    @property
    def remote_path(self) -> str:
        """Where a data set is that has no layer."""
        return getattr(self.value, "remote_path", "")

    @property
    def digest(self) -> str | None:
        """The layer's digest, once packed."""
        return self.value.digest

    @property
    def diff_id(self) -> str | None:
        """The digest of the layer before compression, once packed."""
        return self.value.diff_id

    @property
    def label(self) -> str:
        """For people: `dataset validation`, `code notebooks`."""
        section = "model part" if self.section == "part" else self.section
        return f"{section} {self.name or self.clean_path}"

    @property
    def has_layer(self) -> bool:
        """Whether files are packed for it."""
        if self.section == "model":
            return bool(self.path) and not is_modelkit_reference(self.path)
        return not self.remote_path


@dataclass(frozen=True, slots=True)
class Kitfile:
    """A Kitfile. `marks` has the line and column of each field that was read from YAML, by `datasets[0].path`."""

    manifest_version: str = MANIFEST_VERSION
    package: Package = field(default_factory=Package)
    model: Model | None = None
    code: tuple[Code, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    docs: tuple[Docs, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    marks: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)

    def entries(self) -> tuple[Entry, ...]:
        """Every entry, in the order of layers; also those without a layer (`Entry.has_layer`)."""
        model = [Entry("model", 0, self.model)] if self.model else []
        parts = [Entry("part", at, part) for at, part in enumerate(self.model.parts if self.model else ())]
        return (
            *model,
            *parts,
            *(Entry("code", at, value) for at, value in enumerate(self.code)),
            *(Entry("dataset", at, value) for at, value in enumerate(self.datasets)),
            *(Entry("docs", at, value) for at, value in enumerate(self.docs)),
            *(Entry("prompt", at, value) for at, value in enumerate(self.prompts)),
            *(Entry("mcpserver", at, value) for at, value in enumerate(self.mcp_servers)),
        )

    @property
    def parent_reference(self) -> str | None:
        """The kit that `model.path` refers to, if it refers to one."""
        path = self.model.path if self.model else ""
        return path if is_modelkit_reference(path) else None

    def with_layers(self, layers: Mapping[tuple[str, int], tuple[str, str]]) -> Kitfile:
        """The same Kitfile with (digest, diffId) for the entries named by (section, index), none for the others."""

        def described(section: Section, values: tuple[Any, ...]) -> tuple[Any, ...]:
            pairs = (layers.get((section, at), (None, None)) for at in range(len(values)))
            return tuple(
                replace(value, digest=digest, diff_id=diff_id)
                for value, (digest, diff_id) in zip(values, pairs, strict=True)
            )

        model = self.model
        if model:
            (model,) = described("model", (model,))
            model = replace(model, parts=described("part", model.parts))
        return replace(
            self,
            model=model,
            code=described("code", self.code),
            datasets=described("dataset", self.datasets),
            docs=described("docs", self.docs),
            prompts=described("prompt", self.prompts),
            mcp_servers=described("mcpserver", self.mcp_servers),
        )
