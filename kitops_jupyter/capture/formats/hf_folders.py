"""Folders that the libraries of Hugging Face write: which files they may have, and what their configurations may say.

These libraries can import code that a folder names or brings along. Here it is refused before a library sees the
folder, whatever the library would do about it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Loading
from kitops_jupyter.capture.formats.safetensors_files import check_tensors
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import VariableRefused

# Of a model that `save_pretrained` wrote.
MODEL = r"(generation_)?config\.json|model(-\d+-of-\d+)?\.safetensors|model\.safetensors\.index\.json"
TOKENIZER = r"\w[\w-]*\.(json|txt|model|spm|bpe|jinja)|additional_chat_templates/\w[\w.-]*\.jinja"
_CODE = frozenset(
    ["auto_map", "auto_mapping", "custom_generate", "custom_pipeline", "custom_pipelines", "trust_remote_code"]
)
_PATHS = re.compile(r"vocab|merges|.*_(file|files|path|dir)")
_NAMES = frozenset(["name_or_path", "_name_or_path", "base_model_name_or_path"])  # which are not looked up
_WHENCE = frozenset(["_name_or_path", "name_or_path", "is_local", "local_files_only", "auto_mapping"])
_SETS = frozenset(["target_modules", "exclude_modules", "feedforward_modules"])  # whose order is chance
_FILES_LIMIT = 10_000
_JSON_BYTES = 512 << 20  # of a tokenizer
_WAY = "kit pack writes folders without that; ask its author for a kit packed from the live variable"


def check_folder(path: Path, allowed: str, loading: Loading) -> dict[str, Any]:
    """The configurations of a folder, by their path in it. Each file has a name that the expression `allowed` matches,
    and is what its name says. Raises VariableRefused."""
    found: dict[str, Any] = {}
    for relative, file in _files(path, loading):
        if not re.fullmatch(allowed, relative):
            raise VariableRefused(
                f"{loading.name}: {path.name} has the file {relative[:100]!r}, which no such value has", hint=_WAY
            )
        if relative.endswith(".safetensors"):
            check_tensors(file, loading)
        elif relative.endswith(".json"):
            found[relative] = _parsed(file, f"{path.name}/{relative}", loading)
    return found


def settle(path: Path) -> None:
    """Rewrite the configurations of a folder that a library wrote: sorted, and without what depends on where the value
    came from, or on chance. Cards for people, which tell the same, go."""
    for file in sorted(path.rglob("*")):
        if file.name == "README.md":
            file.unlink()
        elif file.suffix == ".json" and file.name != "tokenizer.json":
            told = json.loads(file.read_bytes())
            if isinstance(told, dict):
                for key in _WHENCE & told.keys():
                    del told[key]
                for key in _SETS & told.keys():
                    told[key] = sorted(told[key]) if isinstance(told[key], list) else told[key]
            file.write_text(
                json.dumps(told, ensure_ascii=False, indent=2, sort_keys=isinstance(told, dict)) + "\n", "utf-8"
            )


def _files(path: Path, loading: Loading) -> Iterator[tuple[str, Path]]:
    """Every file below the folder, by its path with slashes; a link is none."""
    count = 0
    for where, folders, names in os.walk(path):
        for each in (Path(where) / name for name in (*folders, *names)):
            count += 1
            if each.is_symlink() or count > _FILES_LIMIT:
                raise VariableRefused(f"{loading.name}: {path.name} has a link, or more than {_FILES_LIMIT} files")
            if not each.is_dir():
                yield each.relative_to(path).as_posix(), each


def _parsed(file: Path, where: str, loading: Loading) -> Any:
    try:
        if file.stat().st_size > _JSON_BYTES:
            raise ValueError("it is too large")
        told = parse_json(file.read_bytes())
    except ValueError as problem:
        raise VariableRefused(f"{loading.name}: {where} cannot be read: {problem}") from None
    if not where.endswith("/tokenizer.json"):  # which is a table of words, read by no Python code
        for inside, why in problems(told):
            raise VariableRefused(f"{loading.name}: {where}{inside[:200]} {why}", hint=_WAY)
    return told


def problems(told: Any, inside: str = "") -> Iterator[tuple[str, str]]:
    """What a configuration says that could run code or reach out: the path inside, and why it is refused."""
    if isinstance(told, list):
        for at, each in enumerate(told):
            yield from problems(each, f"{inside}[{at}]")
    if not isinstance(told, Mapping):
        return
    for key, each in told.items():
        here = f"{inside}[{key[:60]!r}]"
        if key in _CODE and each:
            yield here, f"names code of its own: {str(each)[:100]}"
        elif key.endswith("_implementation") and isinstance(each, str) and "/" in each:
            yield here, f"names a kernel to be downloaded: {each[:100]}"
        elif key == "quantization_config" and each:
            yield here, "wants weights that another library unpacks"
        elif _PATHS.fullmatch(key) and key not in _NAMES and isinstance(each, (str, list)) and each:
            yield here, f"leads to the file {str(each)[:100]!r}"
        yield from problems(each, here)


def config_of(configs: Mapping[str, Any], name: str, path: Path, loading: Loading) -> Mapping[str, Any]:
    """One configuration, an object. Raises VariableRefused if there is none."""
    told = configs.get(name)
    if not isinstance(told, Mapping):
        raise VariableRefused(f"{loading.name}: {path.name} has no {name}")
    return told


def class_named(library: Any, name: Any, base: type, modules: str, loading: Loading) -> Any:
    """The class of the library with this name, which is of the kind `base` and defined below `modules`. Nothing else is
    imported. Raises VariableRefused."""
    found = getattr(library, name, None) if isinstance(name, str) and re.fullmatch(r"[A-Z]\w*", name) else None
    if not isinstance(found, type) or not issubclass(found, base) or not f"{found.__module__}.".startswith(modules):
        raise VariableRefused(
            f"{loading.name}: {str(name)[:100]!r} is not a {base.__name__} of {library.__name__}",
            hint="a class outside the library is code: import it, and load its weights from the files of the kit",
        )
    return found


@contextmanager
def offline() -> Iterator[None]:
    """Have the library of the hub download nothing, and show no bars over local files."""
    import huggingface_hub

    constants: Any = huggingface_hub.constants
    bars: Any = getattr(sys.modules.get("transformers"), "utils", None)
    was_offline, had_bars = constants.HF_HUB_OFFLINE, bars is not None and bars.logging.is_progress_bar_enabled()
    constants.HF_HUB_OFFLINE = True
    if had_bars:
        bars.logging.disable_progress_bar()
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = was_offline
        if had_bars:
            bars.logging.enable_progress_bar()
