"""`kit doctor`: what is not installed, not enabled or broken, and the command that fixes it."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from kitops_jupyter import codecs, targets
from kitops_jupyter.disk import free_bytes
from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.progress import Observer, ignore
from kitops_jupyter.result import Result
from kitops_jupyter.settings import Settings
from kitops_jupyter.sizes import human_size
from kitops_jupyter.version import VERSION

DEEP = "kit doctor --deep also reads and hashes every layer"
LOW_DISK_BYTES = 1 << 30
# What is installed with us, and what comes with an extra: the library, the extra, what for.
REQUIRED = ("ipython", "ipywidgets", "jupyterlab", "oras", "pyyaml", "tqdm")
OPTIONAL = (
    *((codec.library, codec.extra, f"{codec.name} layers") for codec in codecs.every() if codec.extra),
    ("boto3", "s3", "data sets in S3"),
    ("fsspec", "fsspec", "kit:// paths"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `verdict` is ok, missing (an extra that is not needed by all) or broken."""

    name: str
    verdict: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DoctorResult(Result):
    """All checks; `is_well` when nothing is broken."""

    checks: tuple[Check, ...]

    @property
    def is_well(self) -> bool:
        """Whether everything that everybody needs works."""
        return all(check.verdict != "broken" for check in self.checks)


def doctor(*, deep: bool = False, settings: Settings | None = None, observe: Observer = ignore) -> DoctorResult:
    """Look at Python, the libraries, the store and the disk; reads every manifest of the store.

    With `deep` every byte of the store is read and hashed, too. Raises Cancelled; then nothing is known of the rest.
    """
    problems: list[KitError] = []
    known = settings.home if settings and not settings.is_homeless else None
    found = Settings.load(home=known, on_problem=problems.append)
    settings = settings or found
    told = tuple(Check("settings", "broken", problem.message, problem.hint) for problem in problems)
    if settings.is_homeless:
        return DoctorResult((*_programs(), *_libraries(), *told))
    return DoctorResult((*_programs(), *_libraries(), *told, *_home(settings), *_store(settings, deep, observe)))


def _programs() -> Iterator[Check]:
    yield Check("Python", "ok", f"{platform.python_version()} at {sys.executable}")
    yield Check("kitops-jupyter", "ok", VERSION)
    kit = shutil.which("kit")
    yield Check("kit program", "ok", f"{kit}: shares this store" if kit else "not found, and not needed")


def _libraries() -> Iterator[Check]:
    for name in REQUIRED:
        try:
            yield Check(name, "ok", importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Check(name, "broken", "is not installed", f"{sys.executable} -m pip install {name}")
    for name, extra, purpose in OPTIONAL:
        try:
            yield Check(name, "ok", importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            hint = f"{sys.executable} -m pip install 'kitops-jupyter[{extra}]'"
            yield Check(name, "missing", f"needed for {purpose}", hint)


def _home(settings: Settings) -> Iterator[Check]:
    there = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            yield Check("home", "ok", f"{settings.home} can be written")
    except OSError as problem:
        yield Check("home", "broken", f"{there}: {problem.strerror}", "set KITOPS_HOME to a folder that you can write")
    free = free_bytes(there)
    if free is None:
        yield Check("disk", "ok", f"the free space at {there} is unknown")
        return
    verdict, hint = ("ok", "") if free > LOW_DISK_BYTES else ("broken", "kit clean shows what can go")
    yield Check("disk", verdict, f"{human_size(free)} free at {there}", hint)


def _store(settings: Settings, deep: bool, observe: Observer) -> Iterator[Check]:
    store = targets.store(settings)
    try:
        found = store.check(read_layers=deep, observe=observe)
        size = human_size(found.size_bytes)
        read = f"every byte of {size} read" if deep else f"{size}, only manifests were read"
        yield Check("store", "ok", f"{found.kits} kits in {settings.storage}: {read}", "" if deep else DEEP)
        for problem in found.problems:
            yield Check("store", "broken", problem.message, problem.hint)
    except Cancelled:
        raise
    except KitError as problem:
        yield Check("store", "broken", problem.message, problem.hint)
    usage = store.cache_usage()
    yield Check("cache", "ok", f"{human_size(usage.size_bytes)} in {settings.cache}")
