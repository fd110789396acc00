"""Projections: quality floors instead of coordinates, the one graph, and sets too small or too odd to lay out."""

from __future__ import annotations

import threading
import warnings

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection import graphs
from bioviz.analysis.projection.layouts import PRESETS, ProjectionSpec, project
from bioviz.errors import BadInput, Cancelled

UMAP = ProjectionSpec(n_neighbors=15)
TSNE = ProjectionSpec(method="tsne", perplexity=10)
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


@pytest.mark.parametrize("spec", [UMAP, TSNE], ids=["umap", "tsne"])
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


def test_umap_takes_the_graph_it_is_given(blobs, monkeypatch):
    graph = knn(blobs, 30, "euclidean")
    own = project(blobs, UMAP)
    monkeypatch.setattr(graphs, "knn", None)  # calling it would raise
    assert (project(blobs, UMAP, graph) == own).all()


@pytest.mark.parametrize("change", [{"metric": "cosine"}, {"k": 5}, {"groups": np.arange(240) % 3}])
def test_umap_does_not_take_a_graph_that_does_not_serve(blobs, change):
    arguments = {"k": 30, "metric": "euclidean", **change}
    assert (project(blobs, UMAP, knn(blobs, **arguments)) == project(blobs, UMAP)).all()


def test_starts_from_given_positions(blobs):
    first = project(blobs, UMAP)
    turned = first[:, ::-1] * [1, -1]
    again = project(blobs, UMAP, init=turned)
    correlation = np.corrcoef(again[:, 0], turned[:, 0])[0, 1]
    assert correlation > 0.8


@pytest.mark.parametrize("spec", [UMAP, TSNE, PCA_SPEC], ids=["umap", "tsne", "pca"])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 8])
def test_few_clips(spec, n):
    x = np.random.default_rng(n).normal(size=(n, 7)).astype(np.float32)
    xy = project(x, spec)
    assert xy.shape == (n, 2) and np.isfinite(xy).all()


@pytest.mark.parametrize("spec", [UMAP, TSNE, PCA_SPEC], ids=["umap", "tsne", "pca"])
def test_copies_and_rows_without_embedding(spec):
    x = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32)
    x[:20] = x[0]
    x[[3, 30]] = np.nan
    xy = project(x, spec)
    assert np.isnan(xy[[3, 30]]).all()
    assert np.isfinite(np.delete(xy, [3, 30], axis=0)).all()


@pytest.mark.parametrize("spec", [UMAP, TSNE, PCA_SPEC], ids=["umap", "tsne", "pca"])
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
        ({"n_neighbors": "many"}, "not a number"),
        ({"colour": "red"}, "Unknown projection settings: colour"),
    ],
)
def test_says_what_is_wrong(values, message):
    with pytest.raises(BadInput, match=message):
        ProjectionSpec.from_dict(values)


def test_refuses_a_graph_of_other_clips(blobs):
    with pytest.raises(BadInput, match="neighbors are of 10 clips"):
        project(blobs, UMAP, knn(blobs[:10], 5))
