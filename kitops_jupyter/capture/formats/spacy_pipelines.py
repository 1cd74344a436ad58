"""spaCy's pipelines as the folder that `to_disk` writes, of spaCy's own components only.

A pipeline's configuration calls registered functions with any arguments: some read files, some load other packages.
Those that a pipeline needs to be built are listed here; a file that names another one is refused before spaCy sees it.
"""

from __future__ import annotations

import configparser
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.hf_folders import check_folder
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.refusals import refusing_all, saving_all
from kitops_jupyter.errors import VariableRefused

_FILES = r"([\w-]+/)*[\w-]+(\.(bin|cfg|json|jsonl))?"
_COMPONENTS = frozenset([
    "attribute_ruler", "beam_ner", "beam_parser", "doc_cleaner", "entity_linker", "entity_ruler", "lemmatizer",
    "merge_entities", "merge_noun_chunks", "merge_subtokens", "morphologizer", "ner", "parser", "sentencizer", "senter",
    "span_finder", "span_ruler", "spancat", "spancat_singlelabel", "tagger", "textcat", "textcat_multilabel", "tok2vec",
    "token_splitter", "trainable_lemmatizer",
])  # fmt: skip
_OWN = r"spacy\.[\w.]+\.v\d"
_FUNCTIONS = {
    "architectures": _OWN,
    "augmenters": r"spacy\.(dont_augment|lower_case|orth_variants)\.v\d",
    "batchers": _OWN,
    "layers": _OWN,
    "loggers": r"spacy\.ConsoleLogger\.v\d",
    "misc": r"spacy\.(levenshtein_compare|ngram_suggester|ngram_range_suggester|EmptyKB|CandidateGenerator"
    r"|CandidateBatchGenerator|first_longer_spans_filter|prioritize_(new|existing)_ents_filter|token_attr_.*)\.v\d",
    "optimizers": r"(Adam|RAdam|SGD)\.v1",
    "readers": r"spacy\.Corpus\.v\d",
    "schedules": r"\w+\.v1",
    "scorers": _OWN,
    "tokenizers": r"spacy\.[\w.]+",
    "vectors": r"spacy\.Vectors\.v\d",
}
_LANGUAGE = re.compile(r'"[a-z]{2,3}"')
_CONFIG_BYTES = 4 << 20
_WAY = "keep the component in a .py file beside the notebook, remove it with x.remove_pipe(...), and pack the rest"


class PipelineFormat:
    """A Language with its components, vocabulary and vectors."""

    name = "spacy"
    kind: Kind = "model"
    suffix = ""
    library = "spacy"
    extra = "spacy"
    label = "spaCy"

    def takes(self, value: Any) -> bool:
        import spacy

        return isinstance(value, spacy.Language)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        if not type(value).__module__.startswith("spacy."):
            raise saving.refuse(value, "", "its class is not spaCy's own", "spacy.blank(...), and add its components")
        for inside, why in _problems(value.config.to_str()):
            raise saving.refuse(value, f" config {inside}", why, _WAY)
        with saving_all(value, saving, "x.initialize(...) or train it first"):
            value.to_disk(path)
            _settle(path)
        self._check(path, Loading(saving.name))
        return Saved(params={"language": value.lang, "components": ", ".join(value.component_names)})

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        self._check(path, loading)
        library = need("spacy", self.extra, loading.name)
        with refusing_all(path, loading):
            return library.load(path)

    def _check(self, path: Path, loading: Loading) -> None:
        check_folder(path, _FILES, loading)
        file = path / "config.cfg"
        try:
            text = file.read_text("utf-8") if file.stat().st_size < _CONFIG_BYTES else ""
            found = next(_problems(text), None)
        except (OSError, ValueError, configparser.Error) as problem:
            raise VariableRefused(f"{loading.name}: {path.name}/config.cfg cannot be read: {problem}") from None
        if found:
            raise VariableRefused(f"{loading.name}: {path.name}/config.cfg {found[0][:200]} {found[1]}")


def _settle(path: Path) -> None:
    """Sort the characters that end a sentence: spaCy writes them as its set has them, in the order of chance."""
    for file in path.glob("*.json"):
        told = json.loads(file.read_bytes())
        if isinstance(told, dict) and isinstance(told.get("punct_chars"), list):
            told["punct_chars"].sort()
            file.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")


def _problems(text: str) -> Iterator[tuple[str, str]]:
    """Sections of a configuration that name what a pipeline of spaCy's own does not need, with the reason."""
    told = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",), default_section="")
    told.optionxform = str  # type: ignore[method-assign,assignment]
    told.read_string(text)
    if not told.has_option("nlp", "lang") or not _LANGUAGE.fullmatch(told["nlp"]["lang"]):
        yield "[nlp]", "names no language"
    for section in told.sections():
        for key, value in told[section].items():
            here = f"[{section}] {key} = {value[:100]}"
            if key.startswith("@"):
                allowed = _FUNCTIONS.get(key[1:])
                if allowed is None or not re.fullmatch(allowed, value.strip('"')):
                    yield here, "is a function that may run code or read files"
            elif '"@' in value or "'@" in value:
                yield here, "hides a function"
            elif re.fullmatch(r"components\.[^.]+", section) and (
                key == "source" or (key == "factory" and value.strip('"') not in _COMPONENTS)
            ):
                yield here, "is not one of spaCy's own components"


FORMATS = (PipelineFormat(),)
