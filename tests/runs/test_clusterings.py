"""The other clusterings of a run: found when asked for, scored as scikit-learn scores them, and of this run alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import normalized_mutual_info_score
from sklearn.mixture import GaussianMixture

from bioviz.analysis.scores.clustering import CLUSTERINGS
from bioviz.datasets.types import Dataset
from bioviz.runs import Run, RunSpec, compute_run
from bioviz.runs.clusterings import (
    clusterings_job,
    clusterings_key,
    compute_clusterings,
    job_params,
    read_clusterings,
)
from bioviz.ui.clusterings_panel import METHODS, clusterings_table
from tests.compared import PCA, calls  # noqa: F401  (a fixture)


class Silence:
    def report(self, *args: object) -> None:
        pass


@pytest.fixture
def run(calls: Dataset) -> Run:  # noqa: F811
    return compute_run(RunSpec(calls.id, "acoustic_features", "none", projection=PCA))


def test_all_methods_on_map_and_embedding_are_kept_and_found_again(run):
    key = clusterings_key(run)
    assert read_clusterings(key) is None
    assert clusterings_job(job_params(run.spec), Silence())["clips"] == len(run)
    kept = read_clusterings(key)
    assert {(c.space, c.method) for c in kept.clusterings} == {
        (space, method) for space in ("projection", "embedding") for method in CLUSTERINGS
    }
    again = compute_clusterings(run)
    for first, second in zip(kept.clusterings, again.clusterings, strict=True):
        assert np.array_equal(first.clusters, second.clusters), "same inputs, same clusters"


def test_scores_are_those_of_scikit_learn_and_k_means_is_the_run_own(run):
    by_name = {(c.space, c.method): c for c in compute_clusterings(run).clusterings}
    own = by_name["projection", "kmeans"]
    assert own.with_labels.nmi == pytest.approx(run.scores["nmi"], abs=1e-6)
    xy = np.asarray(run.xy, dtype=np.float64)
    scaled = (xy - xy.mean(axis=0)) / xy.std()
    k = len(np.unique(run.targets))
    mixture = GaussianMixture(k, reg_covar=1e-5, random_state=42).fit_predict(scaled)
    assert by_name["projection", "gmm"].with_labels.nmi == pytest.approx(
        normalized_mutual_info_score(run.targets, mixture), abs=1e-6
    )


def test_another_map_and_other_clips_have_clusterings_of_their_own(run):
    others = [
        replace(run.spec, without_background=True),
        replace(run.spec, projection=replace(PCA, method="tsne", perplexity=5.0, metric="cosine")),
    ]
    keys = {clusterings_key(run), *(clusterings_key(compute_run(spec)) for spec in others)}
    assert len(keys) == 3


def test_the_table_names_methods_in_words_and_says_what_is_in_no_cluster(run):
    table = clusterings_table(compute_clusterings(run).clusterings)
    assert set(table["method"]) == set(METHODS.values()) and len(table) == 8
    dense = table[table["method"] == "HDBSCAN"].iloc[0]
    assert 0 <= dense["clips in none"] <= len(run)


def test_the_page_offers_them_and_shows_them_once_they_are_there(run):
    from bioviz.runs.diagnosis import compute_diagnosis
    from tests.pages.test_pages import open_app

    compute_diagnosis(run)
    link = {"dataset": run.spec.dataset, "model": "acoustic_features", "method": "pca", "section": "scores"}
    app = open_app("diagnose.py", **link)
    assert not app.exception
    assert app.button(key="diagnose_clusterings").label == "Other clusterings"
    compute_clusterings(run)
    app = open_app("diagnose.py", **link)
    assert not app.exception
    (shown,) = (frame.value for frame in app.dataframe if "method" in frame.value)
    assert set(shown["method"]) == set(METHODS.values())
    assert not [button for button in app.button if button.key == "diagnose_clusterings"]
