"""Models of further libraries, with the libraries that make them; each is skipped without its library."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture.formats.trips import Trip, run

pytestmark = [pytest.mark.libraries, pytest.mark.timeout(600)]
BATCHES = {
    "spacy": (
        """
import spacy
from spacy.language import Language
from spacy.training import Example
if not Language.has_factory("mine"):
    Language.component("mine", func=lambda doc: doc)
def trained(*more):
    spacy.util.fix_random_seed(0)
    found = spacy.blank("en")
    for each in ("sentencizer", "entity_ruler", "ner", *more):
        found.add_pipe(each)
    one = Example.from_dict(found.make_doc("Paris is nice"), {"entities": [(0, 5, "CITY")]})
    found.initialize(lambda: [one])
    found.get_pipe("entity_ruler").add_patterns([{"label": "FRUIT", "pattern": "apple"}])
    return found
def read(nlp):
    doc = nlp("Paris ate an apple. It did.")
    return [(each.text, each.ent_type_, each.is_sent_start) for each in doc]
""",
        {
            "a pipeline": Trip(
                "value = trained()", "type(back) is type(value) and read(back) == read(value)", kind="model"
            ),
            "own component": Trip(
                "value = trained('mine')", refused="x config [components.mine] factory = \"mine\" (spacy."
            ),
        },
    ),
    "prophet": (
        """
import numpy as np, pandas as pd, prophet
DAYS = pd.DataFrame({"ds": pd.date_range("2024", periods=40), "y": np.arange(40.0) + np.tile([1, 5], 20)})
def predicted(model): return model.predict(DAYS)[["ds", "yhat", "trend", "weekly"]]
""",
        {
            "a forecast": Trip(
                "value = prophet.Prophet(uncertainty_samples=0).fit(DAYS, seed=1)",
                "type(back) is type(value) and predicted(back).equals(predicted(value))",
                kind="model",
            ),
            "not fitted": Trip("value = prophet.Prophet()", refused="have already been fit"),
        },
    ),
    "statsmodels": (
        """
import numpy as np, statsmodels.api as sm
X = np.arange(20.0).reshape(10, 2) ** 1.5
""",
        {
            "a result": Trip("value = sm.OLS(X[:, 0], X).fit()", refused="x.summary().as_text()"),
            "a model": Trip("value = sm.OLS(X[:, 0], X)", refused="as pickles only"),
        },
    ),
    "zarr": (
        """
import numpy as np, zarr
A = np.arange(12).reshape(3, 4)
group = zarr.create_group(zarr.storage.MemoryStore(), attributes={"by": "me"})
group.create_array("x/y", data=A, chunks=(2, 2), attributes={"unit": "m"})
group.create_array("z", data=A.astype("f4"), chunks=(2, 4), shards=(4, 4))
""",
        {
            "a group": Trip(
                "value = group",
                "type(back) is type(value) and dict(back.attrs) == {'by': 'me'} and np.array_equal(back['x/y'][:], A)"
                " and back['x/y'].chunks == (2, 2) and np.array_equal(back['z'][:], A) and dict(back['x/y'].attrs)",
            ),
            "an array inside": Trip(
                "value = group['x/y']",
                "type(back) is type(value) and np.array_equal(back[:], A) and back.dtype == A.dtype",
            ),
            "the older kind": Trip(
                "value = zarr.create_array(zarr.storage.MemoryStore(), data=A, zarr_format=2, chunks=(2, 2))",
                "back.metadata == value.metadata and np.array_equal(back[:], A)",
            ),
            "pickles": Trip(
                "import numcodecs\nvalue = zarr.create_array(zarr.storage.MemoryStore(), shape=(2,), zarr_format=2,"
                " dtype='i8', chunks=(2,))\n"
                "import json\nfrom zarr.core.buffer import default_buffer_prototype as proto\n"
                "held = value.store._store_dict\ntold = json.loads(held['.zarray'].to_bytes())\n"
                "told['filters'] = [{'id': 'pickle', 'protocol': 5}]\n"
                "held['.zarray'] = proto().buffer.from_bytes(json.dumps(told).encode())",
                refused="has the codec 'pickle'",
            ),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("library", BATCHES)
def test_the_values_of_a_library_come_back_equal_or_are_refused(library: str, tmp_path: Path) -> None:
    pytest.importorskip(library)
    preamble, trips = BATCHES[library]
    assert {name: told for name, told in run(trips, tmp_path, preamble=preamble).items() if told} == {}
