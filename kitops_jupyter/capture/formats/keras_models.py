"""Keras models as `.keras`, written without times; of Keras's own layers only, for others are code."""

from __future__ import annotations

import importlib.util
import json
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.estimators import tensor
from kitops_jupyter.capture.formats.hdf5_files import check_links
from kitops_jupyter.capture.formats.keras_configs import in_order, problems
from kitops_jupyter.capture.formats.libraries import need, version_of
from kitops_jupyter.capture.formats.zips import copy_member, open_stored, write_member
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import Cancelled, MissingDependency, VariableRefused

_CONFIG, _METADATA, _WEIGHTS, _ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets/"
_LOWEST = (3, 13, 1)  # older ones run code of a file: CVE-2025-1550, -8747, -9905, -9906
_CONFIG_BYTES = 64 << 20
_WAY = (
    "pack {str(at): each for at, each in enumerate(x.get_weights())} as a dataset, and build the model from your code"
)


class KerasFormat:
    """A Keras 3 model with its weights, and with the optimizer's state if it is compiled."""

    name = "keras"
    kind: Kind = "model"
    suffix = ".keras"
    library = "keras"
    extra = "keras"
    label = "Keras"

    def takes(self, value: Any) -> bool:
        import keras

        return isinstance(value, keras.Model)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        keras = _need(self.extra, saving.name)
        if not value.built:
            raise saving.refuse(value, "", "has no weights yet", "call it on data, or x.build(...), and pack again")
        for inside, part in _own_functions(value):
            raise saving.refuse(part, inside, "is a function that is not Keras's own", _WAY)
        raw = path.with_name(f"raw-{path.name}")
        try:
            value.save(raw)
            with zipfile.ZipFile(raw) as old:
                config = _ordered(keras, json.loads(old.read(_CONFIG)))
                for inside, name, why in problems(config):
                    raise saving.refuse(value, f" config{inside}", f"{name} {why}", _WAY)
                _rewrite(old, config, path)
        except (Cancelled, VariableRefused):
            raise
        except Exception as problem:  # noqa: BLE001 -- whatever get_config and save of a layer raise
            told = " ".join(str(problem).split())[:300]
            raise saving.refuse(value, "", f"Keras cannot save it: {told}", _WAY) from None
        finally:
            raw.unlink(missing_ok=True)
        return Saved(
            requires=["h5py"],
            schema=[{"name": each.path, "type": f"{each.dtype}{list(each.shape)}"} for each in value.variables],
            signature={name: found for name, found in _signature(value).items() if found},
            params={"parameters": value.count_params()},
            history=_history(value),
        )

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        with open_stored(path, path.name, loading) as archive:
            _check(archive, path, loading)
            need("h5py", self.extra, loading.name)
            _check_weights(archive, path, loading)
        keras = _need(self.extra, loading.name)
        try:
            return keras.saving.load_model(path, safe_mode=True)
        except Cancelled:
            raise
        except Exception as problem:  # noqa: BLE001 -- a hostile file makes Keras raise anything
            told = " ".join(str(problem).split()) or type(problem).__name__
            raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {told[:300]}") from None


def _need(extra: str, variable: str) -> Any:
    """Keras, imported. Raises MissingDependency, and VariableRefused if it has no backend, or is too old to be safe."""
    need("h5py", extra, variable)
    try:
        keras = need("keras", extra, variable)
    except MissingDependency:
        if importlib.util.find_spec("keras") is None:
            raise
        raise VariableRefused(
            f"{variable}: Keras is installed, and finds none of the backend that it is set to",
            hint="in a new kernel, before Keras is imported: %env KERAS_BACKEND=torch, or jax, numpy, tensorflow",
        ) from None
    version = version_of("keras")
    if tuple(int(each) for each in version.split(".")[:3] if each.isdigit()) < _LOWEST:
        raise VariableRefused(
            f"{variable}: Keras {version} can run code of a file that it loads",
            hint=f"pip install 'keras>={'.'.join(map(str, _LOWEST))}'",
        )
    return keras


def _own_functions(model: Any) -> Iterator[tuple[str, Any]]:
    """Functions of the user in layers, with their paths: Keras keeps only their name, be it that of another one."""
    for layer in model._flatten_layers():
        inside = "" if layer is model else f".get_layer({layer.name!r})"
        for name, part in vars(layer).items():
            if isinstance(part, types.FunctionType) and part.__module__.partition(".")[0] != "keras":
                yield f"{inside}.{name}", part


def _ordered(keras: Any, config: Any) -> Any:
    return in_order(config, frozenset(dir(keras.optimizers)), {})


def _rewrite(old: zipfile.ZipFile, config: Any, path: Path) -> None:
    """The archive again, the same for the same model."""
    metadata = json.loads(old.read(_METADATA))
    metadata.pop("date_saved", None)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new:
        for member in sorted(name for name in old.namelist() if not name.endswith("/")):
            if member in (_CONFIG, _METADATA):
                write_member(new, member, json.dumps(config if member == _CONFIG else metadata).encode())
            else:
                with old.open(member) as stream:
                    copy_member(new, member, stream)


def _check(archive: zipfile.ZipFile, path: Path, loading: Loading) -> None:
    """Raise VariableRefused for a model that is not Keras's own, or has files that no model of ours has."""
    names = archive.namelist()
    other = next((name for name in names if name not in (_CONFIG, _METADATA, _WEIGHTS) and _ASSETS not in name), None)
    if other is not None or any(_ASSETS in name and not name.startswith(_ASSETS) for name in names):
        raise VariableRefused(
            f"{loading.name}: {path.name} has a file that is not a Keras model's: {str(other)[:100]!r}"
        )
    try:
        if archive.getinfo(_CONFIG).file_size > _CONFIG_BYTES:
            raise ValueError("it is too large")
        config = parse_json(archive.read(_CONFIG))
        archive.getinfo(_WEIGHTS)
    except (KeyError, ValueError, zipfile.BadZipFile) as problem:
        raise VariableRefused(f"{loading.name}: {path.name} has no {_CONFIG} that can be read: {problem}") from None
    if not isinstance(config, dict) or "class_name" not in config:
        raise VariableRefused(f"{loading.name}: {_CONFIG} of {path.name} is not a model's")
    for inside, name, why in problems(config):
        raise VariableRefused(
            f"{loading.name}: {path.name}: {name} {why}, at config{inside[:200]}",
            hint="kit pack writes models of Keras's own layers only; code belongs in a .py file beside the notebook",
        )


def _check_weights(archive: zipfile.ZipFile, path: Path, loading: Loading) -> None:
    """Raise VariableRefused for weights that lead elsewhere, or need more memory than they have bytes."""
    import h5py

    where = f"{path.name}/{_WEIGHTS}"
    try:
        with archive.open(_WEIGHTS) as stream, h5py.File(stream, "r") as file:
            for each in check_links(file, where, loading):
                if each.dtype.kind not in "biufV" or each.nbytes > each.id.get_storage_size():
                    raise VariableRefused(
                        f"{loading.name}: {where} has a {each.dtype} of another size: {each.name[:100]!r}"
                    )
    except (OSError, KeyError, ValueError, RuntimeError, TypeError) as problem:
        raise VariableRefused(f"{loading.name}: {where} cannot be read: {str(problem)[:200]}") from None


def _signature(model: Any) -> dict[str, Any]:
    found = {}
    for side in ("inputs", "outputs"):
        try:
            sides = getattr(model, side, None) or []
        except (AttributeError, ValueError):  # a model without a graph
            sides = []
        found[side] = [
            {"name": each.name, **tensor(str(each.dtype), [-1 if size is None else size for size in each.shape])}
            for each in sides
        ]
    return found


def _history(model: Any) -> dict[str, list[float]]:
    told = getattr(getattr(model, "history", None), "history", None)
    if not isinstance(told, dict):
        return {}
    try:
        return {str(name): [float(each) for each in curve] for name, curve in told.items()}
    except (TypeError, ValueError):
        return {}


FORMATS = (KerasFormat(),)
