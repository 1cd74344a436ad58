"""TensorFlow's SavedModels, whose graphs can read and write files: written and read only where the user says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitops_jupyter.capture.formats.contract import Facts, Kind, Loading, Saved, Saving
from kitops_jupyter.capture.formats.libraries import need
from kitops_jupyter.capture.formats.pickles import trust_needed


class SavedModelFormat:
    """A tf.Module, or what tf.saved_model.load gave, where the user allows it."""

    name = "tensorflow-savedmodel"
    kind: Kind = "model"
    suffix = ""
    library = "tensorflow"
    extra = "tensorflow"
    label = "TensorFlow SavedModel"

    def takes(self, value: Any) -> bool:
        import tensorflow

        return isinstance(value, (tensorflow.Module, tensorflow.__internal__.tracking.AutoTrackable))

    def save(self, value: Any, path: Path, saving: Saving) -> Saved:
        if not saving.allow_pickle:
            raise saving.refuse(
                value, "", "is a program, which runs when it is loaded", "--allow-pickle, or pack its weights as arrays"
            )
        need("tensorflow", self.extra, saving.name).saved_model.save(value, str(path))
        return Saved(needs_trust=True, notes=["it is a program: loading it runs code"])

    def load(self, path: Path, restore: Facts, loading: Loading) -> Any:
        if not loading.trust_code:
            raise trust_needed("a SavedModel", ["the operations of its graph"], path, loading)
        return need("tensorflow", self.extra, loading.name).saved_model.load(str(path))


FORMATS = (SavedModelFormat(),)
