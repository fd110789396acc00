"""Two maps laid out together: faithful, alike, the same bytes on any number of threads, and stopped when asked."""

from __future__ import annotations

from dataclasses import replace

import numba
import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection import graphs, joint
from bioviz.analysis.projection.alignment import procrustes
from bioviz.analysis.projection.joint import joint_maps, neighborhood_jaccard
from bioviz.analysis.projection.layouts import ProjectionSpec, project
from bioviz.analysis.projection.parallel_umap import epochs_for
from bioviz.analysis.projection.trustworthiness import trustworthiness
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


def test_neighbors_that_are_known_are_used_where_one_side_lacks_a_clip(monkeypatch):
    """They have three to spare; searched for they would be approximate or not by the machine that computes them."""
    left, right = two_sides()
    right[7] = np.nan
    spec = replace(
        SPEC, metric="cosine"
    )  # the mean of a clip more or less shows in Euclidean distances' last digits
    known = tuple(knn(np.float32(x), 12, "cosine") for x in (left, right))
    expected = joint_maps(left, right, spec)
    monkeypatch.setattr(graphs, "knn", lambda *_, **__: pytest.fail("they were searched for again"))
    np.testing.assert_array_equal(joint_maps(left, right, spec, known), expected)


@pytest.mark.parametrize("approximate", [True, False])
def test_what_is_searched_for_again_is_as_approximate_as_what_was_known(monkeypatch, approximate):
    left, right = two_sides()
    right[7] = np.nan
    known = tuple(replace(knn(np.float32(x), 5, SPEC.metric), approximate=approximate) for x in (left, right))
    asked = []

    def search(*arguments, **options):
        asked.append(options["approximate"])
        return knn(*arguments, **{**options, "approximate": False})

    monkeypatch.setattr(graphs, "knn", search)
    joint_maps(left, right, SPEC, known)
    assert asked == [approximate, approximate]


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
    assert whole.heard == list(range(epochs_for(60) + 1))


def test_threads_and_repeats_change_no_byte_and_seeds_do():
    left, right = two_sides(150)
    maps, before = [], numba.get_num_threads()
    try:
        for threads in (before, *range(1, before + 1)):
            numba.set_num_threads(threads)
            maps.append(np.stack(joint_maps(left, right, SPEC)))
    finally:
        numba.set_num_threads(before)
    assert all(each.tobytes() == maps[0].tobytes() for each in maps)
    assert not np.array_equal(np.stack(joint_maps(left, right, replace(SPEC, seed=7))), maps[0])


def test_joint_maps_are_as_faithful_as_maps_of_their_own_and_agree_better():
    """scikit-learn's digits, and the same with noise."""
    left = load_digits().data[:600].astype(np.float32)
    right = left + np.random.default_rng(0).normal(scale=4, size=left.shape).astype(np.float32)
    together = joint_maps(left, right, SPEC)
    alone = [project(x, replace(SPEC, method="umap_parallel")) for x in (left, right)]
    for x, joined, own in zip((left, right), together, alone, strict=True):
        assert trustworthiness(x, joined) > trustworthiness(x, own) - 0.01
    assert procrustes(*together).misfit < 0.5 * procrustes(*alone).misfit


def test_ties_are_the_jaccard_similarity_of_neighborhoods():
    left = sparse.csr_array(np.array([[0, 0.5, 0.2], [0.5, 0, 0], [0, 0, 0]]))
    right = sparse.csr_array(np.array([[0, 0.1, 0], [0, 0, 0.3], [0, 0, 0]]))
    np.testing.assert_allclose(neighborhood_jaccard(left, right), [0.5, 0, 1])


def test_only_umap_can_be_laid_out_jointly():
    with pytest.raises(BadInput, match="Only UMAP"):
        joint_maps(np.zeros((30, 3)), np.zeros((30, 3)), ProjectionSpec(method="pca"))
