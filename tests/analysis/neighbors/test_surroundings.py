"""Sides are dealt out over whole units, as a plain loop over them does it."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.analysis.neighbors.surroundings import MAX_DEALS, MIN_DEALS, deals, surrounded_p


@pytest.mark.parametrize("units", [1, 7, 300])
def test_chance_is_that_of_a_plain_loop_over_units(units: int):
    rng = np.random.default_rng(units)
    n, k = 300, 12
    unit = rng.permutation(n) % units  # of different sizes, not in the order of clips
    other = rng.random(n) < 0.3
    rows = np.flatnonzero(~other)
    indices = rng.integers(-1, n, (len(rows), k))
    p = surrounded_p(indices, rows, other, unit, whole=True, seed=5)

    lot, counts = np.random.default_rng(5), []
    codes = np.unique(unit)
    for _ in range(deals(len(rows))):
        order = lot.permutation(len(codes))
        dealt = np.concatenate([other[unit == codes[i]] for i in order])
        where = np.concatenate([np.flatnonzero(unit == code) for code in codes])
        side = np.empty(n, bool)
        side[where] = dealt
        counts.append((side[np.maximum(indices, 0)] & (indices >= 0)).sum(axis=1))
    chance, count = np.concatenate(counts), (other[np.maximum(indices, 0)] & (indices >= 0)).sum(axis=1)
    expected = [((chance >= own).sum() + 1) / (len(chance) + 1) for own in count]
    np.testing.assert_allclose(p, expected)


def test_many_clips_are_dealt_out_less_often():
    assert deals(0) == deals(100) == MAX_DEALS > deals(20_000) > deals(10**6) == MIN_DEALS
