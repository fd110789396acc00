"""What else a clip is like: other targets among its neighbors, by the held-out probe, and by a matched filter."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.diagnosis.rules import Rules
from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.neighborhood import neighbor_count, neighbor_sums


def rivals(graph: KnnGraph, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n,) the target, not one of the clip's own, most common among its neighbors, its share); -1, NaN without."""
    count = neighbor_count(graph)
    sums = np.where(members, -1, neighbor_sums(graph, members))
    rival = np.where(count > 0, sums.argmax(axis=1), -1)
    best = np.maximum(sums.max(axis=1), 0)
    return rival, np.where(count > 0, best / np.maximum(count, 1), np.nan)


def looks_like(
    graph: KnnGraph, members: np.ndarray, probe: np.ndarray | None, rules: Rules, units: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Another label that neighbors and probe agree on.

    Parameters
    ----------
    members : (n, T) bool
        Background first.
    probe : (n, T)
        held-out scores; without them nothing agrees.
    units : (n,) ints
        Such as the recording: clips of one hang together.

    Returns
    -------
    ((n,) its target, -1 for none; (T,) bool, labels about which the two are believed). Not for background.

    """
    n, count = len(members), neighbor_count(graph)
    none = np.full(n, -1, dtype=np.int64), np.zeros(members.shape[1], dtype=bool)
    if probe is None or members.shape[1] < 2:
        return none
    sums = neighbor_sums(graph, members)
    # A label with fewer clips than neighbors cannot fill a neighborhood.
    possible = np.minimum(count[:, None], np.maximum(members.sum(axis=0) - members, 1))
    share = sums / np.maximum(possible, 1)
    probed = np.nan_to_num(probe, nan=-np.inf).argmax(axis=1)
    other = np.where(members, -1, share)
    other[:, 0] = -1
    rival = other.argmax(axis=1)
    own = np.where(members, share, 0)[:, 1:].max(axis=1)
    alike = share[np.arange(n), probed] >= rules.rival  # neighbors and probe agree on it, whatever the label
    right = members[np.arange(n), probed]
    labels = range(1, members.shape[1])
    sure = [_at_least(right[rows], units[rows]) for rows in (alike & (probed == label) for label in labels)]
    trusted = np.array([False, *(share >= rules.trusted for share in sure)])
    named = alike & (probed > 0)
    trusted &= _at_least(right[named], units[named]) >= rules.agreed
    ahead = probe[np.arange(n), rival] - np.where(members, probe, -np.inf).max(axis=1) >= rules.margin
    agrees = alike & (own <= rules.own) & (probed == rival) & ahead & trusted[rival] & (count > 0)
    return np.where(agrees, rival, -1), trusted


def _at_least(right: np.ndarray, units: np.ndarray) -> float:
    """Lower end of a 95 % interval (one-sided) of the share of `right` (m,) bool; 0 with fewer than `MIN_UNITS` units.

    The lower of two: exact, as if every clip were independent, and robust to clips of one unit hanging together.
    """
    from scipy.stats import beta, t

    code = np.unique(units, return_inverse=True)[1]
    n_units, hits = int(code.max(initial=-1)) + 1, int(right.sum())
    if n_units < MIN_UNITS or not hits:
        return 0.0
    share = hits / len(right)
    of_unit = np.bincount(code, right - share)
    error = np.sqrt(n_units / (n_units - 1) * float(of_unit @ of_unit)) / len(right)
    return float(min(beta.ppf(0.05, hits, len(right) - hits + 1), share - t.ppf(0.95, n_units - 1) * error))


def unusual(target: np.ndarray, members: np.ndarray, rules: Rules) -> np.ndarray:
    """(n,) bool: the clip looks like a label that its own label's clips do not usually look like."""
    keep = target >= 0
    for column in members.T[1:]:
        own = np.flatnonzero(column & keep)
        often = np.bincount(target[own], minlength=members.shape[1]) > rules.usual * column.sum()
        keep[own] &= ~often[target[own]]
    return keep


def both(probe: np.ndarray | None, filtered: np.ndarray | None, members: np.ndarray) -> np.ndarray | None:
    """(n, T) sum of two scores, each in units of how it varies among background; the other where one is missing.

    The probe knows what sets labels apart, the matched filter what background does not do: together they find a
    drowned call more often than either.
    """
    if probe is None or filtered is None:
        return probe if filtered is None else filtered
    total = np.zeros(members.shape)
    background = members[:, 0]
    for scores in (np.asarray(probe, np.float64), np.asarray(filtered, np.float64)):
        for i in range(members.shape[1]):
            column = scores[:, i]
            null = column[background & np.isfinite(column)]
            spread = null.std() if len(null) else 0.0
            total[:, i] += (column - (null.mean() if len(null) else 0.0)) / (spread if spread > 0 else 1.0)
    return np.where(np.isfinite(total), total, filtered)


def trace(scores: np.ndarray | None, members: np.ndarray, labelled: bool = False) -> np.ndarray:
    """(n,) share of background clips that score higher for the clip's label than the clip; NaN unknown.

    Parameters
    ----------
    labelled
        The share of clips of other labels instead.

    """
    out = np.full(len(members), np.nan)
    if scores is None:
        return out
    for i, column in enumerate(members.T[1:], start=1):
        others = ~column & ~members[:, 0] if labelled else members[:, 0]
        null = np.sort(scores[others & np.isfinite(scores[:, i]), i])
        rows = np.flatnonzero(column & np.isfinite(scores[:, i]))
        if len(null):
            above = (len(null) - np.searchsorted(null, scores[rows, i], "left")) / len(null)
            out[rows] = np.fmin(out[rows], above)
    return out
