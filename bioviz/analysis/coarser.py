"""How well background is told where a coarser unit of independence than the one in use is left out as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.auc import Auc, auroc
from bioviz.analysis.confusion import balanced, base_rates
from bioviz.analysis.neighbours import nearest_to
from bioviz.analysis.rows import Metric

MOST_QUERIES = 4000
"""Clips drawn for an AUROC that needs neighbors of its own."""
FEWEST_FOR_INTERVAL = 8
"""Units below which no interval is given."""


@dataclass(frozen=True)
class Coarser:
    """AUROC of background by neighbors where a coarser unit than the one in use is left out as well.

    Attributes:
        unit: its name. groups: how many there are.
        auroc: None where background or labels are in one group only. low, high: 95 % interval, None if unknown.
    """

    unit: str
    groups: int
    auroc: float | None
    low: float | None
    high: float | None


def coarser_units(
    embedding: np.ndarray,
    background: np.ndarray,
    groups: Mapping[str, np.ndarray],
    k: int = 20,
    metric: Metric = "euclidean",
    seed: int = 0,
) -> tuple[Coarser, ...]:
    """`background_auroc` for each coarser unit, name to (n,) ints, in their order."""
    found = []
    for name, group in groups.items():
        auc = background_auroc(embedding, background, group, k, metric, seed)
        count = len(np.unique(group))
        span = (auc.low, auc.high) if count >= FEWEST_FOR_INTERVAL else (None, None)
        found.append(Coarser(name, count, auc.value, *span))
    return tuple(found)


def background_auroc(
    embedding: np.ndarray,
    background: np.ndarray,
    groups: np.ndarray,
    k: int = 20,
    metric: Metric = "euclidean",
    seed: int = 0,
) -> Auc:
    """AUROC of background by neighbors in other groups, of at most MOST_QUERIES clips.

    Args:
        embedding: (n, d). background: (n,) bool. groups: (n,) ints left out together. seed: of the draw.
    """
    x, n = np.asarray(embedding), len(background)
    rows = np.arange(n)
    if n > MOST_QUERIES:
        rows = np.sort(np.random.default_rng(seed).permutation(n)[:MOST_QUERIES])
    group = np.unique(groups, return_inverse=True)[1]
    graph = nearest_to(x, x[rows], min(k, max(1, n - 1)), metric, group, group[rows])
    confusion = _query_confusion(graph.indices, background, rows, group)
    score = np.where(background[rows], 1 - confusion, confusion)
    return auroc(score, background[rows], group[rows])


def _query_confusion(
    indices: np.ndarray, background: np.ndarray, rows: np.ndarray, group: np.ndarray
) -> np.ndarray:
    """Noise confusion (see `confusion.noise_confusion`) of some clips, from their neighbors (q, k) in all."""
    known = indices >= 0
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (background[np.where(known, indices, 0)] & known).sum(axis=1) / count
    base = base_rates(background, np.ones(len(background), dtype=bool), group)[rows]
    side = balanced(share, base)
    return np.where(background[rows], 1 - side, side)
