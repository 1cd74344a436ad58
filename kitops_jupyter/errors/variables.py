"""Errors of live variables."""

from __future__ import annotations

from collections.abc import Sequence

from kitops_jupyter.errors.kit_error import KitError


class VariableRefused(KitError):
    """A live variable that cannot be kept, or loaded, without loss; the message has the path inside the value."""

    code = "variable_refused"


class TrustNeeded(VariableRefused):
    """A file with types, or code, that the user has not allowed; `types` names what would be built or run."""

    code = "trust_needed"

    def __init__(self, message: str, *, types: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint, details=list(types))
        self.types = tuple(types)
