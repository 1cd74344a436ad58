"""`{kit-error} code`: what the class behind an error's code says of itself; a code without a section is a warning."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from kitops_jupyter import errors

_LOGGER = logging.getLogger(__name__)


def classes() -> Iterator[type[errors.KitError]]:
    """Every error class, the most general first."""
    for value in vars(errors).values():
        if inspect.isclass(value) and issubclass(value, errors.KitError):
            yield value


class KitErrorDirective(SphinxDirective):
    """One error's class, what it is, and whether a retry may help."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        code = self.arguments[0]
        found = [each for each in classes() if each.code == code]
        if len(found) != 1:
            raise self.error(f"{code}: {len(found)} error classes have this code, expected one")
        (known,) = found
        self.env.metadata[self.env.docname].setdefault("kit_errors", []).append(code)
        parsed = self.parse_text_to_nodes(
            f"{_first(known)}\n\n`{known.__name__}`, a kind of `{known.__base__.__name__}`."  # type: ignore[union-attr]
            + (" Temporary: the same call can succeed later." if known.temporary else "")
        )
        return list(parsed)


def setup(app: Any) -> dict[str, Any]:
    app.add_directive("kit-error", KitErrorDirective)
    app.connect("env-check-consistency", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _check(app: Any, env: Any) -> None:
    told = [code for data in env.metadata.values() for code in data.get("kit_errors", ())]
    for code in sorted({each.code for each in classes()} - set(told)):
        _LOGGER.warning("docs/reference/errors.md has no section for the error code %s", code)


def _first(known: type[errors.KitError]) -> str:
    return (inspect.getdoc(known) or "").partition("\n\n")[0]
