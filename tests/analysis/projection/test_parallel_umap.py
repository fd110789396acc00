"""The parallel UMAP is UMAP: the same graph and curve, as faithful a map, the same bytes on any number of threads."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from sklearn.datasets import load_digits

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection.layouts import UMAPS, ProjectionSpec, project, umap_neighbors
from bioviz.analysis.projection.parallel_umap import curve, fuzzy_graph, lay_out, principal_axes
from bioviz.analysis.projection.trustworthiness import trustworthiness
from bioviz.errors import Cancelled
from bioviz.progress import Silent

SPEC = ProjectionSpec(method="umap_parallel", n_neighbors=15)
UMAP = ProjectionSpec(n_neighbors=15)


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_digits().data[:900].astype(np.float32)


@pytest.fixture(scope="module")
def neighbors(digits) -> tuple[np.ndarray, np.ndarray]:
    return umap_neighbors(digits, SPEC, None, Silent())


@pytest.mark.parametrize("alike", [False, True], ids=["", "many clips alike"])
def test_the_graph_is_umap_learns_and_what_is_given_stays_as_it_was(digits, alike):
    from umap.umap_ import fuzzy_simplicial_set

    x = digits[np.arange(300) // 40] if alike else digits[:300]
    indices, distances = umap_neighbors(x, SPEC, None, Silent())
    given = indices.copy(), distances.copy()
    theirs = fuzzy_simplicial_set(
        x, 15, np.random.RandomState(0), "euclidean", knn_indices=indices, knn_dists=distances
    )[0]
    assert abs(theirs - fuzzy_graph(indices, distances)).max() < 1e-5
    assert (indices == given[0]).all() and (distances == given[1]).all()


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5, 1.0])
def test_the_curve_is_umap_learns(min_dist):
    from umap.umap_ import find_ab_params

    np.testing.assert_allclose(curve(min_dist), find_ab_params(1.0, min_dist), rtol=1e-6)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_the_map_is_as_faithful_as_umap_learns(digits, metric):
    graph = knn(digits, 30, metric)
    trust, kept = {}, {}
    for method in UMAPS:
        xy = project(digits, ProjectionSpec(method=method, n_neighbors=15, metric=metric), graph)
        assert xy.dtype == np.float32 and np.isfinite(xy).all()
        trust[method] = trustworthiness(digits, xy, metric=metric)
        near = knn(xy, 15, "euclidean").indices
        both = [len(np.intersect1d(*pair)) for pair in zip(near, graph.indices[:, :15], strict=True)]
        kept[method] = np.mean(both) / 15
    print(f"\n{metric}: trustworthiness {trust}, neighbors kept {kept}")
    assert trust["umap_parallel"] > trust["umap"] - 0.01
    assert kept["umap_parallel"] > kept["umap"] - 0.01


def test_few_clips_keep_as_many_neighbors_of_few(digits):
    """With 5 neighbors; of 5 seeds, as one moves it by more than what is looked for."""
    x = digits[:300]
    graph, kept = knn(x, 15, "euclidean"), {}
    for method in UMAPS:
        specs = [ProjectionSpec(method, n_neighbors=5, seed=seed) for seed in range(5)]
        near = [knn(project(x, spec, graph), 15, "euclidean").indices for spec in specs]
        both = [
            len(np.intersect1d(*pair))
            for indices in near
            for pair in zip(indices, graph.indices, strict=True)
        ]
        kept[method] = np.mean(both) / 15
    print(f"\nneighbors kept {kept}")
    assert kept["umap_parallel"] > kept["umap"] - 0.002


def test_threads_and_repeats_change_no_byte_and_seeds_do(digits, neighbors):
    maps = []
    before = numba.get_num_threads()
    try:
        for threads in (before, *range(1, before + 1)):
            numba.set_num_threads(threads)
            maps.append(project(digits, SPEC))
    finally:
        numba.set_num_threads(before)
    assert all(xy.tobytes() == maps[0].tobytes() for xy in maps)
    other = lay_out(digits, *neighbors, min_dist=0.1, seed=7, progress=Silent())
    assert not np.array_equal(other, maps[0])


def test_it_starts_where_it_is_told(digits, neighbors):
    """From a start in which two halves have changed sides, the map's halves have too."""
    start = principal_axes(digits)
    plain, turned = (
        lay_out(digits, *neighbors, min_dist=0.1, seed=42, start=each, progress=Silent())
        for each in (start, start * (-1, 1))
    )
    assert np.corrcoef(start[:, 0], plain[:, 0])[0, 1] > 0.5
    assert np.corrcoef(start[:, 0], turned[:, 0])[0, 1] < -0.5


def test_it_stops_between_two_epochs(digits):
    class Stop:
        def report(self, stage: str, done: float, total: float, unit: str = "", note: str = "") -> None:
            if unit == "epochs" and done >= 3:
                raise Cancelled("enough")

    with pytest.raises(Cancelled):
        project(digits, SPEC, progress=Stop())


@pytest.mark.parametrize(
    "x", [np.ones((40, 8)), np.eye(40), np.arange(40.0)[:, None]], ids=["alike", "apart", "1-d"]
)
def test_odd_sets_have_places(x):
    assert np.isfinite(project(x.astype(np.float32), SPEC)).all()
