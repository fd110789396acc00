"""The clips that all stages work on, and what one stage leaves for the next, kept in a folder for all processes."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph, knn_both
from bioviz.analysis.projection.layouts import ProjectionSpec, project
from tests.bench.bench_analysis import LABELS, clips

K = 50
PERPLEXITY = 25
KEPT = 15
"""Neighbors of which it is counted how many a map keeps."""
SAMPLE = 3000
"""Clips of which that is counted."""


class Inputs:
    """So many clips of a field-like set (`bench_analysis.clips`), Euclidean.

    Parameters
    ----------
    folder
        Where what takes long is kept.

    """

    def __init__(self, n: int, folder: Path) -> None:
        self.n, self.folder = n, folder

    @cached_property
    def parts(self) -> Parts:
        return Parts(*clips(self.n))

    @property
    def x(self) -> np.ndarray:
        return self.parts.x

    @property
    def labels(self) -> np.ndarray:
        """(n, LABELS) bool."""
        return np.eye(LABELS + 1, dtype=bool)[self.parts.targets][:, 1:]

    @cached_property
    def changed(self) -> np.ndarray:
        """(n, d) float32: the same clips as another model might embed them."""
        noise = np.random.default_rng(1).normal(size=self.x.shape).astype(np.float32)
        return self.x + self.x.std() / 2 * noise

    @cached_property
    def graph(self) -> KnnGraph:
        """Exact, of all clips, with what t-SNE reads."""
        return self._both("graph", self.x)[0]

    @cached_property
    def both(self) -> tuple[KnnGraph, KnnGraph]:
        """The same, and the one of other recordings."""
        return self._both("graph", self.x)

    @cached_property
    def both_changed(self) -> tuple[KnnGraph, KnnGraph]:
        return self._both("changed", self.changed)

    @cached_property
    def xy(self) -> np.ndarray:
        """(n, 2) float32 map."""
        path = self.folder / f"xy-{self.n}.npy"
        if not path.exists():
            np.save(path, project(self.x, ProjectionSpec("umap_parallel", K), self.graph))
        return np.load(path)

    def _both(self, name: str, x: np.ndarray) -> tuple[KnnGraph, KnnGraph]:
        path = self.folder / f"{name}-{self.n}.npz"
        if not path.exists():
            graphs = knn_both(
                x, min(3 * PERPLEXITY, self.n - 1), self.parts.recording, "euclidean", exact_up_to=self.n
            )
            names = ("all", "all_far", "other", "other_far")
            arrays = (part for graph in graphs for part in (graph.indices, graph.distances))
            np.savez(path, **dict(zip(names, arrays, strict=True)))
        with np.load(path) as stored:
            return (
                KnnGraph(stored["all"], stored["all_far"], "euclidean"),
                KnnGraph(stored["other"], stored["other_far"], "euclidean", grouped=True),
            )


class Parts(NamedTuple):
    """As `bench_analysis.clips` returns them: (n, d), and (n,) each."""

    x: np.ndarray
    targets: np.ndarray
    recording: np.ndarray
    snr: np.ndarray


def kept(near: np.ndarray, xy: np.ndarray) -> float:
    """Share of the first KEPT neighbors (n, k) that are among as many nearest on the map, of `SAMPLE` clips."""
    from sklearn.neighbors import NearestNeighbors

    k = min(KEPT, near.shape[1])
    rows = np.random.default_rng(0).choice(len(xy), min(SAMPLE, len(xy)), replace=False)
    found = NearestNeighbors(n_neighbors=k + 1).fit(xy).kneighbors(xy[rows], return_distance=False)
    shares = [
        len(np.intersect1d(near[row, :k], others[others != row][:k])) / k
        for row, others in zip(rows, found, strict=True)
    ]
    return float(np.mean(shares))
