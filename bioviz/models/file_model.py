"""A model file as a model: clips cut into windows of the file's length, their embeddings averaged."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from bioviz.errors import BadInput
from bioviz.models.base import Graph, ModelCard
from bioviz.models.runtimes.session import Session

SHORTEST_S = 0.1
"""A file for clips of any length gets at least this much, with silence after the clip: its layers need some sound."""


@dataclass
class FileModel:
    """A loaded model file with its card; see `base.Model`. It runs on the CPU and cannot be fine-tuned."""

    card: ModelCard
    checkpoint: str
    fingerprint: str
    session: Session
    precision: str = "float32"
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def embed(self, waveforms: Tensor, rate: int) -> Tensor:
        if waveforms.ndim != 2:
            raise BadInput(f"{self.card.title} wants shape (B, T), not {tuple(waveforms.shape)}.")
        if self.card.sample_rate != rate:
            raise BadInput(f"{self.card.title} wants sound at {self.card.sample_rate} Hz, not {rate} Hz.")
        rows = [self._run(row)[0] for row in waveforms.detach().cpu().numpy()]
        return torch.from_numpy(np.stack(rows)) if rows else torch.empty((0, self.card.dim))

    def embed_and_score(self, waveforms: Tensor, rate: int) -> Tensor:
        """(B, T) waveforms to (B, dim + scores): `embed`, and the scores of the same pass behind it.

        Raises
        ------
        BadInput
            As `embed`; and the card names no scores.

        """
        if not graph_of(self.card).scores:
            raise BadInput(f"{self.card.title} gives no scores.")
        pairs = [self._run(row) for row in waveforms.detach().cpu().numpy()]
        return torch.from_numpy(np.stack([np.concatenate(pair) for pair in pairs]))

    def to(self, device: str | torch.device) -> FileModel:
        return self  # the file's runtime is on the CPU, wherever the rest of the work is done

    def _run(self, waveform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(T,) to (dim,) and (scores,) float32."""
        graph, window = graph_of(self.card), window_samples(self.card)
        hop = max(1, round(graph.hop_s * (self.card.sample_rate or 0)))
        if window is None:
            cut = windows(waveform, max(len(waveform), round(SHORTEST_S * (self.card.sample_rate or 0))), hop)
        else:
            cut = windows(waveform, window, hop)
        if graph.peak is not None:
            cut = scaled_to_peak(cut, graph.peak)
        outputs = [self.session.run(each) for each in cut]
        embedded = np.stack([pooled(each.embedding) for each in outputs])
        if embedded.shape[1] != self.card.dim:
            raise BadInput(
                f"The file of {self.card.title} gives {embedded.shape[1]} numbers, not the {self.card.dim} of its "
                "card. Is it another version?"
            )
        scores = [highest(each.scores) for each in outputs if each.scores is not None]
        best = np.max(scores, axis=0) if scores else np.zeros(0, np.float32)
        return embedded.mean(axis=0, dtype=np.float64).astype(np.float32), best


def graph_of(card: ModelCard) -> Graph:
    """How a card's file is run. Raises AssertionError for a card without one."""
    assert card.graph is not None, card.name
    return card.graph


def window_samples(card: ModelCard) -> int | None:
    """Return samples of one window of a card with a file; None where it takes clips of any length."""
    assert card.sample_rate is not None, card.name
    return None if card.window_s is None else round(card.sample_rate * card.window_s)


def windows(waveform: np.ndarray, window: int, hop: int) -> np.ndarray:
    """Cut a clip into windows that cover all of it.

    They start every `hop` samples; the last one ends where the clip ends, so that no sound is left out and none is
    padded. A clip shorter than a window is followed by silence.

    Parameters
    ----------
    waveform : (T,) float32
    window, hop : int
        In samples.

    Returns
    -------
    (n, window) float32, n >= 1

    """
    if len(waveform) <= window:
        return np.pad(waveform, (0, window - len(waveform)))[None]
    last = len(waveform) - window
    starts = [*range(0, last, hop), last]
    return np.stack([waveform[start : start + window] for start in starts])


def scaled_to_peak(cut: np.ndarray, peak: float) -> np.ndarray:
    """(n, T) windows, each with its mean taken off and its largest absolute sample at `peak`; silence stays silence.

    As Perch's own programs do it (perch-hoplite, `normalize_audio`).
    """
    centred = cut - cut.mean(axis=1, keepdims=True)
    largest = np.abs(centred).max(axis=1, keepdims=True)
    return np.where(largest > 0, centred / np.where(largest > 0, largest, 1) * peak, centred).astype(
        np.float32
    )


def pooled(values: np.ndarray) -> np.ndarray:
    """Return the values of an embedding's tensor (..., dim) as one vector (dim,): the mean over all other axes."""
    return values.reshape(-1, values.shape[-1]).mean(axis=0, dtype=np.float64)


def highest(values: np.ndarray) -> np.ndarray:
    """Return the scores (..., S) of a window as (S,) float32: the highest over all other axes, such as frames."""
    return values.reshape(-1, values.shape[-1]).max(axis=0).astype(np.float32)
