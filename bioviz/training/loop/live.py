"""The loss of every batch, on disk for the page while an epoch runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from bioviz.training.loop.run_dir import TrainingRunDir

MAX_POINTS = 500  # points, an even number; with as many, two neighbors become their mean
EVERY_S = 1.0


class LiveLoss:
    """Losses of the batches of the trial that runs, thinned, written at most once a second.

    What is written: {"trial", "per_epoch" (steps), "every" (steps in a point), "losses"}. The point i stands at
    (i + 1/2) * every / per_epoch epochs.

    Parameters
    ----------
    work : Work
    per_epoch : int
        Steps in an epoch.
    clock : callable
        Seconds that only grow.
    """

    def __init__(
        self, work: TrainingRunDir, per_epoch: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._work, self._per_epoch, self._clock = work, per_epoch, clock
        self._trial, self._every = 0, 1
        self._losses: list[float] = []
        self._open: list[float] = []
        self._written = -EVERY_S

    def begin(self, trial: int, epoch: int, step: int = 0) -> None:
        """Begin an epoch (from 0) of a trial, or go on at a step of it; of later steps nothing stays."""
        stored = self._work.live() if not self._losses else None
        if stored and stored["trial"] == trial and stored["per_epoch"] == self._per_epoch:
            self._trial, self._every, self._losses = trial, stored["every"], stored["losses"]
        if trial != self._trial:
            self._every, self._losses = 1, []
        self._trial, self._open = trial, []
        del self._losses[(epoch * self._per_epoch + step) // self._every :]

    def add(self, loss: float) -> None:
        """Take in the mean loss of a batch."""
        self._open.append(loss)
        if len(self._open) >= self._every:
            self._losses.append(sum(self._open) / len(self._open))
            self._open = []
        if len(self._losses) >= MAX_POINTS:
            pairs = zip(self._losses[::2], self._losses[1::2], strict=True)
            self._losses = [(first + second) / 2 for first, second in pairs]
            self._every *= 2
        if self._clock() - self._written >= EVERY_S:
            self.write()

    def write(self) -> None:
        """Write what there is."""
        self._written = self._clock()
        about = {"trial": self._trial, "per_epoch": self._per_epoch, "every": self._every}
        self._work.write_live({**about, "losses": self._losses})
