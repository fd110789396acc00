"""Nothing but the project's own errors comes out of the readers, whatever a file holds (see `fuzzing`)."""

from __future__ import annotations

import pytest

from tests.datasets import fuzzing


@pytest.mark.parametrize("seed", [1, 2])
def test_broken_files_give_sentences_or_are_read(seed):
    outcome = fuzzing.run(seconds=60, seed=seed, most=400)
    assert outcome.inputs >= 100 and not outcome.faults, outcome.faults[:1]
    assert outcome.counts["read"] and outcome.counts["refused"]


def test_the_fuzz_notices_a_fault(monkeypatch):
    from bioviz.datasets.formats import audacity

    monkeypatch.setattr(audacity, "read", lambda *_: 1 / 0)
    assert any("ZeroDivisionError" in text for _, _, text in fuzzing.run(60, seed=1, most=400).faults)
