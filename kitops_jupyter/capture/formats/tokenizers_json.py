"""Tokenizers of the library tokenizers, as its own JSON, which names no code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.refusals import refusing_all, saving_all


class TokenizersFormat:
    """A Tokenizer with all of its parts that are the library's own."""

    name = "tokenizers"
    kind: Kind = "model"
    suffix = ".tokenizer.json"
    library = "tokenizers"
    extra = "transformers"
    label = "tokenizers"

    def takes(self, value: Any) -> bool:
        import tokenizers

        return isinstance(value, tokenizers.Tokenizer)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        with saving_all(value, saving, "keep parts in Python beside the notebook, and set them after the load"):
            path.write_bytes(value.to_str(pretty=True).encode() + b"\n")
        return Saved(params={"tokens": value.get_vocab_size()})

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        library = need("tokenizers", self.extra, loading.name)
        with refusing_all(path, loading):
            return library.Tokenizer.from_str(path.read_text("utf-8"))


FORMATS = (TokenizersFormat(),)
