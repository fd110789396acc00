"""Is background told worse where a coarser unit is left out than where as many units are by lot?

Leaving more out always leaves fewer clips to be near, so a lower AUROC alone says nothing of the year or the site. The
coarser unit is dealt out anew among the units, and the AUROC with its real groups is compared with those.
"""

from __future__ import annotations

import numpy as np

from bioviz.analysis.neighbors.noise_confusion import base_rates, in_copies
from bioviz.analysis.rows import Metric, finite_rows
from bioviz.analysis.statistics.auc import auroc_value

MAX_CLIPS = 1000
"""Clips drawn: each deal goes through all their pairs."""
MAX_DEALS, ENOUGH = 999, 20
"""Deals, fewer where so many of them came as low already: then chance explains it (Besag & Clifford 1991)."""


def drop_p(
    embedding: np.ndarray,
    background: np.ndarray,
    units: np.ndarray,
    coarser: np.ndarray,
    k: int = 20,
    metric: Metric = "euclidean",
    seed: int = 0,
) -> float | None:
    """Chance that groups dealt out by lot bring an AUROC of background as low as the real ones do.

    Parameters
    ----------
    embedding : ndarray, shape (n, d)
    background : ndarray of bool, shape (n,)
    units : ndarray of int, shape (n,)
        The unit of independence in use.
    coarser : ndarray of int, shape (n,)
        Groups of units.
    k, metric
        Of the neighbors.
    seed : int
        Of the draw and the deals.

    Returns
    -------
    float or None
        None where the AUROC is undefined.
    """
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(finite_rows(embedding))
    if len(rows) > MAX_CLIPS:
        rows = np.sort(rng.choice(rows, MAX_CLIPS, replace=False))
    if len(rows) < 2:
        return None
    unit = np.unique(units[rows], return_inverse=True)[1]
    quiet = np.asarray(background, bool)[rows]
    first = np.unique(unit, return_index=True)[1]
    group = np.unique(coarser[rows][first], return_inverse=True)[1]
    order = _order(np.asarray(embedding)[rows], metric)

    def score(of_unit: np.ndarray) -> float | None:
        return auroc_value(_background_score(order, of_unit[unit], quiet, k), quiet)

    real = score(group)
    if real is None:
        return None
    as_low, deals = 0, 0
    while deals < MAX_DEALS and as_low < ENOUGH:
        dealt = score(rng.permutation(group))
        deals += 1
        as_low += dealt is None or dealt <= real + 1e-9
    return as_low / deals if as_low == ENOUGH else (as_low + 1) / (deals + 1)


def _order(x: np.ndarray, metric: Metric) -> np.ndarray:
    """(m, m) int32: the clips by their distance from each."""
    from sklearn.metrics import pairwise_distances

    return np.argsort(pairwise_distances(x, metric=metric), axis=1, kind="stable").astype(np.int32)


def _background_score(order: np.ndarray, group: np.ndarray, background: np.ndarray, k: int) -> np.ndarray:
    """(m, COPIES) balanced share of background among the k nearest clips of other groups."""
    other = group[order] != group[:, None]
    near = other & (np.cumsum(other, axis=1, dtype=np.int32) <= k)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (background[order] & near).sum(axis=1) / near.sum(axis=1)
    return in_copies(share, base_rates(background, np.ones(len(group), bool), group), background)
