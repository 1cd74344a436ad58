"""Models of sentence-transformers as the folder that the library writes, of its own plain modules only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.hf_folders import MODEL, TOKENIZER, check_folder, offline, settle
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.refusals import refusing_all, saving_all
from kitops_jupyter.errors import VariableRefused

_FILES = rf"(\d+_\w+/)?({MODEL}|{TOKENIZER})"
_MODULES = frozenset(
    ["CNN", "Dense", "Dropout", "LSTM", "LayerNorm", "Normalize", "Pooling", "Transformer", "WeightedLayerPooling"]
)
_MODULE = re.compile(r"sentence_transformers(\.\w+)*\.(?P<name>\w+)")
_PLACE = re.compile(r"|\d+_\w+")
_ACTIVATION = re.compile(r"torch\.nn\.modules\.(activation|linear)\.[A-Z]\w*")
_WAY = "pack x[0].auto_model, a model of transformers, and its tokenizer"


class SentenceFormat:
    """A SentenceTransformer."""

    name = "sentence-transformers"
    kind: Kind = "model"
    suffix = ""
    library = "sentence-transformers"
    extra = "sentence-transformers"
    label = "sentence-transformers"

    def takes(self, value: Any) -> bool:
        import sentence_transformers

        return isinstance(value, sentence_transformers.SentenceTransformer)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import sentence_transformers

        if type(value) is not sentence_transformers.SentenceTransformer:
            raise saving.refuse(value, "", "its class is not the library's own, and would be lost", _WAY)
        with saving_all(value, saving, _WAY), offline():
            value.save(str(path), create_model_card=False, safe_serialization=True)
            settle(path)
        for inside, why in _problems(check_folder(path, _FILES, Loading(saving.name))):
            raise saving.refuse(value, inside, why, _WAY)
        dimension = value.get_sentence_embedding_dimension()
        return Saved(
            requires=["torch", "transformers", "safetensors"],
            params={"parameters": sum(each.numel() for each in value.parameters()), "dimension": dimension},
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        for inside, why in _problems(check_folder(path, _FILES, loading)):
            raise VariableRefused(f"{loading.name}: {path.name}{inside} {why}")
        library = need("sentence_transformers", self.extra, loading.name)
        with refusing_all(path, loading), offline():
            return library.SentenceTransformer(str(path), trust_remote_code=False, local_files_only=True, device="cpu")


def _problems(configs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Modules and functions that a file of ours does not name, with their places."""
    modules = configs.get("modules.json")
    if not isinstance(modules, list) or not all(isinstance(each, Mapping) for each in modules):
        yield "/modules.json", "is not a list of modules"
        return
    for at, each in enumerate(modules):
        found = _MODULE.fullmatch(str(each.get("type")))
        if not found or found["name"] not in _MODULES:
            yield f"[{at}]", f"is a {str(each.get('type'))[:200]}, which is no plain module of the library"
        if not _PLACE.fullmatch(str(each.get("path"))):
            yield f"[{at}]", f"is at {str(each.get('path'))[:100]!r}, outside its folder"
    for where, told in configs.items():
        for key in ("activation_function", "activation_fn"):
            named = told.get(key) if isinstance(told, Mapping) else None
            if isinstance(named, str) and "." in named and not _ACTIVATION.fullmatch(named):
                yield f"/{where}[{key!r}]", f"is the function {named[:100]!r}, which is not PyTorch's own"


FORMATS = (SentenceFormat(),)
