"""Noise confusion of each clip: how much of its neighborhood is on the other side of background and labelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.neighborhood import neighbor_count, neighbor_sums

_OF_BACKGROUND, _OF_LABELLED = np.array([-3, -1, 1, 3]) / 8, np.array([-2, -2, 2, 2]) / 8  # of a neighbor
_LEAST_STEP = 1 / 64
COPIES = len(_OF_BACKGROUND)
CONFUSED = 0.5
"""Noise confusion above which a clip counts as confused: more of the other side than by chance."""


@dataclass(frozen=True)
class NoiseConfusion:
    """Per clip; NaN where undefined (no neighbors, or no clip of the other side that could be one).

    Attributes
    ----------
    background_share : (n,) float64
        Share of background among the neighbors.
    base_rate : (n,) float64
        Share of background among the clips that could have been neighbors.
    confusion : (n,) float64
        0 to 1; see `noise_confusion`.

    """

    background_share: np.ndarray
    base_rate: np.ndarray
    confusion: np.ndarray

    def scores(self, background: np.ndarray) -> np.ndarray:
        """(n, COPIES) how much like background each clip looks; see `in_copies`."""
        return in_copies(self.background_share, self.base_rate, background)

    @property
    def confused(self) -> np.ndarray:
        """(n,) bool: confusion above CONFUSED."""
        return np.nan_to_num(self.confusion) > CONFUSED


def noise_confusion(
    graph: KnnGraph, background: np.ndarray, recording: np.ndarray | None = None
) -> NoiseConfusion:
    """Share of the other side among a clip's neighbors, corrected for how common it is.

    With b the share of background among the neighbors of a clip and p its share among all clips that could be
    neighbors (other recordings alone if the graph is grouped), the share that b would be if background and
    labelled clips were equally many is

        s = (b / p) / (b / p + (1 - b) / (1 - p)).

    Noise confusion is s for a labelled clip and 1 - s for a background clip: 0 if no neighbor is of the other
    side, 0.5 if they come as often as by chance, 1 if all are, whatever the share of background in the set.

    Parameters
    ----------
    background : (n,) bool
    recording : (n,) ints
        Needed if `graph.grouped`.

    """
    count = neighbor_count(graph)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = neighbor_sums(graph, np.asarray(background, bool)[:, None])[:, 0].astype(np.float64) / count
    return noise_confusion_of(share, background, recording if graph.grouped else None)


def noise_confusion_of(
    share: np.ndarray, background: np.ndarray, recording: np.ndarray | None
) -> NoiseConfusion:
    """`noise_confusion` from the (n,) share of background among the neighbors, NaN for a clip that takes no part.

    Parameters
    ----------
    recording : (n,) ints
        Where no clip has neighbors in its own recording, else None.

    """
    background = np.asarray(background, dtype=bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        base = base_rates(background, np.isfinite(share), recording)
        score = balanced(share, base)
    return NoiseConfusion(share, base, np.where(background, 1 - score, score))


def in_copies(share: np.ndarray, base: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Balanced share of background of each clip, for AUROC: `COPIES` of it, a little more and a little less.

    A clip does not count to its own base rate, so that of every labelled clip is higher than that of every background
    clip, if by a hair. Of clips with as many background neighbors the labelled one would always have the lower score,
    and those are one pair in eight: an embedding that knows nothing had an AUROC of 0.56 to 0.60. Among the copies of
    two such clips either is higher as often.

    Parameters
    ----------
    share, base : ndarray, shape (n,)
        As in `NoiseConfusion`.
    background : ndarray of bool, shape (n,)

    Returns
    -------
    ndarray, shape (n, COPIES)
    """
    share = np.asarray(share, dtype=np.float64)
    gaps = np.diff(np.unique(share[np.isfinite(share)]))
    step = max(gaps.min(initial=1.0), _LEAST_STEP)  # one neighbor, where all clips have as many
    moved = np.where(np.asarray(background, bool)[:, None], _OF_BACKGROUND, _OF_LABELLED)
    return balanced(np.clip(share[:, None] + step * moved, 0, 1), np.asarray(base)[:, None])


def balanced(share: np.ndarray, base: np.ndarray) -> np.ndarray:
    """(b/p) / (b/p + (1-b)/(1-p)); NaN where p is 0 or 1 (there is nothing to be confused with)."""
    usable = (base > 0) & (base < 1)
    p = np.where(usable, base, 0.5)
    ours, others = share / p, (1 - share) / (1 - p)
    return np.where(usable, ours / (ours + others), np.nan)


def base_rates(background: np.ndarray, valid: np.ndarray, recording: np.ndarray | None) -> np.ndarray:
    """(n,) float64: share of background among the `valid` clips other than the clip, or than its recording."""
    member = np.asarray(valid, dtype=bool)
    hits = (background & member).astype(np.float64)
    group = np.arange(len(member)) if recording is None else np.unique(recording, return_inverse=True)[1]
    own_hits = np.bincount(group, weights=hits, minlength=1)[group]
    own_size = np.bincount(group, weights=member.astype(np.float64), minlength=1)[group]
    left = member.sum() - own_size
    return np.where(left > 0, (hits.sum() - own_hits) / np.maximum(left, 1), np.nan)
