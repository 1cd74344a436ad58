"""A Kitfile as YAML, to the byte as `kit info` and `kit unpack` write it. Source: format.md, "Written back as YAML"."""

from __future__ import annotations

from typing import Any

from kitops_jupyter.kitfile.emitter import Flow, Section, emit
from kitops_jupyter.kitfile.schema import FIELDS
from kitops_jupyter.kitfile.values import Kitfile, Timestamp

_ZERO_TIME = Timestamp("0001-01-01T00:00:00Z")  # Go's time that is empty, and so left out where empty fields are


def to_yaml(kitfile: Kitfile) -> str:
    """The Kitfile as `kit info` and `kit unpack` write it; without layers' digests, which YAML never has."""
    return emit(_tree(kitfile, Kitfile))


def node_to_yaml(node: Any) -> str:
    """Any tree of maps, lists and scalars, in kit's form, with a newline at its end."""
    return emit(node)


def _tree(value: Any, kind: Any) -> Section:
    found = Section()
    for field in FIELDS[kind]:
        content = getattr(value, field.attribute)
        if field.kind == "one":
            tree = _tree(content, field.type) if content is not None else None
            if tree is not None and (tree or not field.always):  # an empty package is left out, an empty model is not
                found[field.name] = tree
        elif field.kind == "many":
            if content:
                found[field.name] = [_tree(item, field.type) for item in content]
        elif field.kind == "texts":
            if content:
                found[field.name] = Flow(content)
        elif field.kind == "free":
            if content is not None and not (isinstance(content, Timestamp) and content == _ZERO_TIME):
                found[field.name] = content
        elif content or field.always:
            found[field.name] = content
    return found
