"""`{kit-fields} Section`: the fields of a section of the Kitfile, from its schema. No section is without a table."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from kitops_jupyter.kitfile.schema import FIELDS, Field

_LOGGER = logging.getLogger(__name__)
_SECTIONS = {kind.__name__: fields for kind, fields in FIELDS.items()}
_HOLDS = {
    "text": "text",
    "texts": "a list of texts",
    "free": "any YAML",
    "one": "a section",
    "many": "a list of entries",
}


class KitFieldsDirective(SphinxDirective):
    """The fields of one section: name, what it holds, what it is for."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        fields = _SECTIONS.get(self.arguments[0])
        if fields is None:
            raise self.error(f"{self.arguments[0]} is not one of {', '.join(_SECTIONS)}")
        self.env.metadata[self.env.docname].setdefault("kit_fields", []).append(self.arguments[0])
        table = "\n".join(["| field | holds | what it is for |", "|---|---|---|", *map(_row, fields)])
        return list(self.parse_text_to_nodes(table))


def setup(app: Any) -> dict[str, Any]:
    app.add_directive("kit-fields", KitFieldsDirective)
    app.connect("env-check-consistency", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _row(field: Field) -> str:
    return f"| `{field.name}` | {_HOLDS[field.kind]} | {field.about} |"


def _check(app: Any, env: Any) -> None:
    shown = [name for data in env.metadata.values() for name in data.get("kit_fields", ())]
    for name in sorted(set(_SECTIONS) - set(shown)):
        _LOGGER.warning("docs/reference/kitfile.md has no table for the section %s", name)
