"""How far a training is, and the optimizer's memory, in a form that can be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass
class TrainerState:
    """How far a training is (JSON-able): all that is not a tensor.

    Attributes
    ----------
    trial
        Which learning rate.
    epoch
        Epochs done of it.
    worse
        Epochs since the trial's best.
    trial_best, best : (metric, -loss)
        Of the best epoch of the trial, of all.
    micro
        Clips that fit into memory at once.
    trials
        The curves, a mapping a learning rate: "learning_rate", "epochs", "stopped" (a sentence or "").
    best_at
        {"trial", "epoch"} of `best`.
    start
        Validation measures of epoch 0, the linear probe; None where the classifier starts at random.
    scaler
        State of the gradient scaler (float16 only).
    step
        Steps done of the epoch that runs.
    so_far
        Of these steps: summed "loss", its "scale", "seconds" and "busy" seconds.

    """

    trial: int
    epoch: int
    worse: int
    trial_best: list[float] | None
    best: list[float] | None
    micro: int
    trials: list[dict]
    best_at: dict | None
    scaler: dict
    start: dict | None = None
    step: int = 0
    so_far: dict | None = None

    @property
    def seconds(self) -> float:
        """Time that the epochs done have taken, with their validation; in seconds."""
        epochs = [epoch for trial in self.trials for epoch in trial["epochs"]]
        return sum(epoch.get("seconds", 0.0) + epoch.get("valid_seconds", 0.0) for epoch in epochs)


def moments(optimizer: torch.optim.Optimizer, named: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return what the optimizer remembers of each named parameter, as "opt/<name>/<what>"."""
    return {
        f"opt/{name}/{moment}": value
        for name, parameter in named.items()
        for moment, value in optimizer.state.get(parameter, {}).items()
    }


def restore_moments(
    optimizer: torch.optim.Optimizer, named: Mapping[str, Tensor], stored: Mapping[str, Tensor]
) -> None:
    """Give a new optimizer what `moments` told; other entries of `stored` are passed over."""
    for key, value in stored.items():
        if key.startswith("opt/"):
            _, name, moment = key.split("/")
            optimizer.state[named[name]][moment] = _like(value, named[name])


def _like(value: torch.Tensor, parameter: torch.Tensor) -> torch.Tensor:
    """Return a tensor in the memory layout of its parameter, so that sums come out in the same order as before."""
    if value.shape != parameter.shape:
        return value  # the step count stays on the CPU
    return torch.empty_like(parameter, dtype=value.dtype).detach().copy_(value)
