"""A small version of the calibration suite: no rate is further from its aim than chance explains."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibration.__main__ import line
from tests.calibration.rates import Rate, misses_aim
from tests.calibration.registry import Row, all_simulations
from tests.calibration.simulations.shuffled_sound import deal


@pytest.mark.parametrize("simulation", [s for s in all_simulations() if s.small], ids=lambda s: s.name)
def test_keeps_to_its_aims(simulation):
    outcomes = simulation.outcomes(simulation.small)
    rates = {row: Rate.of_outcomes(outcomes[row.key]) for row in simulation.rows}
    missed = [line(row, rate) for row, rate in rates.items() if misses_aim(rate, row)]
    assert not missed, "\n".join(missed)


def test_names_and_keys_are_unique():
    simulations = all_simulations()
    assert len({s.name for s in simulations}) == len(simulations)
    for simulation in simulations:
        assert len({row.key for row in simulation.rows}) == len(simulation.rows)


def test_a_rate_misses_its_aim_only_beyond_chance():
    at_most, at_least = Row("a", "", "", 0.05, True), Row("b", "", "", 0.9, False)
    assert not misses_aim(Rate(3, 20, 20), at_most) and misses_aim(Rate(8, 20, 20), at_most)
    assert not misses_aim(Rate(16, 20, 20), at_least) and misses_aim(Rate(10, 20, 20), at_least)
    assert misses_aim(Rate(0, 0, 0), at_least) and not misses_aim(Rate(0, 0, 0), at_most)
    # Intervals of one dataset count once: 40 of 100 misses in two datasets are two unlucky datasets.
    assert not misses_aim(Rate(60, 100, 2), at_least)


def test_sound_is_dealt_out_by_whole_units():
    units = np.array([3, 0, 3, 1, 1, 2, 2, 3, 4, 4])
    seen = set()
    for seed in range(20):
        dealt = deal(np.random.default_rng(seed), units)
        assert sorted(dealt.tolist()) == list(range(10))
        order = np.argsort(units, kind="stable")
        given = units[dealt[order]]
        assert len(np.flatnonzero(np.diff(given))) == 4  # clips of one unit stay beside each other
        seen.add(tuple(given))
    assert len(seen) > 10
