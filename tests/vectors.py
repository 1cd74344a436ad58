"""What Python says of names and sizes, for the panel to say the same.

`python -m tests.vectors > tests/vectors.json` writes it down.
"""

from __future__ import annotations

import json
import sys

from kitops_jupyter.errors import InvalidReference
from kitops_jupyter.reference import Reference, is_tag
from kitops_jupyter.settings import RegistrySettings, Settings
from kitops_jupyter.sizes import human_size
from kitops_jupyter.targets import at_registry, names_registry

SIZES = [
    *(0, 1, 600, 1023, 1024, 1025, 1075, 1126, 1127, 2047, 2048, 10_239, 10_240, 1_048_575, 1_048_576, 1_048_577),
    *(unit**power + more for unit in (1000, 1024) for power in (3, 4) for more in (-1, 0, 1)),
    *(1_610_612_736, 123_456_789_012, 2**50 - 2**20, 2**50, 3 * 2**50, 2**53 - 1),
]
REGISTRIES = ("corp", "my-hub")
TAGS = [
    *("v1", "1.0", "_x", "A-b.C_d", "x" * 128, "x" * 129, "", ".x", "-x", "a b", "é"),
    *("v1,latest", "v1,", ",v1", "a,-b", "a,b,c"),
]
PATHS = [
    *("churn", "team/churn", "a/b-c_d", "a__b/c---d", "a.b", "a..b", "a_-b", "a___b", "-a", "a-", "a//b", "/a", "a/"),
    *(
        "",
        "Churn",
        "a/B",
        "a b",
        "ü",
        "a<b>",
        "_",
        "0",
        "a.b/c",
        "localhost/a",
        "corp",
        "corp/app",
        "corp/",
        "my-hub/a/b",
    ),
    *("ghcr.io/a/b", "ghcr.io", "GHCR.io/a", "registry:5000/a", "127.0.0.1:5055/team/churn", "localhost:5000/a", "ü"),
    *("[::1]:5000/a", "[::1]/a", "my_host.x/a", "host:/a", "host:port/a", "host:99999/a", ".x/a", "a.b.c/d/e"),
    *("https://ghcr.io/a", "ada:hunter2@ghcr.io/a", "ada@a", "a%40b/c", "~/a", "./a", "../a", "C:/a"),
]
TEXTS = [
    *PATHS,
    *(f"{path}:v1" for path in PATHS),
    *(f"churn:{tag}" for tag in TAGS),
    *(f"corp/app:{tag}" for tag in TAGS),
    *(f"{name}@sha256:{'0' * 64}" for name in ("churn", "corp/app", "churn:v1")),
    *(f"{kind}:{'0' * digits}" for kind in ("sha256", "sha384", "sha512", "md5") for digits in (32, 64, 96, 128)),
]


def taken_apart(text: str) -> list[str] | None:
    """Registry, repository and tags of a name that a kit can be given; None for no such name."""
    settings = Settings.load({}, home="/nowhere")
    settings = Settings(settings.home, registries=dict.fromkeys(REGISTRIES, RegistrySettings()))
    try:
        reference = Reference.parse(text, default_tag="")
    except InvalidReference:
        return None
    tags = [reference.tag, *reference.extra_tags]
    if reference.digest or (tags != [""] and not all(map(is_tag, tags))):
        return None
    leads = names_registry(reference, settings) and "/" in text
    place = at_registry(reference) if leads else reference
    return [place.registry if leads else "", place.repository, ",".join(tags)]


def text_of() -> str:
    """The file: one vector a line."""
    parts = {
        "registries": json.dumps(REGISTRIES),
        "names": _lines([[text, taken_apart(text)] for text in dict.fromkeys(TEXTS)]),
        "sizes": _lines([[size, human_size(size)] for size in dict.fromkeys(SIZES)]),
    }
    return "{\n" + ",\n".join(f'"{name}": {value}' for name, value in parts.items()) + "\n}\n"


def _lines(rows: list[list[object]]) -> str:
    return "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]"


if __name__ == "__main__":
    sys.stdout.write(text_of())
