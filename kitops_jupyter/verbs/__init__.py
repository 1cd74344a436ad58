"""Words on a line -> a call of an operation. Knows no IPython, prints nothing, exits nowhere."""

from kitops_jupyter.verbs.core.call import is_failure, parse, run, settings_of, verb_at
from kitops_jupyter.verbs.core.door import typed_errors
from kitops_jupyter.verbs.core.hints import in_cell
from kitops_jupyter.verbs.core.table import NAMES, find
from kitops_jupyter.verbs.core.verb import Call, Context, Printed, Verb
from kitops_jupyter.verbs.core.words import commands, retyped, split, split_typed

__all__ = [
    "NAMES",
    "Call",
    "Context",
    "Printed",
    "Verb",
    "commands",
    "find",
    "in_cell",
    "is_failure",
    "parse",
    "retyped",
    "run",
    "settings_of",
    "split",
    "split_typed",
    "typed_errors",
    "verb_at",
]
