"""How far to believe the picture: trustworthiness of a projection, without an n x n matrix."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.neighbors.knn import nearest_to
from bioviz.analysis.rows import Metric, blocks, finite_rows, prepare

SAMPLE = 2000
"""Clips whose neighborhoods are checked (against all clips); more would only narrow the estimate."""


def trustworthiness(
    x: np.ndarray,
    projection: np.ndarray,
    k: int = 15,
    metric: Metric = "euclidean",
    sample: int = SAMPLE,
    seed: int = 0,
) -> float | None:
    """Trustworthiness of a projection (Venna & Kaski 2001), 1 if its neighbors are neighbors in the embedding.

    T = 1 - 2 / (n k (2n - 3k - 1)) * sum over clips i and those j of i's k nearest in the picture that are not
    among its k nearest in the embedding, of (rank of j by distance from i in the embedding - k). About 0.5 for
    a random picture. Equal to scikit-learn's where n <= `sample`; above, the mean over a seeded sample of clips.

    Returns
    -------
    None for fewer than 2k + 2 clips, where it is undefined.

    """
    good = finite_rows(x) & finite_rows(projection)
    x, projection = np.asarray(x)[good], np.asarray(projection)[good]
    n = len(x)
    if n < 2 * k + 2:
        return None
    rows = prepare(x, metric)
    chosen = np.arange(n)
    if n > sample:
        chosen = np.sort(np.random.default_rng(seed).choice(n, sample, replace=False))
    # Each clip a group of its own: its nearest others.
    near = nearest_to(projection, projection[chosen], k, "euclidean", np.arange(n), chosen).indices
    penalty = 0
    for start, stop in blocks(len(chosen), 8 * n):
        part = chosen[start:stop]
        keys = rows.keys(part)
        keys[np.arange(len(part)), part] = np.inf
        theirs = np.take_along_axis(keys, near[start:stop], axis=1)
        for own in theirs.T:
            rank = np.count_nonzero(keys < own[:, None], axis=1) + 1
            penalty += np.maximum(rank - k, 0).sum()
    return float(1 - 2 / (len(chosen) * k * (2 * n - 3 * k - 1)) * penalty)
