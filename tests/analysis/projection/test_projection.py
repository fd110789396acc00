"""Projections: quality floors instead of coordinates, the one graph, and sets too small or too odd to lay out."""

from __future__ import annotations

import threading
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection import graphs, tsne
from bioviz.analysis.projection.layouts import PRESETS, ProjectionSpec, project
from bioviz.errors import BadInput, Cancelled

UMAP = ProjectionSpec(n_neighbors=15)
TSNE = ProjectionSpec(method="tsne", perplexity=10)
PARALLEL_TSNE = ProjectionSpec(method="tsne_parallel", perplexity=10)
PCA_SPEC = ProjectionSpec(method="pca")


@pytest.fixture(scope="module")
def blobs() -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.normal(size=(6, 20))[np.arange(240) % 6] * 4 + rng.normal(size=(240, 20))).astype(np.float32)


def test_the_papers_settings():
    specs = {(s.n_neighbors, s.min_dist) for s in PRESETS.values() if s.method == "umap"}
    assert specs == {(50, 0.5), (50, 0.1), (100, 0.5)}
    assert {s.seed for s in PRESETS.values()} == {42}
    assert [s.perplexity for s in PRESETS.values() if s.method == "tsne"] == [25]


@pytest.mark.parametrize("spec", [UMAP, TSNE, PARALLEL_TSNE], ids=["umap", "tsne", "parallel tsne"])
def test_keeps_neighborhoods_and_repeats_itself(blobs, spec):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ImportWarning)  # umap: no tensorflow
        xy = project(blobs, spec)
    assert xy.shape == (240, 2) and xy.dtype == np.float32
    assert trustworthiness(blobs, xy, n_neighbors=5) > 0.85
    assert (project(blobs, spec) == xy).all()


def test_pca_equals_scikit_learn_up_to_sign(blobs):
    ours, theirs = project(blobs, PCA_SPEC), PCA(2, svd_solver="full").fit_transform(blobs)
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=1e-3)


@pytest.mark.parametrize("spec", [UMAP, PARALLEL_TSNE], ids=["umap", "parallel tsne"])
def test_the_graph_that_is_given_is_taken(blobs, spec, monkeypatch):
    graph = knn(blobs, 30, "euclidean")
    own = project(blobs, spec)
    monkeypatch.setattr(graphs, "knn", None)  # calling it would raise
    assert (project(blobs, spec, graph) == own).all()


def test_the_graph_is_taken_for_the_rows_that_have_an_embedding(blobs, monkeypatch):
    x = blobs.copy()
    x[[3, 200]] = np.nan
    graph = knn(x, 30, "euclidean")
    own = project(x, UMAP)
    monkeypatch.setattr(graphs, "knn", None)
    np.testing.assert_array_equal(project(x, UMAP, graph), own)


def test_a_graph_among_some_rows_is_that_of_these_rows(blobs):
    rows = np.random.default_rng(0).random(len(blobs)) < 0.8
    part = graphs.among(knn(blobs, 60, "cosine", approximate=False), rows)
    expected = knn(blobs[rows], 60, "cosine")
    surely = 20  # of 60 neighbors some 48 are left
    np.testing.assert_array_equal(part.indices[:, :surely], expected.indices[:, :surely])
    np.testing.assert_array_equal(part.distances[:, :surely], expected.distances[:, :surely])
    gone = part.indices < 0
    assert gone.any() and np.isinf(part.distances[gone]).all() and not (gone[:, :-1] & ~gone[:, 1:]).any()


def test_the_parallel_tsne_is_as_faithful():
    """On scikit-learn's digits."""
    x = load_digits().data[:500].astype(np.float32)
    maps = [project(x, replace(spec, perplexity=25)) for spec in (TSNE, PARALLEL_TSNE)]
    faithful = [trustworthiness(x, xy, n_neighbors=15) for xy in maps]
    assert faithful[1] > faithful[0] - 0.01
    assert not np.array_equal(project(x, replace(PARALLEL_TSNE, perplexity=25, seed=7)), maps[1])


def test_threads_change_no_byte_of_a_parallel_tsne(blobs, monkeypatch):
    """They take part where forces are interpolated; a few iterations, as an interpolated one takes 20 ms."""
    monkeypatch.setattr(tsne, "INTERPOLATED_FROM", 100)
    monkeypatch.setattr(tsne, "EARLY", 30)
    monkeypatch.setattr(tsne, "LATE", 30)
    maps = []
    for threads in (1, 2):
        monkeypatch.setattr(tsne, "threads_here", lambda threads=threads: threads)
        maps.append(project(blobs, PARALLEL_TSNE))
    assert maps[0].tobytes() == maps[1].tobytes()
    monkeypatch.setattr(tsne, "INTERPOLATED_FROM", 1000)
    assert maps[0].tobytes() != project(blobs, PARALLEL_TSNE).tobytes()


@pytest.mark.parametrize("change", [{"metric": "cosine"}, {"k": 5}, {"groups": np.arange(240) % 3}])
def test_umap_does_not_take_a_graph_that_does_not_serve(blobs, change):
    arguments = {"k": 30, "metric": "euclidean", **change}
    assert (project(blobs, UMAP, knn(blobs, **arguments)) == project(blobs, UMAP)).all()


@pytest.mark.parametrize("spec", [UMAP, PARALLEL_TSNE], ids=["umap", "parallel tsne"])
def test_starts_from_given_positions(blobs, spec):
    first = project(blobs, spec)
    turned = first[:, ::-1] * [1, -1]
    again = project(blobs, spec, init=turned)
    correlation = np.corrcoef(again[:, 0], turned[:, 0])[0, 1]
    assert correlation > 0.8


@pytest.mark.parametrize(
    "spec", [UMAP, TSNE, PARALLEL_TSNE, PCA_SPEC], ids=["umap", "tsne", "parallel tsne", "pca"]
)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 8])
def test_few_clips(spec, n):
    x = np.random.default_rng(n).normal(size=(n, 7)).astype(np.float32)
    xy = project(x, spec)
    assert xy.shape == (n, 2) and np.isfinite(xy).all()


@pytest.mark.parametrize(
    "spec", [UMAP, TSNE, PARALLEL_TSNE, PCA_SPEC], ids=["umap", "tsne", "parallel tsne", "pca"]
)
def test_copies_and_rows_without_embedding(spec):
    x = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32)
    x[:20] = x[0]
    x[[3, 30]] = np.nan
    xy = project(x, spec)
    assert np.isnan(xy[[3, 30]]).all()
    assert np.isfinite(np.delete(xy, [3, 30], axis=0)).all()


@pytest.mark.parametrize(
    "spec", [UMAP, TSNE, PARALLEL_TSNE, PCA_SPEC], ids=["umap", "tsne", "parallel tsne", "pca"]
)
def test_all_clips_alike(spec):
    assert np.isfinite(project(np.ones((30, 5), np.float32), spec)).all()


def test_nothing_but_failures():
    assert np.isnan(project(np.full((5, 3), np.nan, np.float32), UMAP)).all()


class Stop:
    """Progress that stops in the middle of the layout."""

    def __init__(self):
        self.seen = []

    def report(self, stage, done, total, unit="clips", note=""):
        self.seen.append((stage, done, total, unit))
        if unit == "epochs" and done > 0:
            raise Cancelled("stopped")


def test_can_be_watched_and_stopped(monkeypatch):
    x = np.random.default_rng(2).normal(size=(3000, 8)).astype(np.float32)
    stop = Stop()
    with pytest.raises(Cancelled):
        project(x, ProjectionSpec(n_neighbors=30), progress=stop)
    assert any(unit == "epochs" for *_, unit in stop.seen)


def test_a_parallel_tsne_can_be_watched_and_stopped(blobs):
    class StopAt:
        def __init__(self, iteration: int) -> None:
            self.iteration, self.heard = iteration, []

        def report(self, stage, done, total, unit="clips", note=""):
            if unit == "iterations":
                self.heard.append((done, total))
                if done == self.iteration:
                    raise Cancelled("stopped")

    stop = StopAt(300)  # beyond the early exaggeration, which openTSNE counts by itself
    with pytest.raises(Cancelled):
        project(blobs, PARALLEL_TSNE, progress=stop)
    assert stop.heard == [(done, 750) for done in range(0, 301, 5)]


def test_one_that_was_stopped_does_not_hold_up_the_next_in_another_thread(blobs):
    x = np.random.default_rng(2).normal(size=(3000, 8)).astype(np.float32)
    with pytest.raises(Cancelled):
        project(x, ProjectionSpec(n_neighbors=30), progress=Stop())
    found = []
    thread = threading.Thread(target=lambda: found.append(project(blobs, UMAP)), daemon=True)
    thread.start()
    thread.join(120)
    assert found and np.isfinite(found[0]).all()


def test_spec_to_dict_and_back():
    for spec in PRESETS.values():
        assert ProjectionSpec.from_dict(spec.to_dict()) == spec
    assert "perplexity" not in UMAP.to_dict()
    assert ProjectionSpec.from_dict({"n_neighbors": "30", "min_dist": "0.5"}) == ProjectionSpec(
        n_neighbors=30, min_dist=0.5
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"method": "isomap"}, "Unknown projection 'isomap'"),
        ({"metric": "manhattan"}, "Unknown distance"),
        ({"n_neighbors": 1}, "n_neighbors of 2 or more"),
        ({"min_dist": 2}, "min_dist"),
        ({"n_neighbors": "many"}, "n_neighbors must be a whole number, not .many."),
        ({"n_neighbors": 2.5}, "n_neighbors must be a whole number"),
        ({"perplexity": "nan"}, "perplexity must be a number"),
        ({"colour": "red"}, "Unknown projection settings: colour"),
    ],
)
def test_says_what_is_wrong(values, message):
    with pytest.raises(BadInput, match=message):
        ProjectionSpec.from_dict(values)


def test_refuses_a_graph_of_other_clips(blobs):
    with pytest.raises(BadInput, match="neighbors are of 10 clips"):
        project(blobs, UMAP, knn(blobs[:10], 5))
