"""A linear probe in closed form: what a linear classifier on the frozen embedding can tell, out of fold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz.analysis.rows import BLOCK_BYTES, blocks, finite_rows

STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Ridge strengths tried, in units of the number of training clips (features have variance 1)."""


def probe_scores(x: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Out-of-fold scores of ridge regression on 0/1 targets, one for each column of `y`.

    For each fold, on the other folds: W = argmin |y - b - z W|^2 + a |W|^2 with z = (x - mean) / std. For two
    classes this is Fisher's discriminant. The strength a is chosen for each target among STRENGTHS by the squared
    error on one of the training folds, left out for it; with two folds it is the middle one. Sums of products
    are kept a fold, so that no clip is gone over twice.

    Parameters
    ----------
    x : (n, d)
        Embedding; rows with NaN are left out.
    y : (n, m) bool
    fold : (n,) ints
        As from `folds`.

    Returns
    -------
    (n, m) float32; NaN for rows with NaN, and throughout if there is one fold only.

    """
    return probe_scores_of(x, y, [fold])[0]


def probe_scores_of(x: np.ndarray, y: np.ndarray, foldings: Sequence[np.ndarray]) -> list[np.ndarray]:
    """`probe_scores` for several ways to make folds."""
    x, y = np.asarray(x), np.asarray(y)
    good = np.flatnonzero(finite_rows(x))
    clips = Standardised(x, good)
    probes = []
    for fold in foldings:
        out = np.full(y.shape, np.nan, dtype=np.float32)
        _out_of_fold(clips, y, np.asarray(fold), out)
        probes.append(out)
    return probes


class Standardised:
    """Rows of an embedding of mean 0 and variance 1, made a block at a time: doubles of all would be twice its size.

    Attributes
    ----------
    rows : ndarray of int, shape (m,)
        Those that there are.
    mean, spread : ndarray, shape (d,)
        1 for columns that do not vary.
    """

    def __init__(self, x: np.ndarray, rows: np.ndarray, limit: int = BLOCK_BYTES) -> None:
        self.rows, self._x, self._limit = rows, x, limit
        self.mean, self.spread = np.zeros(x.shape[1]), np.ones(x.shape[1])
        if len(rows):
            self.mean = self._sum(lambda z: z) / len(rows)
            left = self._sum(lambda z: z) / len(rows)
            spread = np.sqrt(self._sum(lambda z: np.square(z - left)) / len(rows))
            self.spread = np.where(spread > 1e-12, spread, 1)

    def blocks(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield some of the `rows` and their (., d) float64 standardised values, in turn."""
        for start, stop in blocks(len(rows), 8 * self._x.shape[1], self._limit):
            own = rows[start:stop]
            z = self._x[own].astype(np.float64)
            z -= self.mean
            z /= self.spread
            yield own, z

    def _sum(self, of: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        return sum((of(z).sum(axis=0) for _, z in self.blocks(self.rows)), np.zeros(self._x.shape[1]))


def _out_of_fold(clips: Standardised, y: np.ndarray, fold: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (n, m) with the scores of the `clips`."""
    from threadpoolctl import threadpool_limits

    n_folds = int(fold[clips.rows].max(initial=-1)) + 1
    if n_folds < 2:
        return
    members = [clips.rows[fold[clips.rows] == f] for f in range(n_folds)]
    sums = [_sums_of(clips, y, rows) for rows in members]
    total = _Sums.add(sums)
    middle = np.full(y.shape[1], len(STRENGTHS) // 2)
    # Many small systems: threads cost more than they bring, far more where other programs run.
    with threadpool_limits(1, "blas"):
        for f, rows in enumerate(members):
            training, chosen = total.minus(sums[f]), middle
            if n_folds > 2:
                other = (f + 1) % n_folds
                tried = training.minus(sums[other]).solve(STRENGTHS)
                chosen = np.argmin(_squared_errors(clips, y, members[other], tried), axis=0)
            kinds = np.unique(chosen)
            solved = training.solve([STRENGTHS[kind] for kind in kinds])
            for own, z in clips.blocks(rows):
                for kind, (weights, bias) in zip(kinds, solved, strict=True):
                    columns = np.flatnonzero(chosen == kind)
                    out[np.ix_(own, columns)] = z @ weights[:, columns] + bias[columns]


def _sums_of(clips: Standardised, y: np.ndarray, rows: np.ndarray) -> _Sums:
    sums = [_Sums.of(z, y[own].astype(np.float64)) for own, z in clips.blocks(rows)]
    return _Sums.add(sums) if sums else _Sums.of(np.zeros((0, len(clips.mean))), np.zeros((0, y.shape[1])))


def _squared_errors(
    clips: Standardised, y: np.ndarray, rows: np.ndarray, tried: list[tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    """(strengths, m) sums over `rows` of the squared errors of each of the `tried` (weights, bias)."""
    errors = np.zeros((len(tried), y.shape[1]))
    for own, z in clips.blocks(rows):
        truth = y[own].astype(np.float64)
        for error, (weights, bias) in zip(errors, tried, strict=True):
            error += np.square(z @ weights + bias - truth).sum(axis=0)
    return errors


class _Sums:
    """Sums of products over clips, from which a ridge regression is solved."""

    def __init__(self, n: float, zz: np.ndarray, zy: np.ndarray, z: np.ndarray, y: np.ndarray) -> None:
        self.n, self.zz, self.zy, self.z, self.y = n, zz, zy, z, y

    @classmethod
    def of(cls, z: np.ndarray, y: np.ndarray) -> _Sums:
        return cls(len(z), z.T @ z, z.T @ y, z.sum(axis=0), y.sum(axis=0))

    @classmethod
    def add(cls, parts: list[_Sums]) -> _Sums:
        def total(name: str) -> Any:
            return sum(getattr(part, name) for part in parts)

        return cls(total("n"), total("zz"), total("zy"), total("z"), total("y"))

    def minus(self, other: _Sums) -> _Sums:
        return _Sums(
            self.n - other.n, self.zz - other.zz, self.zy - other.zy, self.z - other.z, self.y - other.y
        )

    def solve(self, strengths: Sequence[float]) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each strength (weights (d, m), bias (m,)): a score is z @ weights + bias."""
        from scipy.linalg import cho_factor, cho_solve

        n = max(self.n, 1)
        gram = self.zz - np.outer(self.z, self.z) / n
        right = self.zy - np.outer(self.z, self.y) / n
        solved = []
        for strength in strengths:
            shifted = gram.copy()
            shifted[np.diag_indices_from(shifted)] += strength * n
            # The transpose of a symmetric matrix is itself, and in the order in which it can be overwritten.
            factor = cho_factor(shifted.T, overwrite_a=True, check_finite=False)
            weights = cho_solve(factor, right, check_finite=False)
            solved.append((weights, (self.y - self.z @ weights) / n))
        return solved


@dataclass(frozen=True)
class Probe:
    """A linear probe fitted to all clips.

    Attributes
    ----------
    weights : ndarray, shape (d, m)
    bias : ndarray, shape (m,)
        A score is x @ weights + bias, in the units of x.
    out_of_fold : ndarray, shape (n, m)
        Scores of the clips by probes of the same strength that did not see their fold; of all clips where there is
        one fold only.
    """

    weights: np.ndarray
    bias: np.ndarray
    out_of_fold: np.ndarray


def fit_probes(x: np.ndarray, y: np.ndarray, fold: np.ndarray) -> list[Probe]:
    """Return the ridge regression of `probe_scores` on all clips, once for each of STRENGTHS.

    Parameters
    ----------
    x : ndarray, shape (n, d)
        Finite embeddings.
    y : ndarray of bool, shape (n, m)
    fold : ndarray of int, shape (n,)
        As from `folds`.
    """
    from threadpoolctl import threadpool_limits

    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 1e-12, spread, 1)
    z = (x - mean) / spread
    members = [np.flatnonzero(fold == f) for f in range(int(np.max(fold, initial=0)) + 1)]
    with threadpool_limits(1, "blas"):
        sums = [_Sums.of(z[rows], y[rows]) for rows in members]
        total = _Sums.add(sums)
        scores = np.empty((len(STRENGTHS), *y.shape))
        for rows, own in zip(members, sums, strict=True):
            rest = total.minus(own) if len(members) > 1 else total
            for k, (weights, bias) in enumerate(rest.solve(STRENGTHS)):
                scores[k, rows] = z[rows] @ weights + bias
        solved = total.solve(STRENGTHS)
    return [
        Probe(weights / spread[:, None], bias - (mean / spread) @ weights, scores[k])
        for k, (weights, bias) in enumerate(solved)
    ]
