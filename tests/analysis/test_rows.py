"""Where rows stand among others."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.rows import positions


def test_positions_are_where_the_rows_stand_and_minus_one_where_they_do_not():
    rows = np.array([2, 5, 9])
    assert positions(rows, np.array([9, 2, 3, 0, 10, 5])).tolist() == [2, 0, -1, -1, -1, 1]
    assert positions(rows, np.array([], dtype=np.int64)).tolist() == []
    assert positions(np.array([], dtype=np.int64), np.array([0, 7])).tolist() == [-1, -1]
