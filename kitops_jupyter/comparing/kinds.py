"""Which way of comparing fits a file, by its name; one that does not fit its content gives way to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kitops_jupyter.comparing.notebook import compare_notebooks
from kitops_jupyter.comparing.parquet import compare_parquet
from kitops_jupyter.comparing.results import Content
from kitops_jupyter.comparing.rows import compare_csv
from kitops_jupyter.comparing.sides import Pair, TooFar, Unreadable
from kitops_jupyter.comparing.tensors import compare_npy, compare_safetensors
from kitops_jupyter.comparing.text import compare_text
from kitops_jupyter.comparing.values import compare_json, compare_yaml
from kitops_jupyter.errors import Cancelled, KitError

_BY_SUFFIX: dict[str, tuple[Callable[[Pair], Content], ...]] = {
    "ipynb": (compare_notebooks, compare_json, compare_text),
    "json": (compare_json, compare_text),
    "yaml": (compare_yaml, compare_text),
    "yml": (compare_yaml, compare_text),
    "csv": (compare_csv, compare_text),
    "tsv": (compare_csv, compare_text),
    "parquet": (compare_parquet,),
    "safetensors": (compare_safetensors,),
    "npy": (compare_npy,),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found inside; without `content`, `why` says why not. `would_move_bytes` is what `deep` would move."""

    content: Content | None
    why: str = ""
    would_move_bytes: int = 0


def compare(pair: Pair) -> Compared:
    """What differs inside two files; whatever is in them, this returns. Raises Cancelled."""
    why = ""
    for way in _BY_SUFFIX.get(pair.name.rpartition(".")[2].lower(), (compare_text,)):
        try:
            found = way(pair)
            return Compared(found, would_move_bytes=found.would_move_bytes if found.kind == "tensors" else 0)
        except TooFar as far:
            return Compared(None, would_move_bytes=far.size_bytes)
        except Cancelled:
            raise
        except Unreadable as problem:
            why = str(problem)
        except KitError as problem:
            return Compared(None, problem.message)
        except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError, MemoryError) as problem:
            why = f"it cannot be read: {type(problem).__name__}"  # a library's words may repeat what is in the file
    return Compared(None, why)
