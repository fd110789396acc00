"""When and how the state of a training goes to the disk: every few minutes, within an epoch too, and when it stops."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.training.loop.trainer_state import TrainerState, moments, restore_moments

EVERY_S = 180.0
"""Weights and the optimizer's memory of a large model are gigabytes: not after every short epoch."""
_RANDOM, _RANDOM_ON_DEVICE = "random", "random on device"


class StateKeeper:
    """The state of a training on disk, and the weights of its best epoch, which are written together.

    Parameters
    ----------
    work
        Of the training.
    mutable
        Tensors that training changes, by name.
    device
        That is trained on.
    clock
        Seconds that only grow.

    """

    def __init__(
        self,
        work: TrainingRunDir,
        mutable: Mapping[str, Tensor],
        device: torch.device,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._work, self._mutable, self._device, self._clock = work, mutable, device, clock
        self._saved_at = clock()
        self._best: dict[str, Tensor] | None = None  # not on disk yet

    @property
    def due(self) -> bool:
        """Whether the last saving is long ago."""
        return self._clock() - self._saved_at >= EVERY_S

    def keep_best(self) -> None:
        """Keep the weights as they are now as the best."""
        self._best = {
            name: value.detach().to("cpu", copy=True).contiguous() for name, value in self._mutable.items()
        }

    def best(self) -> Mapping[str, Tensor] | None:
        """Return the weights that were kept last; None where they were damaged on disk."""
        if self._best is not None:
            return self._best
        stored = self._work.load("best")
        return None if stored is None else stored[0]

    def random_state(self) -> dict[str, Tensor]:
        """Return the states of PyTorch's random numbers, on the processor and on the device."""
        states = {_RANDOM: torch.get_rng_state()}
        if self._device.type == "cuda":
            states[_RANDOM_ON_DEVICE] = torch.cuda.get_rng_state(self._device)
        return states

    def save(
        self, at: TrainerState, optimizer: torch.optim.Optimizer | None, random: Mapping[str, Tensor]
    ) -> None:
        """Write the best weights, then the state. Raises DiskFull.

        Parameters
        ----------
        optimizer
            None between two learning rates, when the weights are those of the start.
        random
            See `random_state`; of the place within the epoch.

        """
        if self._best is not None:
            self._work.save("best", self._best, {})
            self._best = None
        tensors = dict(random)
        if optimizer is not None:
            tensors |= {f"net.{name}": value for name, value in self._mutable.items()}
            tensors |= moments(optimizer, self._mutable)
        self._work.save("state", tensors, at.__dict__)
        self._saved_at = self._clock()

    def restore(self, tensors: Mapping[str, Tensor], optimizer: torch.optim.Optimizer) -> None:
        """Put back the optimizer's memory of what `save` wrote; the weights are the caller's."""
        restore_moments(optimizer, self._mutable, tensors)

    def restore_random(self, tensors: Mapping[str, Tensor]) -> None:
        """Put back the states of the random numbers, where some were saved."""
        if _RANDOM in tensors:
            torch.set_rng_state(tensors[_RANDOM])
        if _RANDOM_ON_DEVICE in tensors and self._device.type == "cuda":
            torch.cuda.set_rng_state(tensors[_RANDOM_ON_DEVICE], self._device)
