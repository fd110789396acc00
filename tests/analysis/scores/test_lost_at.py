"""Where labels are lost: read off between the steps, with an interval, and only where they were told at all."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.analysis.scores.lost_at import TOLD, lost_apart, lost_at, lost_range, told_as_recorded

SNRS = np.array([np.inf, 20.0, 10, 0, -10])


def test_where_a_label_is_lost():
    snr = np.array([-10, 0, 10, 20.0])
    told = np.array([[0.5, 0.8, 0.5, 0.6], [0.7, 0.9, 0.5, 0.6], [0.8, 0.9, np.nan, 0.6], [1, 1, 1, 0.6]])
    at = lost_at(snr, told)
    assert at[0] == pytest.approx(5) and at[1] == -np.inf and np.isnan(at[2]) and at[3] == np.inf
    assert (lost_at(snr[::-1], told[::-1])[:2] == at[:2]).all()


def test_the_interval_is_where_the_ends_cross():
    values = np.array([1, 1, 0.9, 0.6, 0.5])[:, None, None]
    told = np.clip(np.concatenate([values, values - 0.1, values + 0.1], axis=2), 0, 1)
    ((at, low, high),) = lost_range(SNRS, told)
    assert at == pytest.approx(5) and low < at < high
    assert high == pytest.approx(10 - (0.8 - TOLD) / 0.3 * 10)


@pytest.mark.parametrize("as_recorded", [(0.7, 0.6, 0.8), (0.9, 0.45, 1.0), (0.9, np.nan, np.nan)])
def test_what_is_not_told_as_recorded_cannot_be_lost(as_recorded):
    told = np.tile([0.9, 0.8, 1.0], (5, 1, 1)).astype(float)
    assert np.isfinite(lost_range(SNRS, np.where(np.arange(5)[:, None, None] > 2, 0.5, told))).all()
    told[0, 0] = as_recorded
    assert not told_as_recorded(told)[0] and np.isnan(lost_range(SNRS, told)).all()


def test_labels_are_named_only_where_their_intervals_leave_no_doubt():
    nan, inf = np.nan, np.inf
    first, last = lost_apart(np.array([[12.0, 9, 15], [3, 0, 6], [-8, -9, -7], [nan, nan, nan]]))
    assert first.tolist() == [0] and last.tolist() == [2]
    first, last = lost_apart(np.array([[12.0, 4, 15], [3, 0, 6], [-8, -9, 1]]))
    assert first.tolist() == [] and last.tolist() == []
    first, last = lost_apart(np.array([[5.0, 4, 6], [-inf, -inf, -inf], [-inf, -inf, -inf]]))
    assert first.tolist() == [0] and last.tolist() == []
    assert [part.tolist() for part in lost_apart(np.array([[5.0, 4, 6]]))] == [[], []]
