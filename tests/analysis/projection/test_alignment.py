"""Aligning maps: a planted rotation, mirror, scale and shift go away, and nothing is bent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection.alignment import procrustes, starting_places
from bioviz.errors import BadInput


def turned(
    xy: np.ndarray, angle: float, mirror: bool, scale: float, shift: tuple[float, float]
) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    moved = xy @ np.array([[c, -s], [s, c]])
    if mirror:
        moved = moved * [-1, 1]
    return scale * moved + shift


@given(
    angle=st.floats(0, 6.28),
    mirror=st.booleans(),
    scale=st.floats(0.01, 100),
    shift=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_a_planted_turn_mirror_scale_and_shift_is_removed(angle, mirror, scale, shift, seed):
    xy = np.random.default_rng(seed).normal(size=(30, 2)) * [3, 1]
    fit = procrustes(xy, turned(xy, angle, mirror, scale, shift))
    np.testing.assert_allclose(fit(turned(xy, angle, mirror, scale, shift)), xy, atol=1e-3)
    assert fit.misfit < 1e-6
    assert np.sign(np.linalg.det(fit.rotation)) == (-1 if mirror else 1)


@given(seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_distances_keep_their_ratios_whatever_the_maps(seed):
    rng = np.random.default_rng(seed)
    target, moving = rng.normal(size=(2, 25, 2))
    fit = procrustes(target, moving)
    ratios = pdist(fit(moving).astype(float)) / pdist(moving)
    np.testing.assert_allclose(ratios, fit.scale, rtol=1e-3)
    assert fit.scale > 0


def test_both_maps_spread_equally_and_no_turn_fits_better():
    rng = np.random.default_rng(3)
    target, moving = rng.normal(size=(2, 40, 2))
    fit = procrustes(target, moving)
    assert fit(moving).var(axis=0).sum() == pytest.approx(target.var(axis=0).sum(), rel=1e-5)
    best, least = ((fit(moving) - target) ** 2).sum(), np.inf
    for _ in range(3000):
        shift, angle, mirror = rng.normal(0, 0.2, 2), rng.uniform(0, 6.28), rng.random() < 0.5
        assert ((turned(moving, angle, mirror, fit.scale, shift) - target) ** 2).sum() >= best - 1e-6
        other = turned(moving, angle, mirror, rng.uniform(0, 2), (0, 0))
        least = min(least, ((other - other.mean(axis=0) + target.mean(axis=0) - target) ** 2).sum())
    spread = ((target - target.mean(axis=0)) ** 2).sum()
    assert least / spread - 0.02 <= fit.misfit <= least / spread + 1e-9


def test_clips_without_a_place_are_left_alone():
    xy = np.random.default_rng(0).normal(size=(10, 2))
    moving = turned(xy, 1.0, False, 2.0, (3, 4))
    moving[4] = np.nan
    aligned = procrustes(xy, moving)(moving)
    assert np.isnan(aligned[4]).all()
    rest = np.arange(10) != 4
    np.testing.assert_allclose(aligned[rest], xy[rest], atol=1e-5)


@pytest.mark.parametrize("moving", [np.zeros((5, 2)), np.full((5, 2), np.nan)])
def test_a_map_without_extent_does_not_blow_up(moving):
    target = np.random.default_rng(0).normal(size=(5, 2))
    fit = procrustes(target, moving)
    assert fit.scale == 1.0
    assert np.array_equal(np.isfinite(fit(moving)), np.isfinite(moving))


def test_maps_of_different_lengths_are_refused():
    with pytest.raises(BadInput, match="clip by clip"):
        procrustes(np.zeros((3, 2)), np.zeros((4, 2)))


def test_a_new_clip_starts_amid_its_known_neighbors():
    x = np.array([[0.0], [0.1], [10.0], [10.1], [0.05]])
    graph = knn(x, 2, "euclidean")
    known = np.array([[1, 1], [3, 1], [50, 50], [60, 50], [np.nan, np.nan]], dtype=np.float32)
    places = starting_places(known, graph)
    np.testing.assert_array_equal(places[:4], known[:4])
    np.testing.assert_allclose(places[4], [2, 1])
