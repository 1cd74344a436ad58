"""Keras models come back with their predictions, weights and optimizer; own code in them is refused by its place."""

from __future__ import annotations

import os

import pytest

from tests.capture.formats.trips import Trip, run

pytestmark = [pytest.mark.libraries, pytest.mark.timeout(600)]

PREAMBLE = """
import zipfile
import keras
import numpy as np
from keras import layers
X = np.linspace(0, 1, 24, dtype="f4").reshape(8, 3)
def trained(model, **options):
    model.compile(**{"optimizer": "adam", "loss": "mse", "metrics": ["mae"], **options})
    model.fit(X, X[:, :1], epochs=2, verbose=0, shuffle=False)
    return model
def start():
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
def same(a, b):
    return len(a) == len(b) and all(np.array_equal(one, other) for one, other in zip(a, b))
def numbers(model):
    return [keras.ops.convert_to_numpy(each) for each in model.optimizer.variables]
def branches():
    there = keras.Input((3,))
    shared = layers.Dense(3, activation="gelu", kernel_regularizer="l2", name="twice")
    x = shared(shared(there)) + keras.ops.sin(there)
    return keras.Model(there, layers.Dense(1)(layers.Dropout(0.2)(layers.BatchNormalization()(x))))
def relu(x):
    return x * 2
"""
SAME = (
    "same(back.get_weights(), value.get_weights())"
    " and same([back.predict(X, verbose=0)], [value.predict(X, verbose=0)])"
)
MAKE = "start()\nvalue = "
TRIPS = {
    "a sequence": Trip(
        MAKE + "trained(keras.Sequential([keras.Input((3,)), layers.Dense(4, 'relu'), layers.Dense(1)]))",
        SAME + " and same(numbers(back), numbers(value)) and type(back.optimizer) is type(value.optimizer)"
        " and back.loss == value.loss",
        kind="model",
    ),
    "branches": Trip(MAKE + "trained(branches(), loss=keras.losses.Huber())", SAME, kind="model"),
    "a schedule": Trip(
        MAKE + "trained(branches(),"
        " optimizer=keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(.1, 9, .9)))",
        SAME + " and back.optimizer.get_config() == value.optimizer.get_config()"
        " and b'backend' not in zipfile.ZipFile(next(root.rglob('*.keras'))).read('config.json')",
        kind="model",
    ),
    "steps": Trip(
        MAKE + "keras.Sequential([keras.Input((3,)), layers.Reshape((3, 1)),"
        " layers.Bidirectional(layers.LSTM(2)), layers.Dense(1, dtype='bfloat16')])",
        SAME,
        kind="model",
    ),
    "a lambda": Trip(
        MAKE + "keras.Sequential([keras.Input((3,)), layers.Lambda(lambda x: x)])",
        refused="x.get_layer('lambda').function (builtins.function): is a function",
    ),
    "own class": Trip(
        "class Mine(layers.Dense): pass\n" + MAKE + "keras.Sequential([keras.Input((3,)), Mine(1)])",
        refused="config['config']['layers'][1] (keras.src.models.sequential.Sequential): Mine is not one of",
    ),
    "own model": Trip(
        "class Net(keras.Model):\n    def call(self, x): return x\nvalue = Net()\nvalue(X)", refused="Net is not one"
    ),
    "own activation with a known name": Trip(
        MAKE + "keras.Sequential([keras.Input((3,)), layers.Dense(1, activation=relu)])",
        refused="x.get_layer('dense').activation (builtins.function): is a function",
    ),
    "own loss": Trip(
        "def mine(a, b): return keras.ops.mean(a - b)\n" + MAKE + "trained(branches(), loss=mine)",
        refused="x.loss (builtins.function): is a function that is not Keras's own",
    ),
    "a module of PyTorch": Trip(
        "import torch\n" + MAKE + "keras.Sequential([layers.TorchModuleWrapper(torch.nn.Linear(3, 1))])\nvalue(X)",
        refused="keras.layers.TorchModuleWrapper runs code",
    ),
    "not built": Trip("value = keras.Sequential([layers.Dense(1)])", refused="has no weights yet"),
}  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "KERAS_BACKEND", "torch")
        return run(TRIPS, tmp_path_factory.mktemp("keras"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_keras_model_comes_back_equal_or_is_refused(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""
