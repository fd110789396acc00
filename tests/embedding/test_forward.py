"""The batch size is found on the work itself; rows come back to their owners."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.embedding.batches.batch_embedder import BatchEmbedder, BatchSize
from bioviz.models.registry import open_model
from tests.embedding.helpers import MomentModel


def search(seconds_of, first=8, largest=256) -> BatchSize:
    size = BatchSize(first, largest)
    for _ in range(40):
        size.took(size.size, seconds_of(size.size))
    return size


def test_it_grows_while_that_pays():
    # A batch costs 1 s to start and 0.01 s a clip: the gain of doubling falls below 5 % only beyond 1000.
    assert search(lambda n: 1 + 0.01 * n).size == 256


def test_it_goes_back_to_the_best_where_larger_is_slower():
    assert search(lambda n: 0.1 * n * (1 if n <= 16 else 1.5) * (0.8 if n == 16 else 1)).size == 16


def test_it_stays_small_where_larger_is_no_quicker():
    assert search(lambda n: 0.1 * n).size == 8


def test_the_first_batch_of_a_size_does_not_count():
    size = BatchSize(8, 16)
    for seconds in (100.0, 1.0, 1.0, 1.0):
        size.took(8, seconds)
    assert size.size == 16
    for seconds in (0.001, 10.0, 10.0, 10.0):
        size.took(16, seconds)
    assert size.size == 8 and not size.searching


@pytest.mark.parametrize("at", range(16))
def test_one_slow_batch_decides_nothing(at):
    size, calm = BatchSize(8, 64), BatchSize(8, 64)
    for number in range(20):
        calm.took(calm.size, 1.0)
        size.took(size.size, 100.0 if number == at else 1.0)
    assert size.size == calm.size == 64


def test_with_patience_one_size_that_is_no_quicker_ends_no_search():
    seconds = {64: 1.0, 128: 2.1, 256: 2.0, 512: 9.0, 1024: 19.0}
    patient, hasty = BatchSize(64, 1024, patience=2), BatchSize(64, 1024)
    for _ in range(20):
        patient.took(patient.size, seconds[patient.size])
        hasty.took(hasty.size, seconds[hasty.size])
    assert (patient.size, hasty.size) == (256, 64) and not patient.searching


def test_partial_batches_do_not_count():
    size = BatchSize(8, 64)
    for _ in range(10):
        size.took(5, 1.0)
    assert size.size == 8 and size.searching


def test_it_never_grows_again_after_memory_ran_out():
    size = BatchSize(8, 1024)
    size.too_large(8)
    for _ in range(10):
        size.took(4, 0.1 / size.size)
    assert size.size == 4


@settings(max_examples=30, deadline=None)
@given(parts=st.lists(st.integers(1, 50), min_size=1, max_size=12), fits=st.integers(1, 40))
def test_every_row_comes_back_to_its_owner(parts, fits):
    generator = np.random.default_rng(0)
    sent = [generator.normal(size=(count, 16)).astype(np.float32) for count in parts]
    back = [np.full((count, 5), np.nan, np.float32) for count in parts]

    def deliver(owner, rows, embeddings):
        assert np.isnan(back[owner][rows]).all()
        back[owner][rows] = embeddings

    forward = BatchEmbedder(MomentModel(fits=fits), 8000, 16, deliver)
    for owner, waveforms in enumerate(sent):
        forward.add(owner, np.arange(len(waveforms)), waveforms)
    forward.finish()
    for waveforms, embeddings in zip(sent, back, strict=True):
        np.testing.assert_allclose(embeddings[:, 2:4], waveforms[:, [0, -1]])
        np.testing.assert_allclose(embeddings[:, 0], waveforms.mean(1), atol=1e-6)


@pytest.mark.parametrize("words", ["CUDA error: device-side assert", "shape mismatch"])
def test_other_errors_are_raised(words):
    class Failing(MomentModel):
        def embed(self, waveforms, rate):
            raise RuntimeError(words)

    forward = BatchEmbedder(Failing(), 8000, 16, lambda *_: None)
    with pytest.raises(RuntimeError, match=words):
        forward.add(0, np.arange(8), np.zeros((8, 16), np.float32))


@pytest.mark.parametrize("name", ["resnet18", "gpv_teacher2"])
def test_the_batch_size_and_what_is_left_to_do_change_no_byte(name, monkeypatch):
    rate, clips = 22_050, 40
    model = open_model(name, "random")
    waveforms = np.random.default_rng(0).normal(scale=0.1, size=(clips, rate // 2)).astype(np.float32)

    def embedded(rows, took):
        monkeypatch.setattr(BatchSize, "took", took)
        found = {}
        forward = BatchEmbedder(
            model, rate, rate // 2, lambda _, at, out: found.update(zip(at.tolist(), out, strict=True))
        )
        forward.add(0, np.asarray(rows), waveforms[rows])
        forward.finish()
        return np.stack([found[row] for row in rows])

    def stay(self, clips, seconds):
        pass

    def grow(self, clips, seconds):
        self.size = min(2 * self.size, 32)

    whole = embedded(np.arange(clips), stay)
    assert whole.tobytes() == embedded(np.arange(clips), grow).tobytes()
    assert whole[5:6].tobytes() == embedded(np.array([5]), stay).tobytes()
    assert whole[[38, 3, 7]].tobytes() == embedded(np.array([38, 3, 7]), grow).tobytes()
