"""Pairs counted in sorted lists, against a table of all units and a loop over all pairs."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.analysis.diagnosis.shortcuts.pairs import Pairs
from bioviz.analysis.diagnosis.shortcuts.within_units import within_units


def table(score, background, unit):
    """(G, G) pairs that background of one unit wins against labelled clips of another, pair by pair."""
    wins = np.zeros((unit.max() + 1, unit.max() + 1))
    for i in np.flatnonzero(background):
        for j in np.flatnonzero(~background):
            difference = score[i][:, None] - score[j]
            wins[unit[i], unit[j]] += ((difference > 0) + 0.5 * (difference == 0)).mean()
    return wins


def alone(background, labelled, value):
    """As `Pairs.alone`, unit by unit."""
    won = total = 0.0

    def share(i):
        others = [g for g in range(len(value)) if g != i and value[g] == value[i]]
        count = sum(background[g] + labelled[g] for g in others)
        return sum(background[g] for g in others) / count if value[i] >= 0 and count else None

    for i in range(len(value)):
        for j in range(len(value)):
            if share(i) is None or share(j) is None:
                continue
            weight = background[i] * labelled[j]
            tie = value[i] == value[j] or share(i) == share(j)
            won += weight * (0.5 if tie else float(share(i) > share(j)))
            total += weight
    return won / total if total else None


def drawn(seed, n, units, copies, levels):
    rng = np.random.default_rng(seed)
    unit = np.unique(rng.integers(0, units, n), return_inverse=True)[1]
    return rng.integers(0, levels, (n, copies)).astype(float), rng.random(n) < 0.5, unit, rng


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000), n=st.integers(2, 30), units=st.integers(1, 8), copies=st.integers(1, 4),
    levels=st.integers(1, 6),
)  # fmt: skip
def test_counted_as_by_pairs(seed, n, units, copies, levels):
    score, background, unit, rng = drawn(seed, n, units, copies, levels)
    wins, pairs = table(score, background, unit), Pairs.of(score, background, unit)
    rows, columns, own = pairs.wins_by_unit()
    np.testing.assert_allclose(rows, wins.sum(axis=1), atol=1e-9)
    np.testing.assert_allclose(columns, wins.sum(axis=0), atol=1e-9)
    np.testing.assert_allclose(own, np.diag(wins), atol=1e-9)
    value = rng.integers(-1, 3, len(wins))
    same = (value[:, None] == value) & (value >= 0)
    count = (same * np.outer(pairs.background, pairs.labelled)).sum()
    assert pairs.within(value) == (pytest.approx(wins[same].sum() / count) if count else None)
    expected = alone(pairs.background, pairs.labelled, value)
    assert pairs.alone(value) == (None if expected is None else pytest.approx(expected))
    assert pairs.alone_of_units(np.arange(len(wins))).alone(value) == pairs.alone(value)


def test_as_many_units_as_clips_need_no_table_of_them():
    score, background, _, rng = drawn(0, 40_000, 1, 4, 50)
    unit = np.arange(40_000)
    tracemalloc.start()
    pairs = Pairs.of(score, background, unit)
    value = rng.integers(0, 5, 40_000)
    assert 0.45 < pairs.within(value) < 0.55 and 0.4 < pairs.alone(value) < 0.6
    assert within_units(score, background, unit) is None, "no unit has clips of both sides"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6, f"{peak / 1e6:.0f} MB"
