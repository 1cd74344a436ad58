"""The two processes of `trips`: `worker.py pack FOLDER`, then `worker.py load FOLDER`."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats import Loading
from kitops_jupyter.capture.keeping import keep
from kitops_jupyter.capture.restoring import restore
from kitops_jupyter.capture.sidecar import parse_sidecar
from kitops_jupyter.errors import KitError

_RUNS_CODE = {"pickle.find_class", "os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect"}
_heard: list[str] = []
_is_loading = False


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    is_platform = event == "subprocess.Popen" and arguments[0] == "uname"  # by libraries that ask for the machine
    if _is_loading and event in _RUNS_CODE and not is_platform:
        _heard.append(f"{event}{arguments!r}"[:200])


def made(trip: dict[str, str], preamble: str) -> dict[str, Any]:
    """The names that the lines set; they run as those of a notebook's cell do."""
    import __main__

    names = vars(__main__)
    exec(f"{preamble}\n{trip['make']}", names)
    return names


def options_of(text: str, preamble: str) -> dict[str, Any]:
    """Keyword arguments, which can use what the preamble defines."""
    found: dict[str, Any] = eval(f"dict({text})", made({"make": ""}, preamble))
    return found


def pack(trip: dict[str, str], preamble: str, root: Path) -> str:
    options = options_of(trip["save"], preamble)  # before the value: the preamble may set one, too
    names = made(trip, preamble)
    try:
        keep(root / "packed", "x", names["value"], trip["kind"], **options)
    except KitError as problem:
        told = str(problem)
        return "" if trip["refused"] and trip["refused"] in told else f"was refused: {told}"
    return f"was not refused, expected {trip['refused']!r}" if trip["refused"] else ""


def load(trip: dict[str, str], preamble: str, root: Path) -> str:
    global _is_loading
    if trip["refused"]:
        return ""
    (beside,) = (root / "packed").rglob("*.kit.json")
    sidecar = parse_sidecar(beside.read_bytes(), "x.kit.json")
    kept = next(path for path in beside.parent.iterdir() if path != beside)
    options = options_of(trip["load"], preamble)
    _heard.clear()
    _is_loading = True
    try:
        back = restore(kept, sidecar, Loading("x", **options))
    finally:
        _is_loading = False
    saving = options_of(trip["save"], preamble)
    names = made(trip, preamble)
    again = keep(root / "again", "x", names["value"], trip["kind"], **saving)
    if not eval(trip["check"], {**names, "back": back, "root": root}):
        return f"differs: {names['value']!r:.500} came back as {back!r:.500}"
    differing = [file.path for file, other in zip(sidecar.files, again.sidecar.files, strict=True) if file != other]
    if differing:
        return f"an equal value gave other bytes: {differing}"
    return f"loading did {_heard}" if _heard else ""


def main(step: str, folder: Path) -> None:
    sys.addaudithook(listen)
    told = json.loads((folder / "trips.json").read_text())
    deed: Callable[[dict[str, str], str, Path], str] = {"pack": pack, "load": load}[step]
    found = {}
    for at, (name, trip) in enumerate(told["trips"].items()):
        (folder / str(at)).mkdir(exist_ok=True)
        try:
            found[name] = deed(trip, told["preamble"], folder / str(at))
        except Exception:  # noqa: BLE001 -- the test tells it
            found[name] = traceback.format_exc()[-1500:]
    (folder / f"{step}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
