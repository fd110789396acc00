"""What a learner is fed: waveforms made into features each time, or embeddings where nothing below the head learns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bioviz.embedding.compute import decoding_threads
from bioviz.models.encoder import TorchModel
from bioviz.training.data.augment import Draws, change, draw, hide
from bioviz.training.data.waveform_cache import WaveformCache
from bioviz.training.settings import TrainSettings

MOST_READERS = 4
"""Threads that read and augment clips ahead of a training; fewer where there are fewer cores."""


@dataclass(frozen=True)
class Batch:
    """Clips of one step: their rows, what was read of them (n, ...), and the masks (n, 4) to come, if any."""

    rows: np.ndarray
    values: Tensor
    masks: np.ndarray | None = None

    def part(self, piece: slice) -> Batch:
        masks = None if self.masks is None else self.masks[piece]
        return Batch(self.rows[piece], self.values[piece], masks)

    def pinned(self) -> Batch:
        """Return the batch in memory from which a GPU copies by itself."""
        return Batch(self.rows, self.values.pin_memory(), self.masks)


class WaveInput:
    """Waveforms, augmented in training.

    Parameters
    ----------
    model
        Opened; its features are taken.
    background
        Rows that may be mixed in.

    """

    def __init__(
        self,
        waves: WaveformCache,
        model: TorchModel,
        settings: TrainSettings,
        background: np.ndarray,
    ) -> None:
        self._waves, self._model, self._settings = waves, model, settings
        self._background = background

    @property
    def device(self) -> torch.device:
        return self._model.device

    def read(self, rows: np.ndarray, rng: np.random.Generator | None) -> Batch:
        """Return the clips as they are, or augmented by `rng`. Runs in a thread ahead of the device."""
        waveforms = self._waves.take(rows)
        if rng is None or not self._settings.augments:
            return Batch(rows, torch.from_numpy(waveforms))
        draws: Draws = draw(self._settings, len(rows), self._background, rng)
        mixed = draws.background[draws.background >= 0]
        quiet = self._waves.take(mixed) if len(mixed) else waveforms[:0]
        changed = change(waveforms, quiet, draws)
        return Batch(rows, torch.from_numpy(changed), draws.masks if self._settings.spec_augment else None)

    def prepare(self, batch: Batch) -> Tensor:
        """Features on the device, in float32, without gradient."""
        with torch.no_grad():
            waveforms = batch.values.to(self.device, non_blocking=True)
            features = self._model.features(waveforms, self._waves.rate)
            return features if batch.masks is None else hide(features, batch.masks)


class EmbeddingInput:
    """Embeddings (N, D) float32, computed once."""

    def __init__(self, embeddings: np.ndarray, device: torch.device) -> None:
        self._embeddings, self.device = embeddings, device

    def read(self, rows: np.ndarray, rng: np.random.Generator | None) -> Batch:
        return Batch(rows, torch.from_numpy(self._embeddings[rows]))

    def prepare(self, batch: Batch) -> Tensor:
        return batch.values.to(self.device, non_blocking=True)


Input = WaveInput | EmbeddingInput


def batches(
    source: Input, steps: list[np.ndarray], seed: tuple[int, ...] | None, first: int = 0
) -> Iterator[Batch]:
    """Read the clips of every step (rows each), by several threads some steps ahead of the loop, in order.

    Parameters
    ----------
    seed
        Of the augmentation, together with the step's number; None leaves clips as they are.
    first
        Step to begin with.

    """
    pinned = source.device.type == "cuda"
    readers = min(decoding_threads(), MOST_READERS)

    def read(index: int) -> Batch:
        rng = None if seed is None else np.random.default_rng([*seed, index])
        batch = source.read(steps[index], rng)
        return batch.pinned() if pinned else batch

    with ThreadPoolExecutor(readers, thread_name_prefix="batches") as threads:
        coming = deque(
            threads.submit(read, index) for index in range(first, min(first + readers, len(steps)))
        )
        try:
            for index in range(first, len(steps)):
                batch = coming.popleft().result()
                if index + readers < len(steps):
                    coming.append(threads.submit(read, index + readers))
                yield batch
        finally:
            for future in coming:
                future.cancel()


def chunks(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """Parts of nearly equal size, `size` at most: a last part of a single clip would upset normalisation."""
    return np.array_split(rows, -(-len(rows) // size)) if len(rows) else []
