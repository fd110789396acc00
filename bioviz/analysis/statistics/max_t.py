"""Many associations tested at once over units that are independent, so that any false one is rare."""

from __future__ import annotations

import numpy as np

FLIPS = 1999
MAX_UNITS = 1000
BATCH_VALUES = 20_000_000


def sign_flip_max_t(contributions: np.ndarray, n_flips: int = FLIPS, seed: int = 0) -> np.ndarray:
    """(m,) p values against "the sum over units is 0", adjusted over all columns (Westfall & Young step-down).

    t = |sum| / sqrt(sum of squares) of each column. Where nothing is there a unit's contribution is as likely
    to have the other sign, for all columns at once: signs of whole units are flipped at random, and the largest t of
    all columns is what chance brings. Any false find has a probability of at most the level of the test.

    Parameters
    ----------
    contributions : (units, m) float
        a unit that says nothing of a column contributes 0.

    """
    sums = np.asarray(contributions, np.float64)
    norm = np.sqrt(np.square(sums).sum(axis=0))
    out = np.ones(sums.shape[1])
    good = np.flatnonzero(norm > 1e-12)
    if not len(good):
        return out
    scaled = sums[:, good] / norm[good]
    t = np.abs(scaled.sum(axis=0))
    order = np.argsort(-t, kind="stable")
    scaled, t = scaled[:, order], t[order]
    rng = np.random.default_rng(seed)
    reached = np.zeros(len(t))
    batch = max(1, BATCH_VALUES // max(scaled.shape))
    for start in range(0, n_flips, batch):
        rows = min(batch, n_flips - start)
        signs = rng.integers(0, 2, (rows, len(scaled)), dtype=np.int8).astype(np.float32) * 2 - 1
        drawn = np.abs(signs @ scaled.astype(np.float32))
        # Step-down: a column is compared with the largest t of those that are not more striking than itself.
        largest = np.maximum.accumulate(drawn[:, ::-1], axis=1)[:, ::-1]
        reached += (largest >= t * (1 - 1e-6)).sum(axis=0)
    adjusted = np.maximum.accumulate((reached + 1) / (n_flips + 1))
    out[good[order]] = adjusted
    return out
