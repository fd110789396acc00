"""Clips to listen to, worst first: calls that may have been missed, labels that may be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion
from bioviz.analysis.neighbors.surroundings import enough_neighbors, neighbors_of, surrounded_p

FALSE_DISCOVERIES = 0.1
"""Share of the clips said to stand out that chance may have brought (Benjamini-Hochberg)."""
MAX_BEYOND = 200
"""Clips listed beyond those that stand out."""


@dataclass(frozen=True)
class Queue:
    """Clips to go through.

    Attributes
    ----------
    rows : (m,) int64
        Worst first; not all of a side where there are many.
    confusion : (m,) float64
        Of each.
    looks_like : (m,) int64
        The target most of whose clips surround it (0 background).
    beyond
        The first so many stand out, of which one in ten may be chance.
    p
        That chance brings any that stand out (Simes); None where it cannot be told.

    """

    rows: np.ndarray
    confusion: np.ndarray
    looks_like: np.ndarray
    beyond: int
    p: float | None


def queues(
    confusion: NoiseConfusion,
    graph: KnnGraph,
    x: np.ndarray,
    background: np.ndarray,
    units: np.ndarray,
    rival: np.ndarray,
    call_score: np.ndarray,
    touched: np.ndarray | None = None,
    seed: int = 0,
) -> tuple[Queue, Queue]:
    """(background clips that look labelled, labelled clips that look like background).

    Clips come first whose neighbors are of the other side more often than explained (`surroundings.surrounded_p`,
    Benjamini-Hochberg); then background by `call_score`, labelled clips by noise confusion. A recording may look
    like background as a whole, but not like a call as a whole: then it is the recording.

    Parameters
    ----------
    graph
        Neighbors judged by, as many as there are.
    x : (n, d)
        Embedding, for more of them.
    background : (n,) bool
    units : (n,) ints
    rival : (n,)
        Target most common among the neighbors besides its own.
    call_score : (n,)
        As from `call_score.call_scores`.
    touched : (n,) bool
        Clips that an annotated call reaches into, too little to give them its label: nobody missed that
        call, so background of this kind is left out.

    """
    background = np.asarray(background, bool)
    looks_like = np.where(background, rival, 0)
    unknown = background if touched is None else background & ~np.asarray(touched, bool)
    like_a_call = np.where(np.isfinite(call_score), call_score, confusion.confusion)
    pair = []
    for side, other, by, whole in (
        (unknown, ~background, like_a_call, False),
        (~background, background, confusion.confusion, True),
    ):
        rows = np.flatnonzero(side & np.isfinite(confusion.confusion))
        if not len(rows):
            pair.append(Queue(rows, np.empty(0), rows, 0, None))
            continue
        p = _p(graph, x, rows, other, units, whole, seed)
        stands_out = (_adjusted(p) <= FALSE_DISCOVERIES) & confusion.confused[rows]
        order = np.lexsort((rows, -by[rows], ~stands_out))[: int(stands_out.sum()) + MAX_BEYOND]
        simes = float(np.min(np.sort(p) * len(p) / np.arange(1, len(p) + 1)))
        rows = rows[order]
        pair.append(Queue(rows, confusion.confusion[rows], looks_like[rows], int(stands_out.sum()), simes))
    return pair[0], pair[1]


def _p(
    graph: KnnGraph,
    x: np.ndarray,
    rows: np.ndarray,
    other: np.ndarray,
    units: np.ndarray,
    whole: bool,
    seed: int,
) -> np.ndarray:
    k = enough_neighbors(float(other.mean()))
    indices = neighbors_of(x, graph, rows, units, k, graph.metric)
    return surrounded_p(indices, rows, other, units, whole, seed)


def _adjusted(p: np.ndarray) -> np.ndarray:
    from scipy.stats import false_discovery_control

    return false_discovery_control(p)
