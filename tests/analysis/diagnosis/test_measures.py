"""Which neighbors, recordings and scores the parts of a diagnosis are given."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from bioviz.analysis.diagnosis import measures
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.measures import Measures
from bioviz.analysis.diagnosis.rules import Rules
from bioviz.analysis.scores.prediction import neighbor_auroc
from bioviz.analysis.statistics.folds import folds
from tests.analysis.planted import Planted, planted


def measured(p: Planted, **more) -> Measures:
    options = {"k": 10, "seconds_per_clip": 3.0, **more}
    return Measures(DiagnosisInputs(p.x, *p.graphs, p.targets, p.labels, p.names, p.recording, **options))


@pytest.fixture(scope="module")
def leaky() -> Measures:
    """Recordings tell more than labels; two sites, own rules, files within recordings."""
    p = planted(n=400, mixing=0.3, leak=3.0)
    return measured(p, site=p.recording % 2, rules=Rules(snr_db=-1.0), file=np.arange(400))


def given(monkeypatch, name: str, call) -> dict[str, object]:
    """Arguments by name that a function of the module gets when `call` runs."""
    function, arguments = getattr(measures, name), {}

    def spy(*args, **more):
        arguments.update(inspect.signature(function).bind(*args, **more).arguments)
        return function(*args, **more)

    monkeypatch.setattr(measures, name, spy)
    call()
    return arguments


def test_replicates_of_each_graph_lie_around_its_own_value(leaky):
    for name, confusion in (("naive", leaky.clips.with_same_unit), ("auroc", leaky.clips.cross_unit)):
        value = neighbor_auroc(confusion, leaky.background)
        assert leaky.left_out[name][:, 0].mean() == pytest.approx(value, abs=0.005)
    assert abs(leaky.left_out["naive"].mean() - leaky.left_out["auroc"].mean()) > 0.015


def test_clips_are_judged_by_neighbors_of_other_recordings_where_there_are_any(leaky, monkeypatch):
    assert leaky.is_cross_unit and leaky.judged_graph is leaky.far
    evidence = given(monkeypatch, "Evidence", leaky.evidence)
    assert evidence["knn_all"] is leaky.near and evidence["knn_cross_unit"] is leaky.far
    assert evidence["site"] is leaky.inputs.site and evidence["rules"] is leaky.inputs.rules
    assert evidence["confusion"] is leaky.clips.cross_unit
    queued = given(monkeypatch, "queues", lambda: leaky.queues(np.zeros(400, dtype=np.int64)))
    assert queued["graph"] is leaky.knn_cross_unit
    confounded = given(monkeypatch, "confounds", lambda: leaky.confounds(np.zeros(400, dtype=np.int64)))
    near, far, *_ = confounded.values()
    assert near is leaky.near and far is leaky.far


def test_one_recording_is_judged_by_all_neighbors_and_said_so(monkeypatch):
    p = planted(n=100, per_recording=200)
    single = measured(p)
    assert not single.is_cross_unit and single.judged_graph is single.near
    assert single.left_out is None and single._matched_filter() is None
    assert any("one recording" in note for note in single.notes())
    queued = given(monkeypatch, "queues", lambda: single.queues(np.zeros(100, dtype=np.int64)))
    assert queued["graph"] is single.knn_all


def test_what_is_held_out_are_whole_recordings(leaky, monkeypatch):
    filtered = given(monkeypatch, "matched_filter_scores", leaky._matched_filter)
    fold = folds(leaky.targets, leaky.inputs.n_folds, leaky.inputs.seed, leaky.recording)
    assert any(np.array_equal(value, fold) for value in filtered.values() if isinstance(value, np.ndarray))
    called = given(monkeypatch, "call_scores", lambda: leaky.queues(np.zeros(400, dtype=np.int64)))
    assert any(value is leaky.inputs.file for value in called.values())


def test_false_alarms_are_of_the_labels_held_out(leaky, monkeypatch):
    counted = given(monkeypatch, "false_alarms", leaky.false_alarms)
    scores = next(iter(counted.values()))
    assert np.array_equal(scores, leaky.probes[1][:, 1:], equal_nan=True)
    assert measured(planted(n=100), seconds_per_clip=None).false_alarms() is None
