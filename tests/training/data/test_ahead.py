"""Clips are read by several threads some steps ahead, and come in order with the same draws."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from bioviz.training.data import inputs
from bioviz.training.data.inputs import Batch, batches

STEPS = [np.arange(3) + 3 * step for step in range(9)]


class Source:
    """Reads numbers; two threads must read at once for either to go on."""

    device = torch.device("cpu")

    def __init__(self, together: int) -> None:
        self._barrier = threading.Barrier(together)

    def read(self, rows, rng) -> Batch:
        if rows[0] < 3 * self._barrier.parties:
            self._barrier.wait(timeout=20)
        drawn = 0 if rng is None else rng.random()
        return Batch(rows, torch.as_tensor(rows + drawn))


@pytest.mark.parametrize("readers", [1, 3])
def test_several_read_at_once_and_nothing_changes_by_it(monkeypatch, readers):
    monkeypatch.setattr(inputs, "decoding_threads", lambda: readers)
    got = list(batches(Source(readers), STEPS, (5, 0, 1)))
    assert [batch.rows.tolist() for batch in got] == [rows.tolist() for rows in STEPS]
    drawn = [float(batch.values[0]) - batch.rows[0] for batch in got]
    np.testing.assert_allclose(drawn, [np.random.default_rng([5, 0, 1, i]).random() for i in range(9)])
    later = list(batches(Source(1), STEPS, (5, 0, 1), first=6))
    assert [batch.values.tolist() for batch in later] == [batch.values.tolist() for batch in got[6:]]
