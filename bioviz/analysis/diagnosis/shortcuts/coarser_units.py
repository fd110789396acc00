"""How well background is told where a coarser unit of independence than the one in use is left out as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.diagnosis.shortcuts.coarser_test import drop_p
from bioviz.analysis.neighbors.jackknife import MIN_UNITS, parts_of, share_interval
from bioviz.analysis.neighbors.knn import nearest_to
from bioviz.analysis.neighbors.noise_confusion import base_rates, in_copies
from bioviz.analysis.rows import Metric
from bioviz.analysis.statistics.auc import Auc, auroc_value

MAX_QUERIES = 4000
"""Clips drawn for an AUROC that needs neighbors of its own."""
LOWER = 0.05
"""Fall of the AUROC from which it is worth a sentence."""
SPARE = 30
"""More neighbors than are looked at: they take the place of those in groups that are left out for the interval."""


@dataclass(frozen=True)
class Coarser:
    """AUROC of background by neighbors where a coarser unit than the one in use is left out as well.

    Attributes
    ----------
    unit
        Its name.
    groups
        How many there are.
    auroc
        None where background or labels are in one group only.
    low, high
        95 % interval, None if unknown.
    p
        Chance that leaving out as many units by lot brings an AUROC as low (`coarser_test.drop_p`); None where it is
        not lower than `pooled` by `LOWER`.
    pooled
        AUROC where the unit in use alone is left out.

    """

    unit: str
    groups: int
    auroc: float | None
    low: float | None
    high: float | None
    p: float | None = None
    pooled: float | None = None


def coarser_units(
    embedding: np.ndarray,
    background: np.ndarray,
    groups: Mapping[str, np.ndarray],
    k: int = 20,
    metric: Metric = "euclidean",
    seed: int = 0,
    units: np.ndarray | None = None,
    pooled: float | None = None,
) -> tuple[Coarser, ...]:
    """`background_auroc` for each coarser unit, name to (n,) ints, in their order.

    Parameters
    ----------
    units : ndarray of int, shape (n,), optional
        The unit in use, to tell a fall from what leaving out as many of them by lot brings.
    pooled : float, optional
        AUROC where that alone is left out.
    """
    measured = []
    for name, group in groups.items():
        auc = background_auroc(embedding, background, group, k, metric, seed)
        p = None
        if units is not None and pooled is not None and auc.value is not None and pooled - auc.value >= LOWER:
            p = drop_p(embedding, background, units, group, k, metric, seed)
        measured.append(Coarser(name, len(np.unique(group)), auc.value, auc.low, auc.high, p, pooled))
    return tuple(measured)


def background_auroc(
    embedding: np.ndarray,
    background: np.ndarray,
    groups: np.ndarray,
    k: int = 20,
    metric: Metric = "euclidean",
    seed: int = 0,
) -> Auc:
    """AUROC of background by neighbors in other groups, of at most MAX_QUERIES clips.

    The interval leaves out one group at a time, from the clips and from their neighbors (see `jackknife`); None with
    fewer than `jackknife.MIN_UNITS` groups of background or of labels.

    Parameters
    ----------
    embedding : (n, d)
    background : (n,) bool
    groups : (n,) ints
        Left out together.
    seed
        Of the draw.

    """
    x, n = np.asarray(embedding), len(background)
    rows = np.arange(n)
    if n > MAX_QUERIES:
        rows = np.sort(np.random.default_rng(seed).permutation(n)[:MAX_QUERIES])
    group = np.unique(groups, return_inverse=True)[1]
    graph = nearest_to(x, x[rows], min(k + SPARE, max(1, n - 1)), metric, group, group[rows])
    sides = background[rows]
    everyone = np.ones(n, dtype=bool)
    score = _background_score(graph.indices, k, background, rows, group, everyone)
    value = auroc_value(score, sides)
    of = [len(np.unique(group[rows][side & np.isfinite(score[:, 0])])) for side in (sides, ~sides)]
    if value is None or min(of) < MIN_UNITS:
        return Auc(value)
    parts = parts_of(group, seed=seed)
    without = []
    for part in range(int(parts.max()) + 1):
        stay = parts != part
        scores = _background_score(graph.indices, k, background, rows, group, stay)
        left = auroc_value(scores[stay[rows]], sides[stay[rows]])
        without.append(np.nan if left is None else left)
    low, high = share_interval(np.array([value]), np.array(without)[:, None], np.array([min(of)]))
    return Auc(value, float(low[0]), float(high[0]))


def _background_score(
    indices: np.ndarray, k: int, background: np.ndarray, rows: np.ndarray, group: np.ndarray, stay: np.ndarray
) -> np.ndarray:
    """(q, COPIES) balanced share of background among the k nearest that `stay` (n,) bool; see `noise_confusion`.

    Parameters
    ----------
    indices : (q, k or more)
        Neighbors of `rows` among all clips, nearest first; -1 none.

    """
    near = np.where(indices >= 0, indices, 0)
    known = (indices >= 0) & stay[near]
    known &= np.cumsum(known, axis=1, dtype=np.int32) <= k
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (background[near] & known).sum(axis=1) / known.sum(axis=1)
    return in_copies(share, base_rates(background, stay, group)[rows], background[rows])
