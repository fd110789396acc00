"""Which label each cluster stands for, and the clips that lie in a cluster of another: three lists, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.rows import blocks

AMONG_BACKGROUND = "labelled_among_background"
AMONG_LABELLED = "background_among_labelled"
MIXED = "labels_mixed"
LISTS = (AMONG_BACKGROUND, AMONG_LABELLED, MIXED)
"""The lists of misclustered clips; `PLACES` has them first, in this order."""
PLACES = (*LISTS, "with_its_label", "background", "no_cluster")
"""Where a clip can lie, as `Placement.place` counts: the wrong places, the right one, background in background."""

N_NEIGHBORS = 20
"""Neighbors whose labels put a list in order, as many as the diagnosis looks at."""


@dataclass(frozen=True)
class Placement:
    """Where each clip lies.

    Attributes
    ----------
    stands_for : (k,) int64
        The target that each cluster stands for: 0 for background, -1 for an empty cluster.
    place : (n,) int8
        Into PLACES.

    """

    stands_for: np.ndarray
    place: np.ndarray

    @cached_property
    def misclustered(self) -> np.ndarray:
        """(n,) bool: the clip is on one of the three lists. A clip in no cluster is not: nothing is known of it."""
        return self.place < len(LISTS)

    def members(self, name: str) -> np.ndarray:
        """(n,) bool: clips of the place `name` (of PLACES)."""
        return self.place == PLACES.index(name)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Clips of every place of PLACES."""
        return dict(zip(PLACES, np.bincount(self.place, minlength=len(PLACES)).tolist(), strict=True))


@dataclass(frozen=True)
class Evidence:
    """What its neighbors say against each of m clips; NaN where it has none, and for clips in no cluster.

    Attributes
    ----------
    share : (m,) float64
        Share of its nearest neighbors that speak for the other side: background for a labelled clip among
        background, labelled clips for a background clip among them, clips with other labels alone for a
        clip among other labels. Of clips in the right place: that are not of their kind.
    distance : (m,) float64
        Mean distance to these; infinity without any.

    """

    share: np.ndarray
    distance: np.ndarray


def placement(clusters: np.ndarray, label_matrix: np.ndarray) -> Placement:
    """Where each clip lies.

    A cluster stands for background if more than half of its clips are background, else for the label that most of
    its clips carry (of equals the first); several clusters may stand for the same. So a cluster said to be "mostly
    background" is, even where no single label comes near its background. A clip with several labels is in its
    place if its cluster stands for any of them.

    Parameters
    ----------
    clusters : (n,) ints
        0..k-1, or -1 for none.
    label_matrix : (n, L) bool
        a row without any is background.

    """
    clusters, labels = np.asarray(clusters, np.int64), np.asarray(label_matrix, bool)
    background = ~labels.any(axis=1)
    member = clusters >= 0
    k = int(clusters.max(initial=-1)) + 1
    sizes = np.bincount(clusters[member], minlength=k)
    quiet = np.bincount(clusters[member & background], minlength=k)
    stands_for = np.where(sizes > 0, 0, -1)
    if k and labels.shape[1]:
        most_carried = label_counts(clusters, labels, k).argmax(axis=1) + 1
        stands_for = np.where((sizes > 0) & (2 * quiet <= sizes), most_carried, stands_for)
    of_clip = np.where(member, stands_for[clusters], -1) if k else np.full(len(clusters), -1)
    own = np.zeros(len(clusters), dtype=bool)
    with_label = np.flatnonzero(of_clip > 0)
    own[with_label] = labels[with_label, of_clip[with_label] - 1]
    codes = np.select(
        [~member, background & (of_clip == 0), background, of_clip == 0, ~own],
        [PLACES.index(p) for p in ("no_cluster", "background", AMONG_LABELLED, AMONG_BACKGROUND, MIXED)],
        PLACES.index("with_its_label"),
    )
    return Placement(stands_for.astype(np.int64), codes.astype(np.int8))


def label_counts(clusters: np.ndarray, label_matrix: np.ndarray, k: int) -> np.ndarray:
    """(k, L) int64: clips of each cluster that carry each label; clips in no cluster (-1) do not count."""
    rows, columns = np.nonzero(label_matrix)
    clustered = clusters[rows] >= 0
    width = label_matrix.shape[1]
    cells = clusters[rows[clustered]] * width + columns[clustered]
    return np.bincount(cells, minlength=k * width).reshape(k, width)


def evidence(graph: KnnGraph, label_matrix: np.ndarray, places: Placement, at: np.ndarray) -> Evidence:
    """Return what the nearest neighbors say against the clips `at` (m,) positions; see `Evidence`.

    Parameters
    ----------
    graph
        Best of other recordings alone, since clips of one recording share its noise.
    label_matrix : (n, L) bool

    """
    at = np.asarray(at, np.int64)
    k = min(N_NEIGHBORS, graph.k)
    labels = np.asarray(label_matrix, bool)
    background, packed = ~np.any(labels, axis=1), np.packbits(labels, axis=1)
    share, distance = np.full(len(at), np.nan), np.full(len(at), np.nan)
    for start, stop in blocks(len(at), k * (16 + packed.shape[1])):
        part = at[start:stop]
        indices = np.asarray(graph.indices[part, :k])
        valid, theirs = indices >= 0, np.maximum(indices, 0)
        quiet, shared = background[theirs], (packed[theirs] & packed[part, None]).any(axis=2)
        own_place = places.place[part, None]
        speaks_against = valid & np.select(
            [
                background[part, None],
                own_place == PLACES.index(AMONG_BACKGROUND),
                own_place == PLACES.index(MIXED),
            ],
            [~quiet, quiet, ~quiet & ~shared],
            ~shared,
        )
        known = valid.any(axis=1) & (own_place[:, 0] != PLACES.index("no_cluster"))
        count = speaks_against.sum(axis=1)
        of_all = count / np.maximum(valid.sum(axis=1), 1)
        total = np.where(speaks_against, graph.distances[part, :k], 0).sum(axis=1, dtype=np.float64)
        near = np.where(count > 0, total / np.maximum(count, 1), np.inf)
        share[start:stop], distance[start:stop] = np.where(known, [of_all, near], np.nan)
    return Evidence(share, distance)


def worst_first(evidence: Evidence) -> np.ndarray:
    """(m,) int64 order of clips, the worst first.

    The more of a clip's neighbors speak against it, the worse; of equals the nearer these are. Clips without
    neighbors come last.
    """
    return np.lexsort((evidence.distance, -np.nan_to_num(evidence.share, nan=-1.0)))
