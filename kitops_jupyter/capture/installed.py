"""What is installed in the Python that runs this file; as a program it prints that as JSON.

Standard library only, and no import of this package: the environment that is asked need not have it.
"""

from __future__ import annotations

import json
import platform
import sys
from importlib import metadata
from typing import Any


def packages() -> list[dict[str, Any]]:
    """Each distribution on the path once, the one that an import would find; unreadable ones are left out.

    So are the copies that another package has inside it: setuptools puts its own on the path when it is imported.
    """
    found: dict[str, dict[str, Any]] = {}
    places = [place for place in sys.path if "_vendor" not in place.replace("\\", "/").split("/")]
    for distribution in metadata.distributions(path=places):
        try:
            name, version = distribution.metadata["Name"], distribution.version
            origin, installer = distribution.read_text("direct_url.json"), distribution.read_text("INSTALLER")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # half removed, or of a form that nobody reads
        if isinstance(name, str) and isinstance(version, str):
            key = name.lower().replace("_", "-").replace(".", "-")
            told = {"name": name, "version": version, "origin": origin, "installer": installer}
            found.setdefault(key, told)
    return [found[key] for key in sorted(found)]


def describe() -> dict[str, Any]:
    """The interpreter and its packages."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "packages": packages(),
    }


if __name__ == "__main__":
    del sys.path[0]  # this file's own folder: what lies there is not installed
    sys.stdout.write(json.dumps(describe()))
