"""Load each variable of a kit, in a process of its own: `hostile_worker.py REFERENCE NAMES` prints what happened."""

from __future__ import annotations

import json
import sys
from typing import Any

import kitops_jupyter as kit
from kitops_jupyter.errors import KitError
from tests.capture.formats.hostile_files import SECRET

_RUNS_CODE = {"pickle.find_class", "os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect"}
_PLATFORM = ("uname", "lscpu", "/sbin/ldconfig")  # what libraries ask of the machine when they are imported
_heard: list[str] = []


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    is_platform = event == "subprocess.Popen" and arguments[0] in _PLATFORM
    is_ours = event == "import" and str(arguments[0]).partition(".")[0] == "evil"
    if (event in _RUNS_CODE and not is_platform) or is_ours or (event == "open" and arguments[0] == SECRET):
        _heard.append(f"{event}{arguments!r}"[:200])


def main(reference: str, names: list[str]) -> None:
    found = {}
    sys.addaudithook(listen)
    for name in names:
        _heard.clear()
        try:
            kit.load(reference, name)
            told = ["loaded", ""]
        except KitError as problem:
            told = [type(problem).__name__, str(problem)]
        found[name] = {"error": told[0], "message": told[1], "heard": list(_heard)}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
