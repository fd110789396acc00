"""What decides an embedding, as keys: of a recording's block and of a dataset's set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.audio.decode import RESAMPLER
from bioviz.datasets.types import Dataset
from bioviz.store.digest import digest

VERSION = 1  # raise it when windows are cut or blocks are stored in another way


@dataclass(frozen=True)
class Recipe:
    """Everything but the sound that decides an embedding.

    Attributes:
        model, checkpoint, seed, precision: as in `models.registry.open_model`, the precision settled.
        fingerprint: of the model with its precision.
        identity: of the model at float32, by which its sets are found whatever they were computed on.
        rate: samples per second that the model gets, Hz.
        width_s: length of a window, s.
        dim: numbers in an embedding.
    """

    model: str
    checkpoint: str
    seed: int
    precision: str
    fingerprint: str
    identity: str
    rate: int
    width_s: float
    dim: int

    @property
    def width(self) -> int:
        """Samples in a window."""
        return round(self.width_s * self.rate)

    def block_key(self, content_hash: str, starts_s: np.ndarray) -> str:
        """Key of the embeddings of a recording (by its content) for windows starting at `starts_s`."""
        parts = (self.fingerprint, RESAMPLER, self.rate, self.width, content_hash, starts_s)
        return digest("embedding block", VERSION, *parts)


def rows_by_recording(dataset: Dataset) -> list[np.ndarray]:
    """For each recording the (n,) int64 rows of its clips, ascending."""
    of = dataset.clips.recording
    order = np.argsort(of, kind="stable")
    return np.split(order, np.searchsorted(of[order], np.arange(1, len(dataset.recordings))))


def set_key(dataset: Dataset, identity: str, rate: int) -> str:
    """Key of the embeddings of all clips of a dataset; labels, splits and paths do not count.

    Args:
        identity: fingerprint of the model at float32, so that a set is found again whatever it ran on.
        rate: Hz.
    """
    hashes = "\n".join(recording.content_hash for recording in dataset.recordings)
    clips = dataset.clips
    of, starts = clips.recording.astype(np.int64), clips.start_s.astype(np.float64)
    return digest("embedding set", VERSION, identity, rate, dataset.plan.width_s, hashes, of, starts)
