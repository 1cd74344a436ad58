"""What every error of this package is: a message, details and a hint, without secrets."""

from __future__ import annotations

from collections.abc import Sequence

from kitops_jupyter.errors.printable import printable
from kitops_jupyter.redaction import redacted

DETAILS_SHOWN = 50  # of an error's details: more fill a screen, and the value has them all


class KitError(Exception):
    """A failure that a person can act on: what failed, on what, expected against got.

    `code` is stable and for programs; `hint` is the next command, with the user's own arguments;
    `details` are further lines (conflicting paths, findings). `temporary` is what a retry looks at.
    None of them has the user part of an address, whoever wrote it in.
    """

    code = "error"
    temporary = False

    def __init__(self, message: str, *, hint: str = "", details: Sequence[str] = ()) -> None:
        message = redacted(message)
        super().__init__(message)
        self.message = message
        self.hint = redacted(hint)
        self.details = tuple(map(redacted, details))

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The message, the details and the hint, a line each."""
        shown = [self.message, *(f"  {detail}" for detail in self.details[:DETAILS_SHOWN])]
        if len(self.details) > DETAILS_SHOWN:
            shown.append(f"  and {len(self.details) - DETAILS_SHOWN:,} more")
        return [*shown, f"Hint: {self.hint}"] if self.hint else shown

    def _render_traceback_(self) -> list[str]:
        """The text that IPython shows instead of a traceback; the cell still fails."""
        first, *rest = (printable(line) for line in self.lines())
        return [f"{type(self).__name__}: {first}", *rest]
