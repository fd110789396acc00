"""What a learner is fed: waveforms made into features each time, or embeddings where nothing below the head learns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bioviz.models.encoder import TorchModel
from bioviz.training.data.augment import Draws, change, draw, hide
from bioviz.training.data.waveform_cache import WaveformCache
from bioviz.training.settings import TrainSettings


@dataclass(frozen=True)
class Batch:
    """Clips of one step: their rows, what was read of them (n, ...), and the masks (n, 4) to come, if any."""

    rows: np.ndarray
    values: np.ndarray
    masks: np.ndarray | None = None

    def part(self, piece: slice) -> Batch:
        masks = None if self.masks is None else self.masks[piece]
        return Batch(self.rows[piece], self.values[piece], masks)


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

    def read(self, rows: np.ndarray, rng: np.random.Generator | None) -> Batch:
        """Return the clips as they are, or augmented by `rng`. Runs in a thread ahead of the device."""
        waveforms = self._waves.take(rows)
        if rng is None or not self._settings.augments:
            return Batch(rows, waveforms)
        draws: Draws = draw(self._settings, len(rows), self._background, rng)
        mixed = draws.background[draws.background >= 0]
        quiet = self._waves.take(mixed) if len(mixed) else waveforms[:0]
        changed = change(waveforms, quiet, draws)
        return Batch(rows, changed, draws.masks if self._settings.spec_augment else None)

    def prepare(self, batch: Batch) -> Tensor:
        """Features on the device, in float32, without gradient."""
        with torch.no_grad():
            waveforms = torch.from_numpy(batch.values).to(self._model.device)
            features = self._model.features(waveforms, self._waves.rate)
            return features if batch.masks is None else hide(features, batch.masks)


class EmbeddingInput:
    """Embeddings (N, D) float32, computed once."""

    def __init__(self, embeddings: np.ndarray, device: torch.device) -> None:
        self._embeddings, self._device = embeddings, device

    def read(self, rows: np.ndarray, rng: np.random.Generator | None) -> Batch:
        return Batch(rows, self._embeddings[rows])

    def prepare(self, batch: Batch) -> Tensor:
        return torch.from_numpy(batch.values).to(self._device)


Input = WaveInput | EmbeddingInput


def batches(source: Input, steps: list[np.ndarray], seed: tuple[int, ...] | None) -> Iterator[Batch]:
    """Read the clips of every step (rows each), one step ahead of the loop.

    Parameters
    ----------
    seed
        Of the augmentation, together with the step's number; None leaves clips as they are.

    """

    def read(index: int) -> Batch:
        rng = None if seed is None else np.random.default_rng([*seed, index])
        return source.read(steps[index], rng)

    with ThreadPoolExecutor(1, thread_name_prefix="batches") as thread:
        coming = deque([thread.submit(read, 0)] if steps else [])
        for index in range(len(steps)):
            batch = coming.popleft().result()
            if index + 1 < len(steps):
                coming.append(thread.submit(read, index + 1))
            yield batch


def chunks(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """Parts of nearly equal size, `size` at most: a last part of a single clip would upset normalisation."""
    return np.array_split(rows, -(-len(rows) // size)) if len(rows) else []
