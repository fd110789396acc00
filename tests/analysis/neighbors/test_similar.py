"""Search by the model's embedding: the order, what is left out, and what the route tells."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from bioviz.analysis.neighbors import similar
from bioviz.analysis.neighbors.similar import cosine_to, ranked


@pytest.mark.parametrize("block", [7, 10_000])
def test_all_clips_are_ranked_by_their_cosine(monkeypatch, block):
    monkeypatch.setattr(similar, "_BLOCK_ROWS", block)
    embedding = np.random.default_rng(0).normal(size=(60, 9)).astype(np.float32)
    expected = cosine_similarity(embedding.astype(float), embedding[[5]].astype(float))[:, 0]
    order, cosine = ranked(embedding, 5)
    assert sorted([*order.tolist(), 5]) == list(range(60))
    np.testing.assert_allclose(cosine, expected[order], atol=1e-6)
    assert (np.diff(cosine) <= 0).all()


def test_the_size_of_an_embedding_does_not_matter():
    embedding = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)
    scaled = embedding * np.random.default_rng(1).uniform(0.1, 50, (30, 1)).astype(np.float32)
    assert (ranked(embedding, 3)[0] == ranked(scaled, 3)[0]).all()


def test_only_what_is_allowed_is_found():
    embedding = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)
    allowed = np.arange(30) % 3 == 0
    order, _ = ranked(embedding, 3, allowed)
    assert sorted(order.tolist()) == [i for i in range(0, 30, 3) if i != 3]


def test_of_equals_the_first_comes_first_and_what_has_no_direction_is_no_more_alike_than_any():
    embedding = np.array([[1, 0], [1, 0], [0, 0], [2, 0], [0, 1], [-1, 0]], dtype=np.float32)
    order, cosine = ranked(embedding, 3)
    assert order.tolist() == [0, 1, 2, 4, 5]
    assert cosine.tolist() == [1, 1, 0, 0, -1]
    assert not cosine_to(embedding, embedding[2]).any()
