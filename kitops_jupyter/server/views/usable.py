"""The settings as far as they can be used."""

from __future__ import annotations

from kitops_jupyter.errors import KitError
from kitops_jupyter.server import wire
from kitops_jupyter.server.answers import error_of
from kitops_jupyter.settings import Settings


def usable_settings() -> tuple[Settings, wire.Error | None]:
    """The settings without the parts that cannot be read, and the first problem. Raises it where there is no home."""
    problems: list[KitError] = []
    settings = Settings.load(on_problem=problems.append)
    if settings.is_homeless:
        raise problems[0]
    return settings, error_of(problems[0]) if problems else None
