"""A linear probe in closed form: what a linear classifier on the frozen embedding can tell, out of fold."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.rows import finite_rows

STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Ridge strengths tried, in units of the number of training clips (features have variance 1)."""


def probe_scores(x: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Out-of-fold scores of ridge regression on 0/1 targets, one for each column of `y`.

    For each fold, on the other folds: W = argmin |y - b - z W|^2 + a |W|^2 with z = (x - mean) / std. For two
    classes this is Fisher's discriminant. The strength a is chosen for each target among STRENGTHS by the squared
    error on one of the training folds, left out for it; with two folds it is the middle one. Sums of products
    are kept a fold, so that no clip is gone over twice.

    Args:
        x: (n, d) embedding; rows with NaN are left out. y: (n, m) bool. fold: (n,) ints as from `folds`.

    Returns:
        (n, m) float32; NaN for rows with NaN, and throughout if there is one fold only.
    """
    from threadpoolctl import threadpool_limits

    x, y = np.asarray(x), np.asarray(y, dtype=np.float64)
    good = np.flatnonzero(finite_rows(x))
    out = np.full(y.shape, np.nan, dtype=np.float32)
    part = np.asarray(fold)[good]
    n_folds = int(part.max(initial=-1)) + 1
    if n_folds < 2:
        return out
    z = x[good].astype(np.float64)
    z -= z.mean(axis=0)
    spread = z.std(axis=0)
    z /= np.where(spread > 1e-12, spread, 1)
    members = [np.flatnonzero(part == f) for f in range(n_folds)]
    sums = [_Sums.of(z[rows], y[good[rows]]) for rows in members]
    total = _Sums.add(sums)
    # Many small systems: threads cost more than they bring, far more where other programs run.
    with threadpool_limits(1, "blas"):
        for f, rows in enumerate(members):
            strengths = np.full(y.shape[1], STRENGTHS[len(STRENGTHS) // 2])
            if n_folds > 2:
                other = (f + 1) % n_folds
                inner = total.minus(sums[f]).minus(sums[other])
                errors = [
                    np.square(inner.predict(z[members[other]], a) - y[good[members[other]]]).mean(axis=0)
                    for a in STRENGTHS
                ]
                strengths = np.array(STRENGTHS)[np.argmin(errors, axis=0)]
            training = total.minus(sums[f])
            for a in np.unique(strengths):
                columns = np.flatnonzero(strengths == a)
                out[np.ix_(good[rows], columns)] = training.predict(z[rows], a)[:, columns]
    return out


class _Sums:
    """Sums of products over clips, from which a ridge regression is solved."""

    def __init__(self, n: float, zz: np.ndarray, zy: np.ndarray, z: np.ndarray, y: np.ndarray) -> None:
        self.n, self.zz, self.zy, self.z, self.y = n, zz, zy, z, y

    @classmethod
    def of(cls, z: np.ndarray, y: np.ndarray) -> _Sums:
        return cls(len(z), z.T @ z, z.T @ y, z.sum(axis=0), y.sum(axis=0))

    @classmethod
    def add(cls, parts: list[_Sums]) -> _Sums:
        return cls(*(sum(getattr(p, name) for p in parts) for name in ("n", "zz", "zy", "z", "y")))

    def minus(self, other: _Sums) -> _Sums:
        return _Sums(
            self.n - other.n, self.zz - other.zz, self.zy - other.zy, self.z - other.z, self.y - other.y
        )

    def predict(self, z: np.ndarray, strength: float) -> np.ndarray:
        from scipy.linalg import cho_factor, cho_solve

        n = max(self.n, 1)
        gram = self.zz - np.outer(self.z, self.z) / n
        gram[np.diag_indices_from(gram)] += strength * n
        weights = cho_solve(cho_factor(gram, overwrite_a=True), self.zy - np.outer(self.z, self.y) / n)
        return (z - self.z / n) @ weights + self.y / n
