"""Two maps laid out together: the same as umap-learn's step by step, the same every time, and stopped when asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection import joint
from bioviz.analysis.projection.alignment import procrustes
from bioviz.analysis.projection.joint import joint_maps, neighborhood_jaccard
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.errors import BadInput, Cancelled

SPEC = ProjectionSpec(n_neighbors=10)


def two_sides(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Three groups of clips, nearly the same on both sides but for a turn in space."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(3), n // 3)
    left = rng.normal(size=(n, 5)) + 8 * np.eye(5)[groups]
    right = (left + rng.normal(scale=0.2, size=left.shape)) @ np.linalg.qr(rng.normal(size=(5, 5)))[0]
    return left, right


def test_joint_maps_put_the_same_clips_in_the_same_places():
    left, right = two_sides()
    right[7] = np.nan
    a, b = joint_maps(left, right, SPEC)
    assert np.isnan(a[7]).all() and np.isnan(b[7]).all()
    there = np.arange(60) != 7
    assert procrustes(a, b).misfit < 0.2
    near = np.linalg.norm(a[there] - b[there], axis=1)
    assert np.median(near) < 0.3 * np.linalg.norm(np.ptp(a[there], axis=0))
    again = joint_maps(left, right, SPEC)
    np.testing.assert_array_equal(again, (a, b))


def test_neighbors_that_are_known_give_the_same_maps():
    left, right = two_sides()
    known = tuple(knn(np.float32(x), 12, SPEC.metric) for x in (left, right))
    np.testing.assert_array_equal(joint_maps(left, right, SPEC, known), joint_maps(left, right, SPEC))


class StopAt:
    """Cancels at an epoch of the layout; remembers those it heard of."""

    def __init__(self, epoch: int) -> None:
        self.epoch, self.heard = epoch, []

    def report(self, stage, done, total, unit="clips", note=""):
        if stage == joint.STAGE:
            self.heard.append(done)
            if done == self.epoch:
                raise Cancelled("stop")


def test_it_stops_between_epochs_and_the_next_one_runs():
    left, right = two_sides()
    progress = StopAt(3)
    with pytest.raises(Cancelled):
        joint_maps(left, right, SPEC, progress=progress)
    assert progress.heard == [0, 1, 2, 3]
    whole = StopAt(-1)
    assert np.isfinite(joint_maps(left, right, SPEC, progress=whole)).all()
    assert whole.heard == list(range(joint.EPOCHS + 1))


def test_it_is_compiled_once():
    from bioviz.analysis.projection.joint_kernel import epoch

    left, right = two_sides()
    joint_maps(left, right, SPEC)
    compiled = list(epoch.signatures)
    joint_maps(left[:30], right[:30], SPEC)
    assert len(compiled) == 1 and list(epoch.signatures) == compiled


def test_an_epoch_is_that_of_umap_learn(monkeypatch):
    """Against umap-learn's own function, run uncompiled on the same start."""
    from umap import layouts

    from bioviz.analysis.projection.joint_kernel import epoch

    rng = np.random.default_rng(1)
    n, a, b = 12, 1.3, 0.9
    graphs = [sparse.random(n, n, 0.4, "coo", np.float32, rng) for _ in range(2)]
    xy = rng.normal(scale=3, size=(2, n, 2)).astype(np.float32)
    ties = neighborhood_jaccard(*graphs)
    every = [rng.uniform(1.1, 3, graph.nnz) for graph in graphs]  # nothing that rounding could decide
    heads, tails = ([getattr(g, end).astype(np.int32) for g in graphs] for end in ("row", "col"))

    theirs = [places.copy() for places in xy]
    relations = np.full((2, 7, n), -1, dtype=np.int32)
    relations[0, 4], relations[1, 2] = np.arange(n), np.arange(n)  # one map on, one map back
    state = np.array([31_415_926, -53_589_793, 23_846_264], dtype=np.int64)
    negative = [e.astype(np.float32) / np.float32(5) for e in every]
    due, due_negative = [e.astype(np.float32) for e in every], [e.copy() for e in negative]
    weights = np.broadcast_to(ties, (2, 7, n))
    for number in range(4):
        turn = [0, 1] if number % 2 == 0 else [1, 0]
        monkeypatch.setattr(np.random, "shuffle", lambda order, turn=turn: np.copyto(order, turn))
        layouts._optimize_layout_aligned_euclidean_single_epoch(
            theirs, theirs, heads, tails, every, a, b, weights, relations, state, 1.0, 0.01, 2, True, 0.5,
            negative, due_negative, due, number,
        )  # fmt: skip

    ours, random = xy.copy(), np.array([31_415_926, -53_589_793, 23_846_264], dtype=np.int64)
    flat = np.concatenate(every)
    flat_negative = flat.astype(np.float32) / np.float32(5)
    mine, mine_negative = flat.astype(np.float32), flat_negative.copy()
    counts = np.array([g.nnz for g in graphs])
    for number in range(4):
        epoch(
            ours, np.concatenate(heads), np.concatenate(tails), counts, flat, mine, flat_negative, mine_negative,
            ties, np.array([a, b]), 0.01, 0.5, number, random,
        )  # fmt: skip
    assert np.abs(ours - xy).max() > 0.1
    np.testing.assert_array_equal(random, state)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


def test_ties_are_the_jaccard_similarity_of_neighborhoods():
    left = sparse.csr_array(np.array([[0, 0.5, 0.2], [0.5, 0, 0], [0, 0, 0]]))
    right = sparse.csr_array(np.array([[0, 0.1, 0], [0, 0, 0.3], [0, 0, 0]]))
    np.testing.assert_allclose(neighborhood_jaccard(left, right), [0.5, 0, 1])


def test_only_umap_can_be_laid_out_jointly():
    with pytest.raises(BadInput, match="Only UMAP"):
        joint_maps(np.zeros((30, 3)), np.zeros((30, 3)), ProjectionSpec(method="pca"))
