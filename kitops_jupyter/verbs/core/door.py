"""The door of all verbs: what leaves it is a KitError, whatever the system or a library raised behind it.

Rooms turn what they expect into errors of their own, with better words. This is for what nobody expected, in one place,
so that no verb can forget it. Mistakes of ours (TypeError, KeyError) pass: hiding them helps nobody.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from kitops_jupyter.errors import KitError, PathInvalid

_PATH = {
    getattr(errno, name)
    for name in ("ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP", "EACCES", "EPERM", "EINVAL", "EILSEQ", "ENXIO")
    if hasattr(errno, name)
}


@contextmanager
def typed_errors() -> Iterator[None]:
    """Raise KitError for an OSError, a text that cannot be encoded, or input that is nested too deeply."""
    try:
        yield
    except (BrokenPipeError, InterruptedError):
        raise
    except OSError as problem:
        raise _refused(problem) from problem
    except UnicodeError as problem:
        raise PathInvalid(
            f"a text cannot be used: {problem}", hint="remove characters that are not valid Unicode"
        ) from problem
    except RecursionError as problem:
        raise KitError("the input is nested too deeply", hint="-v on a terminal says where") from problem


def _refused(problem: OSError) -> KitError:
    from kitops_jupyter.pipeline import disk_error

    reason, name = problem.strerror or str(problem) or type(problem).__name__, problem.filename
    if problem.errno in _PATH:
        shown = f"{name!a}: " if name is not None else "the system refused: "
        return PathInvalid(f"{shown}{reason}", hint="check that this path exists, is of the right kind, and is yours")
    return disk_error(problem, str(name)) if name is not None else KitError(f"the system refused: {reason}")
