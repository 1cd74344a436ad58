"""Pickles, which run code when they are loaded: written and read only where the user says so.

What such a file would run is read from its opcodes, without loading it. Source: pickletools; PEP 307, PEP 3154.
"""

from __future__ import annotations

import pickle
import pickletools
from itertools import islice
from pathlib import Path
from typing import IO, Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.parts import refuse_culprit
from kitops_jupyter.errors import Cancelled, TrustNeeded

_PROTOCOL = 5
_OPCODES_LIMIT = 5_000_000
_NAMES_SHOWN = 30
_TEXTS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"}


class PickleFormat:
    """Anything else that pickle can write, where the user allows it at pack and again at load."""

    name = "pickle"
    kind: Kind = "model"
    suffix = ".pkl"
    library = ""
    extra = ""
    label = "pickle"

    def takes(self, value: Any) -> bool:
        return True

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        if not saving.allow_pickle:
            kind = type(value)
            raise saving.refuse(
                value,
                "",
                f"no open format keeps a {kind.__qualname__}",
                "save it as a file yourself, or --allow-pickle; code belongs in a .py file beside the notebook",
            )
        try:
            with path.open("wb") as stream:
                pickle.dump(value, stream, protocol=_PROTOCOL)
        except Cancelled:
            raise
        except Exception as problem:  # noqa: BLE001 -- whatever the value's own methods raise
            raise refuse_culprit(value, saving, pickle.dumps, problem) from None
        with path.open("rb") as stream:
            named = globals_of(stream)
        foreign = next((each for each in named if each.startswith("__main__.")), None)
        if foreign is not None:
            raise saving.refuse(
                value,
                "",
                f"{foreign} is defined in the notebook itself, which no other process has",
                "move it into a .py file beside the notebook, import it from there, pack again",
            )
        return Saved(types=named, needs_trust=True, notes=["it is a pickle: loading it runs code"])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        if not loading.trust_code:
            with path.open("rb") as stream:
                raise trust_needed("a pickle", globals_of(stream), path, loading)
        with path.open("rb") as stream:
            return pickle.load(stream)


def globals_of(stream: IO[bytes]) -> list[str]:
    """Every `module.name` that a pickle would import, sorted, and why it cannot be read further. Loads nothing.

    It is for people to see. A hostile pickle can hide a name, so nothing is decided by this.
    """
    found: set[str] = set()
    texts: list[str] = []
    try:
        for opcode, argument, _ in islice(pickletools.genops(stream), _OPCODES_LIMIT):
            if opcode.name in ("GLOBAL", "INST"):
                found.add(str(argument).replace(" ", "."))
            elif opcode.name == "STACK_GLOBAL":
                found.add(".".join(texts[-2:]) if len(texts) > 1 else "?")
            elif opcode.name in _TEXTS:
                texts = [*texts[-1:], str(argument)]
            elif opcode.name.startswith("EXT"):
                found.add(f"the extension {argument}")
    except Cancelled:
        raise
    except Exception as problem:  # noqa: BLE001 -- bytes of a stranger
        found.add(f"unreadable: {' '.join(str(problem).split())[:100]}")
    return sorted(found)


def trust_needed(what: str, named: list[str], path: Path, loading: Loading) -> TrustNeeded:
    """The refusal of a file that runs code, with the names that it would import."""
    shown = ", ".join(named[:_NAMES_SHOWN]) or "its own code"
    return TrustNeeded(
        f"{loading.name}: {path.name} is {what}, which runs code when it is loaded: {shown[:1000]}",
        types=named,
        hint="if you trust its author with everything on this machine: --trust",
    )


FORMATS = (PickleFormat(),)
