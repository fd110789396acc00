"""Uncertainty by leaving out one unit (recording) at a time, from the judged clips and from all neighbor lists.

Drawing recordings again with the neighbor lists as they are misses what the neighbors' own chance adds: intervals
made so held the truth in 70 % of cases where they promised 95 % (`tests/calibration/simulations/intervals.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion, noise_confusion_of
from bioviz.analysis.rows import blocks

MIN_UNITS = 8
"""Units on a side below which no interval is shown: none made from fewer held what it promised."""
MAX_PARTS = 100
"""More units than this are left out by parts of several: the error of the error is 7 % by then."""
_ROW_BYTES = 40
"""Of a clip and a neighbor, while it is looked which neighbors take the place of others."""
LEVEL = 0.95
EDGE = 1.5
"""Units' worth on the far side of 0 or 1 below which a share counts as at the edge; see `share_interval`."""


def parts_of(units: np.ndarray, most: int = MAX_PARTS, seed: int = 0) -> np.ndarray:
    """(n,) int64 part 0.. of each clip: whole units, each its own part or dealt out over `most` by lot."""
    code = np.unique(units, return_inverse=True)[1]
    n_units = int(code.max(initial=-1)) + 1
    if n_units <= most:
        return code
    dealt = np.random.default_rng(seed).permutation(n_units) % most
    return dealt[code]


def left_out(
    graph: KnnGraph, k: int, background: np.ndarray, units: np.ndarray, parts: np.ndarray
) -> Iterator[NoiseConfusion]:
    """Noise confusion with each part left out in turn: NaN for its own clips, and no neighbor of the others.

    The place of a neighbor that is left out is taken by the next nearest one, if `graph` holds more than `k`.

    Parameters
    ----------
    graph
        Of k neighbors or more.
    background : (n,) bool
    units : (n,) ints
        The groups that `graph` has no neighbors within (if it is grouped).
    parts : (n,) ints
        0.., as from `parts_of`.

    """
    background = np.asarray(background, bool)
    share = np.empty(len(background))
    changes: list[_Changed] = []
    for start, stop in blocks(len(background), _ROW_BYTES * graph.k):
        near = np.asarray(graph.indices[start:stop])
        valid = near >= 0
        near = np.where(valid, near, 0)
        side, part = background[near], np.where(valid, parts.astype(np.int32)[near], np.int32(-1))
        first = valid[:, :k]
        with np.errstate(invalid="ignore"):
            share[start:stop] = (side[:, :k] & first).sum(axis=1) / first.sum(axis=1)
        changes += [each._replace(rows=each.rows + start) for each in _refilled(valid, side, part, k)]
    changed = _by_part(changes)
    ends = np.searchsorted(changed.part, np.arange(int(parts.max(initial=-1)) + 2))
    for number in range(len(ends) - 1):
        mine = slice(ends[number], ends[number + 1])
        own_share = share.copy()
        with np.errstate(invalid="ignore", divide="ignore"):
            own_share[changed.rows[mine]] = changed.hits[mine] / changed.total[mine].astype(np.int64)
        own_share[parts == number] = np.nan
        yield noise_confusion_of(own_share, background, units if graph.grouped else None)


class _Changed(NamedTuple):
    """Clips whose neighbors change where a part is left out; small numbers, as there are up to k of each clip.

    Attributes
    ----------
    rows, part : (m,)
        The clip, and the part.
    hits, total : (m,)
        Background among its neighbors without the part, and how many these are.

    """

    rows: np.ndarray
    part: np.ndarray
    hits: np.ndarray
    total: np.ndarray


def _refilled(valid: np.ndarray, side: np.ndarray, part: np.ndarray, k: int) -> Iterator[_Changed]:
    """Yield all clips that have a neighbor in a part, that part left out, by the rank of its first neighbor there.

    Parameters
    ----------
    valid, side, part : (n, m)
        Nearest first: a neighbor is there, is background, and its part.

    """
    for rank in range(min(k, part.shape[1])):
        own = part[:, rank]
        fresh = valid[:, rank] & ~(part[:, :rank] == own[:, None]).any(axis=1)
        rows = np.flatnonzero(fresh)
        stay = valid[rows] & (part[rows] != own[rows, None])
        stay &= np.cumsum(stay, axis=1, dtype=np.int32) <= k
        hits, total = (each.sum(axis=1, dtype=np.uint16) for each in (stay & side[rows], stay))
        yield _Changed(rows.astype(np.int32), own[rows].astype(np.int32), hits, total)


def _by_part(changes: list[_Changed]) -> _Changed:
    """Put them together, the first part first."""
    none = np.empty(0, np.int32)
    part = np.concatenate([each.part for each in changes]) if changes else none
    order = np.argsort(part, kind="stable")
    columns = zip(*changes, strict=True) if changes else [(none,)] * 4
    return _Changed(*(np.concatenate(column)[order] for column in columns))


def replicates(
    graph: KnnGraph,
    k: int,
    background: np.ndarray,
    units: np.ndarray,
    parts: np.ndarray,
    statistics: Mapping[str, Callable[[NoiseConfusion], np.ndarray | float]],
) -> dict[str, np.ndarray]:
    """(parts, m) values of each statistic (m,) of the noise confusion, with each part left out; see `left_out`."""
    replicate_values: dict[str, list[np.ndarray]] = {name: [] for name in statistics}
    for confusion in left_out(graph, k, background, units, parts):
        for name, statistic in statistics.items():
            replicate_values[name].append(np.atleast_1d(statistic(confusion)))
    return {name: np.array(values) for name, values in replicate_values.items()}


def part_counts(members: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """(m,) int64: in how many parts the clips of each column of (n, m) bool `members` are."""
    return np.array([len(np.unique(parts[column])) for column in np.asarray(members, bool).T], dtype=np.int64)


def standard_error(value: np.ndarray, left_out: np.ndarray, n_units: np.ndarray) -> np.ndarray:
    """(m,) float64 jackknife error of `value` (m,), from its (parts, m) replicates; NaN for fewer than 2 units.

    se^2 = (u - 1) / u * sum over parts of (replicate - value)^2. u is the number of units that bear on the value,
    which may be fewer than there are parts; replicates that are NaN count as no change.
    """
    n_units = np.asarray(n_units, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.nansum(np.square(left_out - value), axis=0)
        return np.where(n_units > 1, np.sqrt((n_units - 1) / n_units * squares), np.nan)


def interval(
    value: np.ndarray,
    left_out: np.ndarray,
    n_units: np.ndarray,
    level: float = LEVEL,
    freedom: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """(low, high), each (m,): value +- t se; NaN below MIN_UNITS.

    Parameters
    ----------
    freedom : (m,)
        Degrees of freedom of t; n_units - 1 where none are given.

    """
    from scipy.special import stdtrit

    n_units = np.asarray(n_units)
    known = (n_units >= MIN_UNITS) & np.isfinite(value)
    freedom = np.maximum(n_units - 1 if freedom is None else freedom, 1)
    reach = stdtrit(freedom, (1 + level) / 2) * standard_error(value, left_out, n_units)
    return np.where(known, value - reach, np.nan), np.where(known, value + reach, np.nan)


def share_interval(
    value: np.ndarray,
    left_out: np.ndarray,
    n_units: np.ndarray,
    level: float = LEVEL,
    freedom: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """As `interval` for values from 0 to 1: on the logit scale, never without width.

    Where less than EDGE units' worth lies on the other side of 0 or 1 the replicates hardly differ, and tell
    nothing of what has not been seen yet: there the interval reaches as far as Jeffreys' for a share of n_units.
    """
    from scipy.special import expit, logit

    n_units = np.asarray(n_units, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        shrunk, moved = (logit((each * n_units + 0.5) / (n_units + 1)) for each in (value, left_out))
        low, high = (expit(end) for end in interval(shrunk, moved, n_units, level, freedom))
        straight = interval(value, left_out, n_units, level, freedom)
    edge = at_edge(value, n_units)
    wide = widened_at_edge(value, *straight, n_units, level)
    low, high = np.where(edge, wide[0], low), np.where(edge, wide[1], high)
    known = (n_units >= MIN_UNITS) & np.isfinite(value)
    return np.where(known, np.maximum(low, 0), np.nan), np.where(known, np.minimum(high, 1), np.nan)


def at_edge(value: np.ndarray, n_units: np.ndarray) -> np.ndarray:
    """(m,) bool: fewer than EDGE units' worth of `value` is on the other side of 0 or 1."""
    return np.minimum(value, 1 - value) * n_units < EDGE


def widened_at_edge(
    value: np.ndarray, low: np.ndarray, high: np.ndarray, n_units: np.ndarray, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray]:
    """(low, high) of values from 0 to 1, as far as Jeffreys' interval for a share of n_units where `at_edge`."""
    from scipy.special import betaincinv

    a, b = value * n_units + 0.5, (1 - value) * n_units + 0.5
    far = [betaincinv(a, b, tail) for tail in ((1 - level) / 2, (1 + level) / 2)]
    edge = at_edge(value, n_units)
    return np.where(edge, np.minimum(low, far[0]), low), np.where(edge, np.maximum(high, far[1]), high)


def mean_share_interval(
    values: np.ndarray, members: np.ndarray, units: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean of `values` over the members of each column, with a 95 % interval by leaving out one unit at a time.

    Where few units hold most clips the error itself is known as badly as from that few: degrees of freedom go by the
    effective number of units, (sum of clips)^2 / sum of clips^2 (Kish 1965).

    Parameters
    ----------
    values : (n,) float
        From 0 to 1, NaN left out.
    members : (n, m) bool
    units : (n,) ints

    Returns
    -------
    (mean, low, high), each (m,) float64; NaN without members, interval NaN with members in fewer than
    MIN_UNITS units.

    """
    good = np.isfinite(values)
    member = np.asarray(members, bool) & good[:, None]
    code = np.unique(units, return_inverse=True)[1]
    totals, counts = np.zeros((2, int(code.max(initial=-1)) + 1, member.shape[1]))
    np.add.at(totals, code, member * np.where(good, values, 0.0)[:, None])
    np.add.at(counts, code, member)
    total, count = totals.sum(axis=0), counts.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, without = total / count, np.clip((total - totals) / (count - counts), 0, 1)
        effective = np.square(count) / np.square(counts).sum(axis=0)
    low, high = share_interval(mean, without, (counts > 0).sum(axis=0), freedom=effective - 1)
    return mean, low, high


def p_above(value: float, left_out: np.ndarray, n_units: int, null: float = 0.0) -> float | None:
    """One-sided p of `value` against `null` by t; None below MIN_UNITS, or without any spread."""
    from scipy.special import stdtr

    error = float(standard_error(np.array([value]), np.reshape(left_out, (-1, 1)), np.array([n_units]))[0])
    if n_units < MIN_UNITS or not np.isfinite(value) or not error > 0:
        return None
    return float(stdtr(n_units - 1, (null - value) / error))


def share_p_above_half(value: float, left_out: np.ndarray, n_units: int) -> float | None:
    """One-sided p of a value from 0 to 1 against 0.5, as `share_interval` makes its intervals."""
    from scipy.special import betainc, logit

    if n_units < MIN_UNITS or not np.isfinite(value):
        return None
    if at_edge(np.array(value), np.array(n_units)):
        return float(betainc(value * n_units + 0.5, (1 - value) * n_units + 0.5, 0.5))
    shrunk, moved = (logit((each * n_units + 0.5) / (n_units + 1)) for each in (value, np.asarray(left_out)))
    return p_above(float(shrunk), moved, n_units)
