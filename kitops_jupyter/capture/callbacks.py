"""Callbacks that log what a training library reports, as `kit.log` does: `kit.callbacks.keras()` and others.

Each imports its library when it is called. They never stop a training: what is not a number is left out.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kitops_jupyter.capture.log import LOG, number
from kitops_jupyter.errors import MissingDependency, VariableRefused

_ODD = re.compile(r"[^\w./:@%+ -]+")
# Of a hundred arguments of a Trainer those that people compare runs by; none of them holds a token.
_ARGUMENTS = (
    *("learning_rate", "lr_scheduler_type", "max_steps", "num_train_epochs", "optim", "seed", "warmup_steps"),
    *("gradient_accumulation_steps", "per_device_train_batch_size", "weight_decay"),
)


def transformers() -> Any:
    """A `TrainerCallback`: `Trainer(..., callbacks=[kit.callbacks.transformers()])`. Raises MissingDependency."""
    library = _import("transformers", "transformers")

    class KitCallback(library.TrainerCallback):  # type: ignore[misc, name-defined]
        def on_train_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            if state.is_world_process_zero:
                _log_params({name: getattr(args, name, None) for name in _ARGUMENTS})

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
            if state.is_world_process_zero:
                _log(logs, state.global_step)

    return KitCallback()


def keras() -> Any:
    """A callback of Keras: `model.fit(..., callbacks=[kit.callbacks.keras()])`. Raises MissingDependency."""
    library = _import("keras", "keras")

    class KitCallback(library.callbacks.Callback):  # type: ignore[misc, name-defined]
        def on_train_begin(self, logs: Any = None) -> None:
            config = {}
            with suppress(AttributeError, NotImplementedError, TypeError, ValueError):  # an optimizer of the user's
                config = dict(self.model.optimizer.get_config())
            told = {"optimizer": config.get("name"), "learning_rate": config.get("learning_rate")}
            _log_params({**told, "epochs": (self.params or {}).get("epochs")})

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            _log(logs, epoch)

    return KitCallback()


def lightning() -> Any:
    """A logger of Lightning: `Trainer(logger=kit.callbacks.lightning())`, alone or in a list of several.

    It is one of `pytorch_lightning` where only that is imported. Raises MissingDependency.
    """
    old = "pytorch_lightning" in sys.modules and "lightning" not in sys.modules
    module = "pytorch_lightning" if old else "lightning.pytorch"
    logger = _import(f"{module}.loggers.logger", "lightning")
    on_rank_zero = _import(f"{module}.utilities", "lightning").rank_zero_only

    class KitLogger(logger.Logger):  # type: ignore[misc, name-defined]
        name, version = "kit", 0

        @on_rank_zero  # type: ignore[untyped-decorator]
        def log_hyperparams(self, params: Any, *arguments: Any, **more: Any) -> None:
            _log_params(params if isinstance(params, Mapping) else vars(params))

        @on_rank_zero  # type: ignore[untyped-decorator]
        def log_metrics(self, metrics: Any, step: Any = None) -> None:
            _log(metrics, step)

    return KitLogger()


def accelerate() -> Any:
    """A tracker of Accelerate: `Accelerator(log_with=kit.callbacks.accelerate())`. Raises MissingDependency."""
    library = _import("accelerate.tracking", "accelerate")

    class KitTracker(library.GeneralTracker):  # type: ignore[misc, name-defined]
        name, requires_logging_directory, tracker = "kit", False, None
        main_process_only = True

        def store_init_configuration(self, values: Any) -> None:
            _log_params(values)

        def log(self, values: Any, step: Any = None, **more: Any) -> None:
            _log(values, step)

    return KitTracker()


def _import(module: str, library: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingDependency(library, "", f"kit.callbacks.{library}()") from None


def _log(values: Any, step: Any) -> None:
    """Log those of the values that are numbers."""
    found = {}
    for name, value in dict(values or {}).items():
        with suppress(VariableRefused):
            found[_named(name)] = number(name, value)
    with suppress(VariableRefused):  # more metrics than a run takes
        LOG.log(found, step)


def _log_params(values: Any) -> None:
    """Set those of the parameters that a file can hold."""
    for name, value in dict(values or {}).items():
        with suppress(VariableRefused):
            LOG.log_params({_named(name): value} if value is not None else {})


def _named(name: Any) -> str:
    """The name with what no metric may have replaced."""
    return re.sub(r"^\W+|\W+$", "", _ODD.sub("_", str(name))[:250]) or "_"
