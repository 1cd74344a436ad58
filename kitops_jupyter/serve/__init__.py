"""A small OCI registry over a folder, for demos, classrooms and tests; not one that a team should rely on.

`running` gives one to a `with` block, `jupyter kit serve` to a person. Source: OCI distribution-spec 1.1.
"""

from __future__ import annotations

from kitops_jupyter.serve.running import running

__all__ = ["running"]
