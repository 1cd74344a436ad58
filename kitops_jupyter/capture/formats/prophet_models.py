"""Prophet's models as the JSON that the library itself writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.refusals import refusing_all, saving_all
from kitops_jupyter.disk import parse_json


class ProphetFormat:
    """A model that was fitted; it predicts as it did, and cannot be fitted once more, in Prophet either."""

    name = "prophet"
    kind: Kind = "model"
    suffix = ".prophet.json"
    library = "prophet"
    extra = "prophet"
    label = "Prophet"

    def takes(self, value: Any) -> bool:
        import prophet

        return isinstance(value, prophet.Prophet)

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        import prophet

        if type(value) is not prophet.Prophet:
            raise saving.refuse(value, "", "its class is not the library's own, and would be lost", "prophet.Prophet()")
        from prophet.serialize import model_to_json

        with saving_all(value, saving, "x.fit(...)"):
            path.write_text(json.dumps(json.loads(model_to_json(value)), indent=1, sort_keys=True) + "\n", "utf-8")
        plain = {name: getattr(value, name) for name in ("growth", "seasonality_mode", "changepoint_prior_scale")}
        return Saved(rows=len(value.history), params=plain)

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        with refusing_all(path, loading):
            told = parse_json(path.read_bytes())
        serialize = need("prophet.serialize", self.extra, loading.name)
        with refusing_all(path, loading):
            return serialize.model_from_dict(told)


FORMATS = (ProphetFormat(),)
