"""Maps of more clips than are laid out: a sample by label is, and the others are placed by their neighbors in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph, nearest_to
from bioviz.analysis.projection.layouts import ProjectionSpec, project
from bioviz.analysis.rows import Metric, blocks
from bioviz.counts import counted
from bioviz.progress import Progress

VERSION = 1
"""Raised when a sample is drawn, or the others are placed, in another way."""
LAID_OUT_UP_TO = 100_000
"""Clips that are laid out at most; of more it is a sample of so many.

umap-learn with a seed uses one core: 46 s for 50,000 clips, so some minutes for 100,000 and most of an hour for a
million; the browser draws 100,000 points within 6 s.
"""
RARE = 4
"""A label has a place kept for it: a share of the sample, divided by the number of labels and by this."""
NEAREST = 8
"""Neighbors in the sample by which a clip is placed."""
TOGETHER = 4
"""Of these, the ones nearest to each other on the map: of neighbors in two crowds only those in one count, as no clip
belongs between them."""


def is_sampled(spec: ProjectionSpec, clips: int) -> bool:
    """Whether the map of so many clips is laid out for a sample; principal components never are."""
    return clips > LAID_OUT_UP_TO and spec.method != "pca"


def sampled_note(laid_out: int, clips: int) -> str:
    """Say that a map is of a sample."""
    return (
        f"The map is laid out for {laid_out:,} of the {counted(clips, 'clip')}, drawn by lot from every label; each of "
        "the others lies among those of its neighbors that were drawn."
    )


def sample_by_label(targets: np.ndarray, size: int, seed: int) -> np.ndarray:
    """(size,) int64 increasing rows drawn by lot from (n,) `targets`: in proportion, but of rare labels more.

    Of each label as many as there are, up to `size / labels / RARE`, are drawn in any case.
    """
    if size >= len(targets):
        return np.arange(len(targets))
    code, counts = np.unique(targets, return_inverse=True, return_counts=True)[1:]
    least = np.minimum(counts, size // (RARE * len(counts)))
    wanted = least + (size - least.sum()) * (counts - least) / max(1, (counts - least).sum())
    drawn = np.floor(wanted).astype(np.int64)
    left = size - int(drawn.sum())
    drawn[np.argsort(drawn - wanted, kind="stable")[:left]] += 1
    order = np.random.default_rng(seed).permutation(len(targets))
    by_label = np.split(order[np.argsort(code[order], kind="stable")], np.cumsum(counts)[:-1])
    rows = [rows[:count] for rows, count in zip(by_label, drawn.tolist(), strict=True)]
    return np.sort(np.concatenate(rows))


def project_sample(
    x: np.ndarray,
    spec: ProjectionSpec,
    graph: KnnGraph,
    sample: np.ndarray,
    progress: Progress,
    layout: Callable[..., np.ndarray] = project,
) -> np.ndarray:
    """(n, 2) float32: the rows `sample` of an embedding laid out, the others placed by their neighbors.

    Parameters
    ----------
    x : (n, d)
    graph
        Neighbors of all rows, of the spec's metric.
    sample : (s,) int64
        Rows that have an embedding, increasing.
    layout
        Lays out; `project`.

    Raises
    ------
    Cancelled
        Through `progress`.

    """
    drawn = np.asarray(x[sample], dtype=np.float32)
    own = no_neighbors(len(drawn), spec.metric, graph.approximate)
    places = layout(drawn, spec, graph=own, progress=progress)
    return place_others(x, graph, sample, places)


def no_neighbors(rows: int, metric: Metric, approximate: bool) -> KnnGraph:
    """Return a graph without neighbors, of which a layout takes how they are searched for: as in the graph of all."""
    none = np.empty((rows, 0), np.int32), np.empty((rows, 0), np.float32)
    return KnnGraph(*none, metric, approximate=approximate)


def place_others(x: np.ndarray, graph: KnnGraph, sample: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(n, 2) float32: rows of the sample at their `places` (s, 2), each other row among its nearest rows of the sample.

    They are its neighbors in the graph that were drawn; rows that have none of them there are searched for exactly.
    Rows without an embedding have no place.
    """
    n = len(graph.indices)
    xy = np.full((n, 2), np.nan, dtype=np.float32)
    at = np.full(n, -1, dtype=np.int32)
    at[sample] = np.arange(len(sample), dtype=np.int32)
    alone = []
    for start, stop in blocks(n, 64 * graph.k):
        rows = np.arange(start, stop)[at[start:stop] < 0]
        near = graph.indices[rows]
        drawn = np.where(near >= 0, at[near], -1)
        nearest_first = np.argsort(drawn < 0, axis=1, kind="stable")[:, :NEAREST]
        drawn = np.take_along_axis(drawn, nearest_first, axis=1)
        known = drawn[:, 0] >= 0
        xy[rows[known]] = _among(places, drawn[known])
        alone.append(rows[~known])
    others = np.concatenate(alone) if alone else np.empty(0, np.int64)
    if len(others):
        theirs = nearest_to(
            np.asarray(x[sample], np.float32), np.asarray(x[others], np.float32), NEAREST, graph.metric
        ).indices
        known = theirs[:, 0] >= 0
        xy[others[known]] = _among(places, theirs[known])
    xy[sample] = places
    return xy


def _among(places: np.ndarray, neighbors: np.ndarray) -> np.ndarray:
    """(m, 2) mean place of the `TOGETHER` of each row's (m, q) neighbors that are nearest to the most central of them.

    Parameters
    ----------
    neighbors
        Rows of `places`; -1 for none, of which the first is one.

    """
    there = neighbors >= 0
    theirs = places[np.maximum(neighbors, 0)].astype(np.float64)
    apart = np.linalg.norm(theirs[:, :, None] - theirs[:, None], axis=3)
    total = np.where(there[:, None], apart, 0).sum(axis=2)
    central = np.where(there, total, np.inf).argmin(axis=1)
    distance = np.where(there, apart[np.arange(len(apart)), central], np.inf)
    chosen = np.argsort(distance, axis=1, kind="stable")[:, :TOGETHER]
    weight = np.isfinite(np.take_along_axis(distance, chosen, axis=1))[:, :, None]
    together = np.take_along_axis(theirs, chosen[:, :, None], axis=1)
    return (together * weight).sum(axis=1) / weight.sum(axis=1)
