"""scikit-learn's estimators, pipelines and searches as `.skops`. Source: skops.io, protocol 2."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.estimators import history_of, metrics_of, params_of, signature_of
from kitops_jupyter.capture.formats.index_checks import check_places
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.numpy_arrays import check_header
from kitops_jupyter.capture.formats.parts import refuse_culprit, refuse_own_code
from kitops_jupyter.capture.formats.skops_bytes import SCHEMA, rewrite
from kitops_jupyter.capture.formats.trusted_types import TRUSTED
from kitops_jupyter.capture.formats.zips import open_stored
from kitops_jupyter.disk import parse_json
from kitops_jupyter.errors import Cancelled, KitError, MissingDependency, TrustNeeded, VariableRefused

_TRIED_UP_TO_BYTES = 64 << 20  # a larger file is not loaded once more to see that it comes back
_EXTRAS = {"xgboost", "lightgbm", "catboost"}  # which pipelines hold, too


class SkopsFormat:
    """What scikit-learn defines, what is built on it, and lists and dicts of these; never a pickle."""

    name = "skops"
    kind: Kind = "model"
    suffix = ".skops"
    library = "scikit-learn"
    extra = "sklearn"
    label = "scikit-learn"

    def takes(self, value: Any) -> bool:
        items = list(value.values()) if isinstance(value, dict) else value
        return _is_ours(value) or (isinstance(items, (list, tuple)) and any(_is_ours(item) for item in items))

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        skops = need("skops.io", self.extra, saving.name)
        refuse_own_code(value, saving)
        raw = path.with_name(f"{path.name}.raw")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                skops.dump(value, raw)
            rewrite(raw, path)
            types = skops.get_untrusted_types(file=path)
        except Cancelled:
            raise
        except RecursionError:
            raise saving.refuse(value, "", "is nested too deeply, or holds itself", "pack its parts") from None
        except Exception as problem:  # noqa: BLE001 -- skops raises what the value's own methods raise
            raise refuse_culprit(value, saving, skops.dumps, problem) from None
        finally:
            raw.unlink(missing_ok=True)
        foreign = sorted(set(types) - TRUSTED)
        others = {each.partition(".")[0] for each in types} & _EXTRAS
        self._try(value, path, saving, frozenset(foreign), is_exact=not others)
        return Saved(
            requires=["skops", *sorted(others)],
            types=types,
            params=params_of(value),
            metrics=metrics_of(value),
            history=history_of(value),
            signature=signature_of(value),
            notes=[f"loading it needs --trust-types {','.join(foreign)}"] if foreign else [],
        )

    def _try(self, value: Any, path: Path, saving: Saving, types: frozenset[str], *, is_exact: bool) -> None:
        """Raise VariableRefused if the file does not load, or what it gives would make another file; models of other
        libraries, which do not put back each of their parameters, need not be `is_exact`."""
        if path.stat().st_size > _TRIED_UP_TO_BYTES:
            return
        again, raw = path.with_name(f"{path.name}.again"), path.with_name(f"{path.name}.raw")
        way = "pack the parts of it that matter, or the .py file that makes it"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    back = self.load(path, {}, Loading(saving.name, trust_types=types))
                except KitError as problem:
                    raise saving.refuse(value, "", f"would not load again: {problem.message}", way) from None
                need("skops.io", self.extra, saving.name).dump(back, raw)
            rewrite(raw, again)
            if is_exact and again.read_bytes() != path.read_bytes():
                raise saving.refuse(value, "", "would come back different from skops", way)
        finally:
            raw.unlink(missing_ok=True)
            again.unlink(missing_ok=True)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        skops = need("skops.io", self.extra, loading.name)
        _check(path, loading)
        try:
            value = skops.load(path, trusted=sorted(TRUSTED | loading.trust_types))
        except Cancelled:
            raise
        except ModuleNotFoundError as problem:
            library = (problem.name or "").partition(".")[0]
            if library in _EXTRAS:
                raise MissingDependency(library, library, f"the variable {loading.name}") from None
            raise VariableRefused(
                f"{loading.name}: {path.name} needs the module {problem.name}, which is not here",
                hint="install it, or unpack the kit's code and load the variable in its folder",
            ) from None
        except Exception as problem:  # noqa: BLE001 -- a hostile file makes skops raise anything
            self._refuse_types(path, loading)
            text = " ".join(str(problem).split()) or type(problem).__name__
            raise VariableRefused(f"{loading.name}: {path.name} cannot be read: {text[:300]}") from None
        check_places(value, loading)
        return value

    def _refuse_types(self, path: Path, loading: Loading) -> None:
        """Raise TrustNeeded if the file has types that neither we nor the user trust."""
        try:
            found = need("skops.io", self.extra, loading.name).get_untrusted_types(file=path)
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 -- it is damaged: the caller says how
            return
        foreign = sorted(set(found) - TRUSTED - loading.trust_types)
        if foreign:
            raise TrustNeeded(
                f"{loading.name}: {path.name} builds types that may run code: {', '.join(foreign)[:1000]}",
                types=foreign,
                hint=f"if you trust its author with these: --trust-types {','.join(foreign)}",
            )


def _is_ours(value: Any) -> bool:
    return any(kind.__module__.partition(".")[0] == "sklearn" for kind in type(value).__mro__)


def _check(path: Path, loading: Loading) -> None:
    """Raise VariableRefused for an archive that expands, and for arrays that are not what their headers say."""
    with open_stored(path, path.name, loading) as archive:
        try:
            schema = parse_json(archive.read(SCHEMA))
        except (KeyError, ValueError, zipfile.BadZipFile) as problem:
            raise VariableRefused(f"{loading.name}: {path.name} has no {SCHEMA} that can be read: {problem}") from None
        if not isinstance(schema, Mapping):
            raise VariableRefused(f"{loading.name}: {SCHEMA} of {path.name} is not an object")
        for member in archive.infolist():
            if member.filename.endswith(".npy"):
                with archive.open(member) as stream:
                    check_header(stream, member.file_size, member.filename, loading)
            elif member.filename.endswith(".npz"):
                _check_sparse(io.BytesIO(archive.read(member)), member.filename, loading)


def _check_sparse(data: io.BytesIO, name: str, loading: Loading) -> None:
    with open_stored(data, name, loading) as archive:
        for member in archive.infolist():
            with archive.open(member) as stream:
                check_header(stream, member.file_size, f"{name}/{member.filename}", loading)


FORMATS = (SkopsFormat(),)
