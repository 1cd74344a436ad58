"""The golden cases, and their trees on disk. How they were made is told in the data's own `about` fields."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parent / "golden"


def cases() -> list[str]:
    """The names of all cases."""
    return sorted(path.stem for path in (GOLDEN / "cases").glob("*.json"))


@functools.cache
def load_case(name: str) -> dict[str, Any]:
    """One case: what was there, what was typed, what came out."""
    case: dict[str, Any] = json.loads((GOLDEN / "cases" / f"{name}.json").read_text("utf-8"))
    return case


def kitfile_text(case: dict[str, Any]) -> str:
    """The Kitfile that the case's step packed: from stdin, from `-f`, or the one in the folder."""
    (step,) = case["steps"]
    argv = step["argv"]
    given = argv[argv.index("-f") + 1] if "-f" in argv else ""
    if given == "-":
        return str(step["stdin"])
    texts = {entry["path"]: entry["text"] for entry in case["tree"] if "text" in entry}
    return str(next(texts[name] for name in (given, "Kitfile", "kitfile", ".kitfile") if name in texts))


def build_tree(case: dict[str, Any], root: Path) -> None:
    """Make the case's files below `root`, with their modes; folders that no entry names get 0755."""
    root.mkdir(parents=True, exist_ok=True)
    modes: list[tuple[Path, int]] = []
    for entry in case["tree"]:
        path = root / entry["path"]
        for parent in reversed(path.relative_to(root).parents[:-1]):
            if not (root / parent).is_dir():
                (root / parent).mkdir()
                (root / parent).chmod(0o755)
        if "link" in entry:
            path.symlink_to(entry["link"])
            continue
        if entry.get("dir"):
            path.mkdir(exist_ok=True)
        elif "sparse" in entry:
            with path.open("wb") as stream:
                stream.truncate(entry["sparse"])
        else:
            path.write_bytes(
                entry["text"].encode("utf-8") if "text" in entry else content(entry["seed"], entry["size"])
            )
        modes.append((path, int(entry["mode"], 8)))
    for path, mode in reversed(modes):  # folders last, so that they can be filled
        path.chmod(mode)


def content(seed: str, size_bytes: int) -> bytes:
    """The bytes that a seed stands for."""
    blocks = range(-(-size_bytes // 32))
    return b"".join(hashlib.sha256(f"{seed}:{at}".encode()).digest() for at in blocks)[:size_bytes]
