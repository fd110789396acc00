"""Maps of which a sample is laid out, against the slow way and on hard cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection import placed
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.analysis.projection.trustworthiness import trustworthiness
from bioviz.progress import Silent


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(0, 200), min_size=1, max_size=8).filter(any),
    size=st.integers(1, 300),
    seed=st.integers(0, 50),
)
def test_a_sample_has_its_size_and_leaves_no_rare_label_out(counts, size, seed):
    targets = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    rows = placed.sample_by_label(targets, size, seed)
    assert len(rows) == min(size, len(targets)) and (np.diff(rows) > 0).all()
    assert rows.tolist() == placed.sample_by_label(targets, size, seed).tolist()
    drawn = np.bincount(targets[rows], minlength=len(counts))
    own = size // (placed.RARE * sum(count > 0 for count in counts))
    assert (drawn >= np.minimum(counts, own)).all()
    if size < len(targets):
        share = np.divide(drawn, counts, where=np.array(counts) > 0, out=np.ones(len(counts)))
        common = np.array(counts) > own
        assert np.ptp((drawn - own)[common] / np.maximum(np.array(counts) - own, 1)[common]) <= 1.01
        assert (share <= 1).all()


def test_another_seed_draws_others():
    targets = np.arange(1000) % 7
    one, other = (placed.sample_by_label(targets, 100, seed) for seed in (0, 1))
    assert len(np.intersect1d(one, other)) < 40


def slowly(x, graph, sample, places):
    """As `place_others`, clip by clip."""
    out = np.full((len(x), 2), np.nan)
    position = {row: i for i, row in enumerate(sample)}
    for row in range(len(x)):
        if row in position:
            out[row] = places[position[row]]
            continue
        near = [position[other] for other in graph.indices[row] if other in position][: placed.NEAREST]
        if not near:
            if not np.isfinite(x[row]).all():
                continue
            near = np.argsort(np.linalg.norm(x[sample] - x[row], axis=1))[: placed.NEAREST]
        theirs = places[near].astype(float)
        apart = np.linalg.norm(theirs[:, None] - theirs, axis=2)
        central = apart.sum(axis=1).argmin()
        out[row] = theirs[np.argsort(apart[central], kind="stable")[: placed.TOGETHER]].mean(axis=0)
    return out


def test_the_others_are_placed_as_clip_by_clip():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 6)).astype(np.float32)
    x[11] = np.nan
    sample = np.setdiff1d(placed.sample_by_label(rng.integers(0, 4, 600), 90, 0), [11])
    graph = knn(x, 8, "euclidean")
    places = rng.normal(size=(len(sample), 2)).astype(np.float32)
    found = placed.place_others(x, graph, sample, places)
    assert found.dtype == np.float32 and np.isnan(found[11]).all()
    assert found[sample].tobytes() == places.tobytes()
    assert (np.isin(graph.indices, sample).sum(axis=1) == 0).sum() > 50, "some have to be searched for"
    np.testing.assert_allclose(found, slowly(x, graph, sample, places), atol=1e-5)


def test_a_clip_between_two_crowds_lies_in_one_of_them():
    places = np.array([[0, 0], [0, 1], [1, 0], [100, 0], [100, 1], [0.5, 0.5], [101, 0]], dtype=np.float32)
    x = np.vstack([places, [[50, 0]]]).astype(np.float32)
    graph = knn(x, 7, "euclidean")
    found = placed.place_others(x, graph, np.arange(7), places)
    assert np.abs(found[7] - [0.5, 0.5]).max() < 0.6


@pytest.mark.parametrize("method", ["umap_parallel", "tsne"])
def test_a_sampled_map_is_nearly_as_true_as_a_whole_one_and_the_same_again(method):
    from bioviz.analysis.projection.layouts import project

    rng = np.random.default_rng(1)
    targets = rng.integers(0, 6, 600)
    x = (rng.normal(size=(600, 10)) + 4 * rng.normal(size=(6, 10))[targets]).astype(np.float32)
    graph, spec = knn(x, 60, "euclidean"), ProjectionSpec(method=method, n_neighbors=15)
    sample = placed.sample_by_label(targets, 200, 0)
    found = placed.project_sample(x, spec, graph, sample, Silent())
    assert found.tobytes() == placed.project_sample(x, spec, graph, sample, Silent()).tobytes()
    whole = trustworthiness(x, project(x, spec, graph))
    assert trustworthiness(x, found) > whole - 0.04
    assert trustworthiness(x, rng.permutation(found)) < 0.6


def test_what_is_sampled_is_said():
    assert placed.is_sampled(ProjectionSpec(), placed.LAID_OUT_UP_TO + 1)
    assert not placed.is_sampled(ProjectionSpec(), placed.LAID_OUT_UP_TO)
    assert not placed.is_sampled(ProjectionSpec(method="pca"), 10**7)
    assert "100,000 of the 1,000,000 clips" in placed.sampled_note(100_000, 1_000_000)
