"""Embeddings of which the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph, knn_both


@dataclass(frozen=True)
class Planted:
    x: np.ndarray
    targets: np.ndarray
    labels: np.ndarray
    recording: np.ndarray
    mixed: np.ndarray
    graphs: tuple[KnnGraph, KnnGraph]

    @property
    def background(self) -> np.ndarray:
        return ~self.labels.any(axis=1)

    @property
    def names(self) -> tuple[str, ...]:
        return ("background", *[f"label {i + 1}" for i in range(self.labels.shape[1])])


def planted(
    n=600, labels=3, mixing=0.0, background=0.5, per_recording=10, leak=0.0, seed=0, k=15, shuffle=False
) -> Planted:
    """Labels and background far apart, of which a share `mixing` of labelled clips is drawn from background.

    leak: strength of an offset that all clips of a recording share. shuffle: labels drawn anew at random.
    """
    rng = np.random.default_rng(seed)
    targets = np.where(rng.random(n) < background, 0, rng.integers(1, labels + 1, n))
    recording = np.repeat(np.arange(n // per_recording + 1), per_recording)[:n]
    centres = np.eye(labels + 1, 16) * 12
    mixed = (targets > 0) & (rng.random(n) < mixing)
    x = centres[np.where(mixed, 0, targets)] + rng.normal(size=(n, 16))
    x = (x + leak * rng.normal(size=(recording.max() + 1, 16))[recording]).astype(np.float32)
    if shuffle:
        targets = rng.permutation(targets)
    matrix = np.eye(labels + 1, dtype=bool)[targets][:, 1:]
    return Planted(x, targets, matrix, recording, mixed, knn_both(x, k, recording, "euclidean"))
