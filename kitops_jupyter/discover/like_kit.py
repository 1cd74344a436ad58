"""The `kit` program's own guess at a Kitfile, to the byte. Source: what `kit init` does, `golden/init.json`."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from kitops_jupyter.discover.licences import TEXT_LIMIT_BYTES, spdx_name
from kitops_jupyter.discover.proposal import Proposal
from kitops_jupyter.disk import read_start
from kitops_jupyter.errors import PathInvalid, Usage
from kitops_jupyter.kitfile import NAMES, Code, Dataset, Docs, Kitfile, Model, ModelPart, Package

# Looked for in this order, and in small letters only.
_SUFFIXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "model",
        (
            *(".safetensors", ".pkl", ".joblib", ".bin", ".pth", ".pt", ".mar", ".pt2", ".ptl", ".pb", ".ckpt"),
            *(".tflite", ".tfrecords", ".npy", ".npz", ".keras", ".h5", ".caffemodel", ".pmml", ".coreml"),
            *(".gguf", ".ggml", ".ggmf", ".llamafile", ".onnx"),
        ),
    ),
    ("metadata", (".json", ".yaml", ".xml", ".txt")),
    ("docs", (".md", ".adoc", ".html", ".pdf")),
    ("dataset", (".tar", ".zip", ".parquet", ".csv")),
)
_CODE_FOLDERS = frozenset(("src", "pkg", "lib", "build"))
_UNKNOWN_FOLDERS_LIMIT = 5  # with more of them, kit takes the whole folder as code


class _File(NamedTuple):
    name: str
    path: str
    size: int


@dataclass
class _Guess:
    """What the walk collects; `whole` means that one code entry takes the folder itself."""

    models: list[_File] = field(default_factory=list)
    metadata: list[_File] = field(default_factory=list)
    code: list[Code] = field(default_factory=list)
    datasets: list[Dataset] = field(default_factory=list)
    docs: list[Docs] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    license: str = ""
    whole: bool = False


def like_kit(
    root: Path, *, name: str = "", description: str = "", author: str = "", depth: int | None = None
) -> Proposal:
    """Propose what `kit init` would. It looks one folder deep, and takes hidden files and secrets too: see `propose`.

    Raises Usage for `depth`, which this guess does not have; PathInvalid for a folder that cannot be read.
    """
    if depth is not None:
        raise Usage("like_kit always looks one folder deep, so depth cannot be set", hint="leave one of them out")
    package = Package(name=name, description=description, authors=(author,) if author else ())
    guess = _Guess()
    folders, files = _listing(root, "")
    for file in files:
        _take_file(guess, file, root)
    for folder in folders:
        _take_folder(guess, folder, *_listing(root, folder))
    return Proposal(_licensed(_assembled(guess, package), guess.license))


def _listing(root: Path, folder: str) -> tuple[list[str], list[_File]]:
    """The folders and regular files in a folder, in byte order; links are passed over."""
    try:
        with os.scandir(root / folder) as found:
            entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
        kinds = [(entry, entry.stat(follow_symlinks=False)) for entry in entries if entry.name.encode()]
    except OSError as problem:
        raise PathInvalid(f"{root / folder} cannot be read: {problem.strerror}") from problem
    except UnicodeEncodeError as problem:
        raise PathInvalid(f"{os.fsencode(problem.object)!r}: the name is not UTF-8", hint="rename the file") from None
    path = f"{folder}/" if folder else ""
    folders = [path + entry.name for entry, there in kinds if stat.S_ISDIR(there.st_mode)]
    files = [
        _File(entry.name, path + entry.name, there.st_size) for entry, there in kinds if stat.S_ISREG(there.st_mode)
    ]
    return folders, files


def _kind(name: str) -> str:
    return next((kind for kind, suffixes in _SUFFIXES if name.endswith(suffixes)), "unknown")


def _take_file(guess: _Guess, file: _File, root: Path) -> None:
    """A file at the top."""
    lowered, kind = file.name.lower(), _kind(file.name)
    if file.name in NAMES:
        return
    if lowered.startswith("readme"):
        guess.docs.append(Docs(file.path, "Readme file"))
    elif lowered.startswith("license"):
        guess.docs.append(Docs(file.path, "License file"))
        guess.license = _license_of(root / file.path)
    elif kind == "model":
        guess.models.append(file)
    elif kind == "metadata":
        guess.metadata.append(file)
    elif kind == "docs":
        guess.docs.append(Docs(file.path))
    elif kind == "dataset":
        guess.datasets.append(Dataset(path=file.path))
    else:
        guess.whole = True


def _license_of(path: Path) -> str:
    try:
        return spdx_name(read_start(path, TEXT_LIMIT_BYTES).decode("utf-8", "replace"))
    except OSError:
        return ""


def _take_folder(guess: _Guess, path: str, folders: Sequence[str], files: Sequence[_File]) -> None:
    """A folder at the top: by its name, or by the one kind of files that it holds."""
    if path == "docs":
        guess.docs.append(Docs(path))
        return
    if path in _CODE_FOLDERS:
        guess.code.append(Code(path))
        return
    kinds = {_kind(file.name) for file in files} | ({"unknown"} if folders else set())
    only = kinds - {"metadata"}
    guess.models += [file for file in files if _kind(file.name) == "model"]
    if only == {"model"}:
        guess.models += [file for file in files if _kind(file.name) == "metadata"]
    elif only == {"dataset"}:
        guess.datasets.append(Dataset(path=path))
    elif only == {"docs"}:
        guess.docs.append(Docs(path))
    else:
        guess.unknown.append(path)


def _assembled(guess: _Guess, package: Package) -> Kitfile:
    model, datasets = None, list(guess.datasets)
    if guess.models:
        model = _model(guess.models)
        model = replace(model, parts=(*model.parts, *(ModelPart(path=file.path) for file in guess.metadata)))
    else:
        datasets += [Dataset(path=file.path) for file in guess.metadata]
    if guess.whole or len(guess.unknown) > _UNKNOWN_FOLDERS_LIMIT:
        code = [Code(".")]
    else:
        code = [*guess.code, *map(Code, guess.unknown)]
    return Kitfile(package=package, model=model, code=tuple(code), datasets=tuple(datasets), docs=tuple(guess.docs))


def _model(files: Sequence[_File]) -> Model:
    """One file stands out when it has more than one and a half times the mean size; else the first one leads."""
    mean = sum(file.size for file in files) // len(files)
    largest = max(files, key=lambda file: file.size)
    if len(files) > 1 and largest.size <= mean + mean // 2:
        return Model(path=files[0].path, parts=tuple(ModelPart(path=file.path) for file in files[1:]))
    parts = tuple(ModelPart(path=file.path) for file in files if file is not largest)
    dot = largest.name.rfind(".")
    name = largest.path[: len(largest.path) - len(largest.name) + dot] if dot >= 0 else largest.path
    return Model(name=name, path=largest.path, parts=parts)


def _licensed(kitfile: Kitfile, license: str) -> Kitfile:
    """The licence goes where there is one thing that it can be for."""
    if not license:
        return kitfile
    if kitfile.model:
        return replace(kitfile, model=replace(kitfile.model, license=license))
    if len(kitfile.datasets) == 1:
        return replace(kitfile, datasets=(replace(kitfile.datasets[0], license=license),))
    if len(kitfile.code) == 1:
        return replace(kitfile, code=(replace(kitfile.code[0], license=license),))
    return replace(kitfile, package=replace(kitfile.package, license=license))
