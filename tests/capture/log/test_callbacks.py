"""Training libraries report to the log by a callback of a line; each with its real library."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.errors import MissingDependency


@pytest.fixture(autouse=True)
def new_run() -> Iterator[None]:
    kit.log_clear()
    yield
    kit.log_clear()


@pytest.mark.parametrize("name", ["transformers", "keras", "lightning", "accelerate"])
def test_a_library_that_is_not_installed_is_named_with_its_command(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (name, "lightning.pytorch.loggers.logger", "accelerate.tracking"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependency, match=rf"kit\.callbacks\.{name}\(\) needs the library {name}") as caught:
        getattr(kit.callbacks, name)()
    assert caught.value.hint.endswith(f"-m pip install {name}")


def steps(name: str) -> tuple[int, ...]:
    return kit.logged()[name].steps


@pytest.mark.libraries
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_keras_reports_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras: Any = pytest.importorskip("keras")
    pytest.importorskip("torch")
    import numpy

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.125), loss="mse", metrics=["mae"])
    x = numpy.ones((8, 2), "f4")
    callback = kit.callbacks.keras()
    told = model.fit(x, x[:, :1], epochs=3, validation_split=0.5, verbose=0, callbacks=[callback]).history
    assert steps("loss") == steps("val_mae") == (0, 1, 2)
    assert kit.logged()["val_loss"].last == pytest.approx(told["val_loss"][-1])
    assert kit.logged().params == {"optimizer": "sgd", "learning_rate": 0.125, "epochs": 3}


@pytest.mark.libraries
@pytest.mark.timeout(300)
def test_a_trainer_of_transformers_reports_its_logs(tmp_path: Path) -> None:
    transformers: Any = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    torch: Any = pytest.importorskip("torch")

    class Line(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1))

        def forward(self, x: Any = None, labels: Any = None) -> Any:
            return {"loss": ((x * self.weight - labels) ** 2).mean(), "logits": x}

    trainer = transformers.Trainer(
        Line(),
        transformers.TrainingArguments(
            str(tmp_path), max_steps=4, logging_steps=2, save_strategy="no", report_to=[], use_cpu=True, seed=7,
            disable_tqdm=True,
        ),
        train_dataset=[{"x": float(at), "labels": 2.0 * at} for at in range(8)],
        callbacks=[kit.callbacks.transformers()],
    )  # fmt: skip
    trainer.train()
    assert steps("loss") == (2, 4) and steps("train_loss") == (4,)
    assert kit.logged().params["max_steps"] == 4 and kit.logged().params["seed"] == 7


@pytest.mark.libraries
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore")
def test_a_trainer_of_lightning_reports_metrics_and_hyperparameters(tmp_path: Path) -> None:
    lightning: Any = pytest.importorskip("lightning")
    import torch

    class Line(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self, lr: float) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch: Any, at: int) -> Any:
            loss = (self.layer(batch[0]) ** 2).mean()
            self.log("train/loss", loss)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.125)

    data = torch.utils.data.TensorDataset(torch.ones(8, 1))
    trainer = lightning.Trainer(
        max_epochs=2, log_every_n_steps=1, logger=kit.callbacks.lightning(), accelerator="cpu",
        default_root_dir=tmp_path, enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False,
    )  # fmt: skip
    trainer.fit(Line(lr=0.125), torch.utils.data.DataLoader(data, batch_size=4))
    assert steps("train/loss") == (0, 1, 2, 3) and kit.logged().params == {"lr": 0.125}


@pytest.mark.libraries
@pytest.mark.timeout(300)
def test_a_tracker_of_accelerate_takes_what_a_loop_logs() -> None:
    accelerate: Any = pytest.importorskip("accelerate")
    accelerator = accelerate.Accelerator(log_with=kit.callbacks.accelerate(), cpu=True)
    accelerator.init_trackers("mine", config={"lr": 0.125, "model": object()})
    for step in range(3):
        accelerator.log({"loss": 1 / (step + 1), "note": "text", "nan": math.nan}, step=step)
    accelerator.end_training()
    assert steps("loss") == steps("nan") == (0, 1, 2) and kit.logged().params == {"lr": 0.125}
