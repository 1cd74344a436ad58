"""The fields of every section: their names in YAML and JSON, in kit's order, what each holds, and what it is for."""

from __future__ import annotations

from typing import Any, NamedTuple

from kitops_jupyter.kitfile.values import (
    MANIFEST_VERSION,
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
    """`kind`: text, texts (a flow list in YAML), free (any YAML), one (a section), many (a list of them).

    `about` is for people who write a Kitfile: an editor shows it beside the name.
    """

    name: str
    attribute: str
    kind: str
    about: str
    type: Any = None
    always: bool = False


def _text(name: str, about: str, attribute: str = "", *, always: bool = False) -> Field:
    return Field(name, attribute or name, "text", about, always=always)


def _many(name: str, about: str, kind: Any, attribute: str = "") -> Field:
    return Field(name, attribute or name, "many", about, kind)


_PATH = "A file or folder, relative to the kit's folder"
_LICENSE = _text("license", "The SPDX identifier of its license, such as Apache-2.0")
_DESCRIPTION = _text("description", "What it is, in a sentence or two")
_PARAMETERS = Field("parameters", "parameters", "free", "Any YAML: training parameters, metrics, a schema")

FIELDS: dict[Any, tuple[Field, ...]] = {
    Kitfile: (
        _text(
            "manifestVersion", f"The version of the Kitfile format: {MANIFEST_VERSION}", "manifest_version", always=True
        ),
        Field("package", "package", "one", "The kit's name, version, license and authors", Package, always=True),
        Field("model", "model", "one", "The model's files, or another kit that this one builds on", Model),
        _many("code", "Notebooks and source code", Code),
        _many("datasets", "Data: files in the kit, or where to fetch them", Dataset),
        _many("docs", "Documentation, such as a README", Docs),
        _many("prompts", "Prompts for a language model", Prompt),
        _many("mcpServers", "Servers of the Model Context Protocol", McpServer, "mcp_servers"),
    ),
    Package: (
        _text("name", "The kit's name"),
        _text("version", "The kit's version, such as 1.0.0"),
        _DESCRIPTION,
        _LICENSE,
        Field("authors", "authors", "texts", "The authors, as a list: [Ada, Alan]"),
    ),
    Model: (
        _text("name", "The model's name"),
        _text("path", f"{_PATH}; or another kit, REGISTRY/REPOSITORY:TAG"),
        _LICENSE,
        _text("framework", "The library that made it, such as scikit-learn"),
        _text("format", "The format of its files, such as ONNX"),
        _text("version", "The model's version"),
        _DESCRIPTION,
        _many("parts", "More files of the model, such as a tokenizer or an adapter", ModelPart),
        _PARAMETERS,
    ),
    ModelPart: (
        _text("name", "The part's name"),
        _text("path", _PATH),
        _LICENSE,
        _text("type", "What kind of part it is, in letters, digits, _ . and -"),
    ),
    Code: (_text("path", _PATH), _DESCRIPTION, _LICENSE),
    Dataset: (
        _text("name", "The data set's name, by which a filter selects it"),
        _text("path", f"{_PATH}; of remote data, where it is written"),
        _text("remotePath", "Where the data is instead: s3://BUCKET/KEY, or a kit", "remote_path"),
        _text("remoteHash", "The ETag of an object in S3", "remote_hash"),
        _DESCRIPTION,
        _LICENSE,
        _PARAMETERS,
    ),
    Docs: (_text("path", _PATH, always=True), _DESCRIPTION),
    Prompt: (_text("name", "The prompt's name"), _text("path", _PATH), _DESCRIPTION),
    McpServer: (_text("name", "The server's name; each has its own"), _text("path", _PATH), _DESCRIPTION),
}
# In JSON only: where an entry's layer is, once packed.
LAYER_FIELDS = (_text("digest", "The layer's digest"), _text("diffId", "Its digest before compression", "diff_id"))
LAYERED = frozenset(FIELDS) - {Kitfile, Package}
