"""Traces of a drowned call, by a matched filter; and clips that sound like background by their measures alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bioviz.analysis import rows
from bioviz.analysis.codes import with_background
from bioviz.analysis.diagnosis.likeness import both, looks_like, trace
from bioviz.analysis.diagnosis.rules import Rules
from bioviz.analysis.diagnosis.sounds.likeness import sounds_like_background
from bioviz.analysis.diagnosis.sounds.sound import Sound
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.scores import matched_filter, probe
from bioviz.analysis.scores.matched_filter import matched_filter_scores
from bioviz.analysis.scores.probe import probe_scores
from bioviz.analysis.statistics.folds import folds


def drowned(rng: np.random.Generator):
    """Background varies strongly along most directions; calls are shifted, drowned ones by an eighth of that."""
    n, d = 600, 24
    targets = rng.integers(0, 3, n)
    spread = np.geomspace(8, 0.3, d)
    shift = np.zeros((3, d))
    shift[1, 10:] = shift[2, :14] = 5.0
    weak = (targets > 0) & (rng.random(n) < 0.15)
    x = rng.normal(size=(n, d)) * spread + shift[targets] * np.where(weak, 0.15, 1.0)[:, None]
    empty = np.flatnonzero(targets == 0)[:40]
    labels = targets.copy()
    labels[empty] = 1 + rng.integers(0, 2, 40)
    return x.astype(np.float32), labels, weak, empty, np.arange(n) % 5


def test_the_filter_finds_more_traces_than_the_probe_at_the_same_false_alarms():
    found = {"filter": [], "probe": [], "false": []}
    for seed in range(5):
        x, targets, weak, empty, fold = drowned(np.random.default_rng(seed))
        members = with_background(np.eye(3, dtype=bool)[targets][:, 1:])
        clear = ~weak
        by_filter = trace(matched_filter_scores(x, members, clear, fold), members) <= 0.1
        by_probe = trace(probe_scores(x, members, fold), members) <= 0.1
        found["filter"].append(by_filter[weak].mean())
        found["probe"].append(by_probe[weak].mean())
        found["false"].append(by_filter[empty].mean())
    assert np.mean(found["filter"]) > np.mean(found["probe"]) + 0.05
    assert np.mean(found["false"]) < 0.2


def test_nothing_is_scored_without_background_or_folds():
    x, targets, weak, _, fold = drowned(np.random.default_rng(0))
    members = with_background(np.eye(3, dtype=bool)[targets][:, 1:])
    few = np.flatnonzero((targets > 0) | (np.cumsum(targets == 0) < 10))
    assert np.isnan(matched_filter_scores(x[few], members[few], ~weak[few], fold[few])).all()
    assert np.isnan(matched_filter_scores(x, members, ~weak, np.zeros(len(x), int))).all()
    x[3] = np.nan
    scores = matched_filter_scores(x, members, ~weak, fold)
    assert np.isnan(scores[3]).all() and np.isfinite(scores[4, 1:]).all() and np.isnan(scores[:, 0]).all()


def test_measures_alone_tell_what_sounds_like_background():
    rng = np.random.default_rng(0)
    n = 400
    targets = rng.integers(0, 3, n)
    kinds = np.where(
        rng.random(n) < 0.2, 0, targets
    )  # a fifth of the labelled clips are background by their sound
    columns = {
        "loudest_db": 10 + 4 * kinds + rng.normal(size=n),
        "prominence_db": 20 + 3 * kinds + rng.normal(size=n),
        "flatness": 0.5 - 0.1 * kinds + 0.05 * rng.normal(size=n),
        "peak_hz": 1000 * 2.0 ** (kinds + 0.3 * rng.normal(size=n)),
    }
    members = with_background(np.eye(3, dtype=bool)[targets][:, 1:])
    like = sounds_like_background(Sound(columns, n), members, kinds == targets, np.arange(n) % 5)
    labelled = targets > 0
    assert like[labelled & (kinds == 0)].mean() > 0.9 > 0.1 > like[labelled & (kinds == targets)].mean()
    assert not like[~labelled].any()
    columns.pop("peak_hz")
    few = sounds_like_background(Sound(columns, n), members, kinds == targets, np.arange(n) % 5)
    assert not few.any(), "one or two measures do not decide alone"


def test_a_label_is_doubted_only_where_the_probe_prefers_another_by_a_margin():
    """Labels that are alike were called wrong: neighbors and probe agreed, but the probe was of two minds."""
    n = 60
    members = np.zeros((n, 3), dtype=bool)
    members[:30, 1], members[30:, 2] = True, True
    indices = np.array([[j for j in range(n) if (j < 30) == (i < 30) and j != i][:10] for i in range(n)])
    indices[0] = np.arange(40, 50)  # a clip of the first label among those of the second
    graph = KnnGraph(indices.astype(np.int32), np.ones(indices.shape, np.float32), "euclidean")
    probe = np.where(members, 0.9, 0.05)
    for own, doubted in ((0.1, True), (0.55, False)):
        probe[0] = (0.0, own, 0.6)
        target, trusted = looks_like(graph, members, probe, Rules(), np.arange(n))
        assert trusted[1:].all() and (target[0] == 2) == doubted and (target[1:] == -1).all()


def test_labels_are_trusted_by_what_recordings_show_and_not_clips():
    n = 60
    members = np.zeros((n, 3), dtype=bool)
    members[:30, 1], members[30:, 2] = True, True
    indices = np.array([[j for j in range(n) if (j < 30) == (i < 30) and j != i][:10] for i in range(n)])
    graph = KnnGraph(indices.astype(np.int32), np.ones(indices.shape, np.float32), "euclidean")
    probe = np.where(members, 0.9, 0.05)
    for recordings, believed in ((60, True), (20, True), (6, False)):  # six show nothing, however many clips
        _, trusted = looks_like(graph, members, probe, Rules(), np.arange(n) * recordings // n)
        assert trusted[1:].all() == believed and trusted[1:].any() == believed


def test_probe_and_matched_filter_together_are_in_units_of_background():
    rng = np.random.default_rng(0)
    members = np.arange(200)[:, None] // 100 == np.arange(2)
    probe, filtered = rng.normal(size=(200, 2)), 100 * rng.normal(size=(200, 2)) + 7
    total = both(probe, filtered, members)
    alone = (filtered - filtered[:100].mean(axis=0)) / filtered[:100].std(axis=0)
    np.testing.assert_allclose(total - alone, (probe - probe[:100].mean(axis=0)) / probe[:100].std(axis=0))
    assert both(probe, None, members) is probe and both(None, filtered, members) is filtered
    filtered[:, 1] = np.nan  # too few clips of the label
    assert np.isnan(both(probe, filtered, members)[:, 1]).all()


def test_a_call_that_either_sees_half_is_found_by_both():
    """Two directions of the embedding tell the call, the probe looks along one, the filter along the other."""
    rng = np.random.default_rng(1)
    members = np.repeat(np.array([[True, False], [False, True]]), 400, axis=0)
    seen = rng.normal(size=(800, 2)) + 1.2 * members[:, 1:]
    probe, filtered = (np.column_stack([np.zeros(800), each]) for each in seen.T)
    found = [
        np.mean(trace(s, members)[400:] <= 0.1) for s in (probe, filtered, both(probe, filtered, members))
    ]
    assert found[2] > max(found[:2]) + 0.05


def test_scores_do_not_depend_on_how_many_clips_are_in_doubles_at_once(monkeypatch):
    rng = np.random.default_rng(2)
    n = 900
    targets = rng.integers(0, 4, n)
    x = (rng.normal(size=(n, 12)) * rng.uniform(0.1, 9, 12) + 5).astype(np.float32)
    x[:, :4] += np.eye(4, dtype=np.float32)[targets]
    x[7], x[:, 5] = np.nan, 2  # a clip without embedding, a column that does not vary
    members, fold = np.eye(4, dtype=bool)[targets], folds(targets, 5)
    clear = rng.random(n) < 0.8

    def scored() -> tuple[np.ndarray, np.ndarray]:
        return probe_scores(x, members, fold), matched_filter_scores(x, members, clear, fold)

    whole = scored()
    largest = []

    def few(count: int, row_bytes: int, limit: int = 0) -> Iterator[tuple[int, int]]:
        for start, stop in rows.blocks(count, row_bytes, 50 * row_bytes):
            largest.append(stop - start)
            yield start, stop

    monkeypatch.setattr(probe, "blocks", few)
    monkeypatch.setattr(matched_filter, "blocks", few)
    for together, in_parts in zip(whole, scored(), strict=True):
        assert np.isfinite(together[8]).any() and np.isnan(together[7]).all()
        np.testing.assert_allclose(in_parts, together, atol=1e-6)
    assert max(largest) == 50 and len(largest) > 5 * n / 50
