"""The fields of every section: their names in YAML and JSON, in kit's order, and what each holds."""

from __future__ import annotations

from typing import Any, NamedTuple

from kitops_jupyter.kitfile.values import (
    Code,
    Dataset,
    Docs,
    Kitfile,
    McpServer,
    Model,
    ModelPart,
    Package,
    Prompt,
)


class Field(NamedTuple):
    """`kind`: text, texts (a flow list in YAML), free (any YAML), one (a section), many (a list of them)."""

    name: str
    attribute: str
    kind: str
    type: Any = None
    always: bool = False


def _text(name: str, attribute: str = "", *, always: bool = False) -> Field:
    return Field(name, attribute or name, "text", always=always)


_PARAMETERS = Field("parameters", "parameters", "free")

FIELDS: dict[Any, tuple[Field, ...]] = {
    Kitfile: (
        _text("manifestVersion", "manifest_version", always=True),
        Field("package", "package", "one", Package, always=True),
        Field("model", "model", "one", Model),
        Field("code", "code", "many", Code),
        Field("datasets", "datasets", "many", Dataset),
        Field("docs", "docs", "many", Docs),
        Field("prompts", "prompts", "many", Prompt),
        Field("mcpServers", "mcp_servers", "many", McpServer),
    ),
    Package: (
        _text("name"),
        _text("version"),
        _text("description"),
        _text("license"),
        Field("authors", "authors", "texts"),
    ),
    Model: (
        _text("name"),
        _text("path"),
        _text("license"),
        _text("framework"),
        _text("format"),
        _text("version"),
        _text("description"),
        Field("parts", "parts", "many", ModelPart),
        _PARAMETERS,
    ),
    ModelPart: (_text("name"), _text("path"), _text("license"), _text("type")),
    Code: (_text("path"), _text("description"), _text("license")),
    Dataset: (
        _text("name"),
        _text("path"),
        _text("remotePath", "remote_path"),
        _text("remoteHash", "remote_hash"),
        _text("description"),
        _text("license"),
        _PARAMETERS,
    ),
    Docs: (_text("path", always=True), _text("description")),
    Prompt: (_text("name"), _text("path"), _text("description")),
    McpServer: (_text("name"), _text("path"), _text("description")),
}
# In JSON only: where an entry's layer is, once packed.
LAYER_FIELDS = (_text("digest"), _text("diffId", "diff_id"))
LAYERED = frozenset(FIELDS) - {Kitfile, Package}
