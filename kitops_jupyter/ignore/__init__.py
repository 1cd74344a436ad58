"""`.kitignore`: which paths a layer leaves out. A pure predicate, with the meaning that kit gives it.

Patterns are those of `.dockerignore`: anchored at the kit's folder, `*` and `?` within a name, `**` across, `[...]`,
`!` takes back, the last match wins, and a pattern covers what is below it. Source: format.md, ".kitignore";
moby's patternmatcher, as `golden/ignore.json` shows it.
"""

from __future__ import annotations

from kitops_jupyter.ignore.reading import SIZE_LIMIT_BYTES, read_patterns
from kitops_jupyter.ignore.rules import IGNORE_FILE, Rules, is_within

__all__ = ["IGNORE_FILE", "SIZE_LIMIT_BYTES", "Rules", "is_within", "read_patterns"]
