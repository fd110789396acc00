"""What is measured of one side of a comparison."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.comparison.sides import Side, measures_of
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from bioviz.analysis.statistics.folds import folds
from tests.analysis.planted import planted


def test_chance_is_reckoned_without_the_clips_own_recording():
    p = planted(n=200, mixing=0.3, per_recording=20)
    everywhere, elsewhere = p.graphs
    side = Side(p.x, everywhere, elsewhere, p.labels, p.targets, p.targets, p.mixed)
    measured = measures_of(side, elsewhere, p.recording, folds(p.targets, 5, 0, p.recording))
    wanted = noise_confusion(elsewhere, p.background, p.recording).confusion
    assert np.array_equal(measured.confusion.confusion, wanted, equal_nan=True)
    assert not np.allclose(wanted, noise_confusion(elsewhere, p.background).confusion, equal_nan=True)
    assert measured.told[~p.mixed].mean() > 0.9 and measured.probed[~p.mixed].mean() > 0.9
