"""Stage keys follow what matters and nothing else; stages on disk are whole, absent or dropped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bioviz.analysis.projection import parallel_umap
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.models.devices import map_epochs
from bioviz.runs import stages
from bioviz.runs.stages import Clips, keys_for

CLIPS = Clips(
    dataset="demo",
    set_key="abc",
    rows=np.arange(300),
    groups=np.repeat(np.arange(30), 10),
    targets=np.arange(300) % 3,
    labels=np.eye(3, dtype=bool)[np.arange(300) % 3][:, 1:],
    target_names=("background", "frog", "owl"),
)
UMAP = ProjectionSpec()


def changed(clips=CLIPS, projection=UMAP, than=(CLIPS, UMAP)) -> set[str]:
    """Names of the stages whose keys differ."""
    one, two = keys_for(clips, projection), keys_for(*than)
    return {
        name for name in ("neighbors", "projection", "scores") if getattr(one, name) != getattr(two, name)
    }


@pytest.mark.parametrize(
    ("what", "stages_anew"),
    [
        ({"set_key": "abd"}, {"neighbors", "projection", "scores"}),
        ({"rows": np.arange(1, 301)}, {"neighbors", "projection", "scores"}),
        ({"groups": np.arange(300)}, {"neighbors", "scores"}),
        ({"targets": np.zeros(300)}, {"scores"}),
        ({"labels": np.ones((300, 2), bool)}, {"scores"}),
        ({"target_names": ("background", "frog", "bat")}, {"scores"}),
        ({"dataset": "copy"}, {"scores"}),
    ],
)
def test_other_clips_or_labels(what, stages_anew):
    assert changed(clips=replace(CLIPS, **what)) == stages_anew


@pytest.mark.parametrize(
    ("what", "stages_anew"),
    [
        ({"n_neighbors": 30}, {"projection", "scores"}),
        ({"n_neighbors": 150}, {"neighbors", "projection", "scores"}),  # more than are kept
        ({"min_dist": 0.5}, {"projection", "scores"}),
        ({"seed": 1}, {"projection", "scores"}),
        ({"metric": "cosine"}, {"neighbors", "projection", "scores"}),
        ({"method": "pca"}, {"projection", "scores"}),
        ({"perplexity": 5}, set()),  # UMAP has none
    ],
)
def test_other_projection(what, stages_anew):
    assert changed(projection=replace(UMAP, **what)) == stages_anew


def test_settings_of_other_methods_do_not_count():
    pca = ProjectionSpec(method="pca")
    assert changed(projection=replace(pca, n_neighbors=5, min_dist=0.9, seed=3), than=(CLIPS, pca)) == set()
    tsne = ProjectionSpec(method="tsne")
    assert changed(projection=replace(tsne, n_neighbors=500, min_dist=0.9), than=(CLIPS, tsne)) == set()
    assert changed(projection=replace(tsne, perplexity=5), than=(CLIPS, tsne)) == {"projection", "scores"}


def test_a_new_version_of_our_own_kernel_draws_its_maps_anew(monkeypatch):
    parallel = ProjectionSpec(method="umap_parallel")
    before = [keys_for(CLIPS, each).projection for each in (UMAP, parallel)]
    monkeypatch.setattr(parallel_umap, "VERSION", parallel_umap.VERSION + 1)
    assert keys_for(CLIPS, UMAP).projection == before[0]
    assert keys_for(CLIPS, parallel).projection != before[1]


def test_what_a_gpu_rounds_in_its_own_way_has_a_key_of_its_own(monkeypatch):
    parallel = ProjectionSpec(method="umap_parallel")
    own, gpus = keys_for(CLIPS, parallel), keys_for(CLIPS, parallel, on_gpu=True)
    assert own.projection != gpus.projection and own.scores != gpus.scores and own.neighbors == gpus.neighbors
    with monkeypatch.context() as many:
        many.setattr("bioviz.analysis.projection.placed.LAID_OUT_UP_TO", 100)
        sampled = [keys_for(CLIPS, parallel, on_gpu=on_gpu) for on_gpu in (False, True)]
        assert sampled[0].sampled and sampled[0].projection != sampled[1].projection
    monkeypatch.setattr(map_epochs, "VERSION", map_epochs.VERSION + 1)
    assert keys_for(CLIPS, parallel) == own
    assert keys_for(CLIPS, parallel, on_gpu=True).projection != gpus.projection
    assert stages.ways_to_lay_out(map_epochs.FROM, parallel) == (False, True)
    assert stages.ways_to_lay_out(map_epochs.FROM - 1, parallel) == (False,)
    assert stages.ways_to_lay_out(map_epochs.FROM, UMAP) == (False,), "umap-learn's is the processor's"


def test_integer_width_does_not_count():
    assert changed(clips=replace(CLIPS, rows=CLIPS.rows.astype(np.int32))) == set()


@pytest.mark.parametrize(("n", "k"), [(1, 1), (2, 1), (50, 49), (101, 100), (5000, 100)])
def test_neighbors_kept(n, k):
    few = replace(CLIPS, rows=np.arange(n), groups=np.arange(n), targets=np.zeros(n))
    assert keys_for(few, UMAP).k == k


def test_save_and_read_back():
    xy = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    stages.save("projection", "k", {"xy": xy}, {"n": 5})
    assert stages.read_meta("projection", "k") == {"n": 5}
    np.testing.assert_array_equal(stages.read("projection", "k", "xy")[0], xy)
    assert (
        stages.read_meta("projection", "other") is None and stages.read("projection", "other", "xy") is None
    )


def test_damaged_array_drops_the_stage(own_cache):
    stages.save("projection", "k", {"xy": np.zeros((5, 2), np.float32)}, {})
    path = next((own_cache / "runs").rglob("xy.npy"))
    path.write_bytes(path.read_bytes()[:-50])
    assert stages.read("projection", "k", "xy") is None
    assert stages.read_meta("projection", "k") is None


def test_damaged_meta_drops_the_stage(own_cache):
    stages.save("projection", "k", {"xy": np.zeros((5, 2), np.float32)}, {"a": 1})
    next((own_cache / "runs").rglob("meta.json")).write_text("{")
    assert stages.read_meta("projection", "k") is None
