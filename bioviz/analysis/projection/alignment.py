"""Making two maps of the same clips comparable, so that a clip's movement means something."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.errors import BadInput


@dataclass(frozen=True)
class Similarity:
    """x -> scale * x @ rotation + shift: distances keep their ratios, nothing is stretched or bent.

    Attributes
    ----------
    scale
        Above 0.
    rotation : (2, 2) float64
        Orthogonal; with a mirror where its determinant is -1.
    shift : (2,) float64
    misfit
        What is left of the spread of the map that was aligned to, 0 (the maps agree) to 1 (nothing in
        common); NaN where it was not fitted.

    """

    scale: float
    rotation: np.ndarray
    shift: np.ndarray
    misfit: float = float("nan")

    def __call__(self, xy: np.ndarray) -> np.ndarray:
        """(n, 2) float32; NaN stays NaN."""
        return (self.scale * np.asarray(xy, np.float64) @ self.rotation + self.shift).astype(np.float32)


IDENTITY = Similarity(1.0, np.eye(2), np.zeros(2))


def procrustes(target: np.ndarray, moving: np.ndarray) -> Similarity:
    """Return the similarity that brings `moving` closest to `target`, both (n, 2), row by row (Schönemann 1970).

    With centred A (target) and B (moving) and the singular values of B'A = U S V': rotation = U V', which minimises
    the sum of |scale * moving_i @ rotation + shift - target_i|^2; scale = |A| / |B|, so that both maps spread equally
    (the scale of least squares, sum(S) / |B|^2, would shrink a map that has little in common with the other, as if its
    clips had drawn together); misfit = 1 - sum(S)^2 / (|A|^2 |B|^2).
    Rows with NaN on either side do not count. With fewer than two different places on a side only the middle is moved.
    """
    target, moving = np.asarray(target, np.float64), np.asarray(moving, np.float64)
    if len(target) != len(moving):
        raise BadInput(f"Maps of {len(target)} and {len(moving)} clips cannot be aligned clip by clip.")
    good = np.isfinite(target).all(axis=1) & np.isfinite(moving).all(axis=1)
    if not good.any():
        return IDENTITY
    a, b = target[good], moving[good]
    middle_a, middle_b = a.mean(axis=0), b.mean(axis=0)
    a, b = a - middle_a, b - middle_b
    size_a, size_b = (a**2).sum(), (b**2).sum()
    if not size_a or not size_b:
        return Similarity(1.0, np.eye(2), middle_a - middle_b)
    u, s, vt = np.linalg.svd(b.T @ a)
    rotation = u @ vt
    scale = np.sqrt(size_a / size_b)
    misfit = float(np.clip(1 - s.sum() ** 2 / (size_a * size_b), 0, 1))
    return Similarity(float(scale), rotation, middle_a - scale * middle_b @ rotation, misfit)


def starting_places(known: np.ndarray, graph: KnnGraph) -> np.ndarray:
    """(n, 2) float32 places to start a map from: those known, else the middle of the known neighbors'.

    Parameters
    ----------
    known : (n, 2)
        NaN for clips that the other map lacks.
    graph
        Neighbors of the n clips.

    """
    places = np.array(known, dtype=np.float32)
    placed = np.all(np.isfinite(places), axis=1)
    if placed.all() or not placed.any():
        return places
    missing = np.flatnonzero(~placed)
    near = np.asarray(graph.indices)[missing]
    usable = (near >= 0) & placed[np.maximum(near, 0)]
    sums = np.where(usable[:, :, None], places[np.maximum(near, 0)], 0).sum(axis=1)
    count = usable.sum(axis=1, keepdims=True)
    middle = places[placed].mean(axis=0)
    places[missing] = np.where(count > 0, sums / np.maximum(count, 1), middle)
    return places
