"""The settings as far as they can be used."""

from __future__ import annotations

from kitops_jupyter.errors import KitError
from kitops_jupyter.settings import Settings


def usable_settings() -> Settings:
    """The settings without the parts that cannot be read: for what shows local kits. `unread` is the first problem.

    What asks a registry with them raises it. Raises it here if there is no home.
    """
    problems: list[KitError] = []
    settings = Settings.load(on_problem=problems.append)
    if settings.is_homeless:
        raise problems[0]
    return settings
